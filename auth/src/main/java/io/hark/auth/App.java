package io.hark.auth;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Value: a tenant, with its keys and rules.
///
/// @param enabled            false refuses every credential of the app with 40120
/// @param tlsOnly            whether plain HTTP and WebSocket are refused even with a token
/// @param namespaces         by id, in the order in which they were configured
/// @param presenceMembersMax members per channel; empty for the node's own limit
public record App(
        String id,
        boolean enabled,
        boolean tlsOnly,
        List<ApiKey> keys,
        Map<String, Namespace> namespaces,
        OptionalInt presenceMembersMax) {
    /// Chat rooms are updated and annotated without any configuration.
    private static final String CHAT_CHANNEL_SUFFIX = "::$chat";

    public App {
        keys = List.copyOf(keys);
        namespaces = Collections.unmodifiableMap(new LinkedHashMap<>(namespaces));
    }

    App withKeys(List<ApiKey> others) {
        return new App(id, enabled, tlsOnly, others, namespaces, presenceMembersMax);
    }

    App withNamespaces(Map<String, Namespace> others) {
        return new App(id, enabled, tlsOnly, keys, others, presenceMembersMax);
    }

    public Optional<ApiKey> key(String keyId) {
        return keys.stream().filter(key -> key.keyId().equals(keyId)).findFirst();
    }

    /// The rules of a channel: those configured for its very name, else for its namespace, else the defaults.
    ///
    /// @param channelBaseName without qualifier; metachannels have no rules
    public Namespace namespaceOf(String channelBaseName) {
        int colon = channelBaseName.indexOf(':');
        String namespace = colon < 0 ? channelBaseName : channelBaseName.substring(0, colon);
        Namespace rules = Optional.ofNullable(namespaces.get(channelBaseName))
                .or(() -> Optional.ofNullable(namespaces.get(namespace)))
                .orElseGet(() -> Namespace.unconfigured(namespace));
        return channelBaseName.endsWith(CHAT_CHANNEL_SUFFIX) ? rules.withMutableMessages() : rules;
    }
}
