package io.hark.auth;

import io.hark.auth.AppLabels.Label;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Changes apps as operators ask for it. Any thread. Stores nothing; each change is made of what there was before.
public final class AppEditor {
    public static final int NAME_CHARS_MAX = 256;

    private final Secrets secrets;

    public AppEditor(Secrets secrets) {
        this.secrets = secrets;
    }

    /// A new app without keys.
    ///
    /// @param request `name`, and what else [#edited] takes
    public Outcome<ProvisionedApp> create(Map<String, Object> request, Instant now) {
        Instant created = now.truncatedTo(ChronoUnit.MILLIS);
        long millis = created.toEpochMilli();
        App app = new App(secrets.id(), true, false, List.of(), Map.of(), OptionalInt.empty());
        AppLabels labels = new AppLabels(new Label("", millis, millis), Map.of(), Map.of(), true);
        return named(request)
                .flatMap(
                        name -> edited(new ProvisionedApp(app, List.of(), created, Optional.of(labels)), request, now));
    }

    /// @param request any of `name`, `status` (`enabled` or `disabled`) and `tlsOnly`
    public Outcome<ProvisionedApp> edited(ProvisionedApp before, Map<String, Object> request, Instant now) {
        return read(request, tree -> {
            App app = before.app();
            String status = tree.text("status").orElse(app.enabled() ? "enabled" : "disabled");
            if (!status.equals("enabled") && !status.equals("disabled")) {
                throw tree.malformedMember("status", "enabled or disabled");
            }
            String name = name(tree).orElse(before.labelled().app().name());
            return before.with(
                    new App(
                            app.id(),
                            status.equals("enabled"),
                            tree.flag("tlsOnly", app.tlsOnly()),
                            app.keys(),
                            app.namespaces(),
                            app.presenceMembersMax()),
                    before.labelled().named(name, now.toEpochMilli()));
        });
    }

    /// Adds a key; it is the last one then.
    ///
    /// @param request `name`, `capability` (an object) and, if wanted, `revocableTokens`
    public Outcome<ProvisionedApp> withNewKey(ProvisionedApp before, Map<String, Object> request, Instant now) {
        if (before.app().keys().size() >= AppTrees.KEYS_MAX) {
            return Outcome.refused(ErrorCode.KEY_LIMIT.info(
                    "app %s has %d keys, the limit".formatted(before.app().id(), AppTrees.KEYS_MAX)));
        }
        return named(request)
                .flatMap(name -> read(request, tree -> {
                    if (tree.members().get("capability") == null) {
                        throw tree.malformedMember("capability", "an object of resources and their operations");
                    }
                    ApiKey key = new ApiKey(
                            before.app().id(),
                            secrets.id(),
                            secrets.secret(),
                            capability(tree),
                            tree.flag("revocableTokens", false),
                            true);
                    List<ApiKey> keys = new ArrayList<>(before.app().keys());
                    keys.add(key);
                    long millis = now.toEpochMilli();
                    return before.with(
                            before.app().withKeys(keys),
                            before.labelled().withKey(key.keyId(), new Label(name, millis, millis)));
                }));
    }

    /// @param request any of `name`, `capability` and `revocableTokens`
    public Outcome<ProvisionedApp> withKey(
            ProvisionedApp before, String keyId, Map<String, Object> request, Instant now) {
        return read(request, tree -> {
            ApiKey key = before.app().key(keyId).orElseThrow(() -> new MalformedFrame(noKey(before, keyId)));
            Capability capability = tree.members().get("capability") == null ? key.capability() : capability(tree);
            ApiKey changed = new ApiKey(
                    key.appId(),
                    keyId,
                    key.secret(),
                    capability,
                    tree.flag("revocableTokens", key.revocableTokens()),
                    key.enabled());
            return replaced(before, changed, name(tree), now);
        });
    }

    /// The key and all its tokens are accepted no longer, for good.
    public Outcome<ProvisionedApp> withRevokedKey(ProvisionedApp before, String keyId, Instant now) {
        return before.app()
                .key(keyId)
                .map(key -> Outcome.ok(replaced(
                        before,
                        new ApiKey(key.appId(), keyId, key.secret(), key.capability(), key.revocableTokens(), false),
                        Optional.empty(),
                        now)))
                .orElseGet(() -> Outcome.refused(noKey(before, keyId)));
    }

    private static ProvisionedApp replaced(ProvisionedApp before, ApiKey changed, Optional<String> name, Instant now) {
        List<ApiKey> keys = before.app().keys().stream()
                .map(key -> key.keyId().equals(changed.keyId()) ? changed : key)
                .toList();
        Label label = before.labelOf(changed);
        return before.with(
                before.app().withKeys(keys),
                before.labelled()
                        .withKey(
                                changed.keyId(),
                                new Label(name.orElse(label.name()), label.created(), now.toEpochMilli())));
    }

    private static ErrorInfo noKey(ProvisionedApp app, String keyId) {
        return ErrorCode.NOT_FOUND.info(
                "there is no key '%s' in app %s".formatted(keyId, app.app().id()));
    }

    /// @param request `id` and any rules, see [Namespace]
    public Outcome<ProvisionedApp> withNewNamespace(ProvisionedApp before, Map<String, Object> request, Instant now) {
        if (before.app().namespaces().size() >= AppTrees.NAMESPACES_MAX) {
            return Outcome.refused(ErrorCode.NAMESPACE_LIMIT.info(
                    "app %s has %d namespaces, the limit".formatted(before.app().id(), AppTrees.NAMESPACES_MAX)));
        }
        return read(request, tree -> {
            String id = tree.requiredText("id");
            if (id.length() > NAME_CHARS_MAX || !Namespace.isId(id)) {
                throw tree.malformedMember(
                        "id", "the beginning of channel names, up to %d characters".formatted(NAME_CHARS_MAX));
            }
            if (before.app().namespaces().containsKey(id)) {
                throw new MalformedFrame(ErrorCode.CONFLICT.info("there is a namespace '%s' already".formatted(id)));
            }
            return put(before, id, tree, now);
        });
    }

    /// @param request any rules; others stay as they are
    public Outcome<ProvisionedApp> withNamespace(
            ProvisionedApp before, String id, Map<String, Object> request, Instant now) {
        Optional<Map<String, Object>> known = before.namespaceTree(id);
        if (known.isEmpty()) {
            return Outcome.refused(noNamespace(before, id));
        }
        Map<String, Object> merged = new LinkedHashMap<>(known.get());
        request.forEach((name, value) -> {
            if (value != null) {
                merged.put(name, value);
            }
        });
        merged.put("id", id);
        return read(merged, tree -> put(before, id, tree, now));
    }

    private static ProvisionedApp put(ProvisionedApp before, String id, Tree rules, Instant now) throws MalformedFrame {
        Map<String, Namespace> namespaces = new LinkedHashMap<>(before.app().namespaces());
        namespaces.putAll(AppTrees.readNamespaces(Tree.of("request", Map.of("namespaces", List.of(rules.members())))));
        Label label = before.labelOfNamespace(id);
        long millis = now.toEpochMilli();
        boolean isNew = !before.app().namespaces().containsKey(id);
        return before.with(
                before.app().withNamespaces(namespaces),
                before.labelled()
                        .withNamespace(
                                id, Optional.of(new Label(label.name(), isNew ? millis : label.created(), millis))));
    }

    public Outcome<ProvisionedApp> withoutNamespace(ProvisionedApp before, String id) {
        if (!before.app().namespaces().containsKey(id)) {
            return Outcome.refused(noNamespace(before, id));
        }
        Map<String, Namespace> namespaces = new LinkedHashMap<>(before.app().namespaces());
        namespaces.remove(id);
        return Outcome.ok(before.with(
                before.app().withNamespaces(namespaces), before.labelled().withNamespace(id, Optional.empty())));
    }

    private static ErrorInfo noNamespace(ProvisionedApp app, String id) {
        return ErrorCode.NOT_FOUND.info(
                "there is no namespace '%s' in app %s".formatted(id, app.app().id()));
    }

    private static Outcome<String> named(Map<String, Object> request) {
        return read(request, tree -> name(tree).orElseThrow(() -> tree.malformedMember("name", "a non-empty string")));
    }

    private static Optional<String> name(Tree tree) throws MalformedFrame {
        Optional<String> name = tree.text("name");
        if (name.isPresent() && (name.get().isBlank() || name.get().length() > NAME_CHARS_MAX)) {
            throw tree.malformedMember("name", "text of 1 to %d characters".formatted(NAME_CHARS_MAX));
        }
        return name;
    }

    private static Capability capability(Tree tree) throws MalformedFrame {
        if (!(tree.members().get("capability") instanceof Map<?, ?> resources)) {
            throw tree.malformedMember("capability", "an object of resources and their operations");
        }
        byte[] json = ProtocolCodec.of(Format.JSON).encodeValue(resources);
        return switch (Capability.parse(new String(json, StandardCharsets.UTF_8))) {
            case Outcome.Ok<Capability>(var capability) -> capability;
            case Outcome.Refused<Capability>(var error) -> throw new MalformedFrame(error);
        };
    }

    private interface Reading<T> {
        T of(Tree tree) throws MalformedFrame;
    }

    private static <T> Outcome<T> read(Map<String, Object> request, Reading<T> reading) {
        try {
            return Outcome.ok(reading.of(Tree.of("request", request)));
        } catch (MalformedFrame malformed) {
            return Outcome.refused(malformed.info());
        }
    }
}
