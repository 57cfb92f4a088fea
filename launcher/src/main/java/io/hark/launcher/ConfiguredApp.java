package io.hark.launcher;

import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An app as the configuration file spells it: as stored apps are, but a capability may be written as YAML.
final class ConfiguredApp {
    private ConfiguredApp() {}

    static ProvisionedApp of(Map<String, Object> tree) {
        return switch (ProvisionedApp.fromTree(plain(tree))) {
            case Outcome.Ok<ProvisionedApp>(ProvisionedApp app) -> app;
            case Outcome.Refused<ProvisionedApp>(ErrorInfo error) ->
                throw new ConfigException("apps: app '%s': %s".formatted(tree.get("id"), error.message()));
        };
    }

    private static Map<String, Object> plain(Map<?, ?> tree) {
        Map<String, Object> plain = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            boolean capability = key.equals("capability") && value instanceof Map<?, ?>;
            plain.put(String.valueOf(key), capability ? json(value) : plainValue(value));
        });
        return plain;
    }

    private static Object plainValue(Object value) {
        return switch (value) {
            case Map<?, ?> map -> plain(map);
            case List<?> list -> list.stream().map(ConfiguredApp::plainValue).toList();
            case Integer number -> number.longValue();
            case null, default -> value;
        };
    }

    private static String json(Object capability) {
        return new String(ProtocolCodec.of(Format.JSON).encodeValue(plainValue(capability)), StandardCharsets.UTF_8);
    }
}
