package io.hark.auth;

import io.hark.protocol.MalformedFrame;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: an app as it is stored: with its members that are always present.
///
/// @param created at millisecond precision
/// @param labels  once operators have made or changed it
public record ProvisionedApp(App app, List<ChannelFixture> channels, Instant created, Optional<AppLabels> labels) {
    public ProvisionedApp {
        channels = List.copyOf(channels);
    }

    /// An app that operators have nothing to do with.
    public ProvisionedApp(App app, List<ChannelFixture> channels, Instant created) {
        this(app, channels, created, Optional.empty());
    }

    ProvisionedApp with(App changed, AppLabels changedLabels) {
        return new ProvisionedApp(changed, channels, created, Optional.of(changedLabels));
    }

    AppLabels labelled() {
        return labels.orElseGet(() -> AppLabels.of(created.toEpochMilli()));
    }

    AppLabels.Label labelOf(ApiKey key) {
        long since = created.toEpochMilli();
        return labelled().keys().getOrDefault(key.keyId(), new AppLabels.Label("", since, since));
    }

    AppLabels.Label labelOfNamespace(String id) {
        long since = created.toEpochMilli();
        return labelled().namespaces().getOrDefault(id, new AppLabels.Label("", since, since));
    }

    /// Whether it stays until it is deleted.
    public boolean isLasting() {
        return labels.filter(AppLabels::lasting).isPresent();
    }

    /// What operators call it.
    public String name() {
        return labelled().app().name();
    }

    /// The app as operators are told of it.
    public Map<String, Object> controlTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", app.id());
        tree.put("name", name().isEmpty() ? app.id() : name());
        tree.put("status", app.enabled() ? "enabled" : "disabled");
        tree.put("tlsOnly", app.tlsOnly());
        tree.put("created", created.toEpochMilli());
        tree.put("modified", labelled().app().modified());
        return tree;
    }

    /// Its keys as operators are told of them: with their secrets.
    public List<Map<String, Object>> keyTrees() {
        return app.keys().stream().map(this::keyTree).toList();
    }

    public Optional<Map<String, Object>> keyTree(String keyId) {
        return app.key(keyId).map(this::keyTree);
    }

    private Map<String, Object> keyTree(ApiKey key) {
        AppLabels.Label label = labelOf(key);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("appId", app.id());
        tree.put("id", key.keyId());
        tree.put("name", label.name().isEmpty() ? key.keyId() : label.name());
        tree.put("revocableTokens", key.revocableTokens());
        tree.put("status", key.enabled() ? 0L : 1L);
        tree.put("key", key.text());
        tree.put("capability", Json.object(key.capability().canonical()).orElseThrow());
        tree.put("created", label.created());
        tree.put("modified", label.modified());
        return tree;
    }

    public List<Map<String, Object>> namespaceTrees() {
        return app.namespaces().keySet().stream()
                .map(id -> namespaceTree(id).orElseThrow())
                .toList();
    }

    public Optional<Map<String, Object>> namespaceTree(String id) {
        return Optional.ofNullable(app.namespaces().get(id)).map(rules -> {
            AppLabels.Label label = labelOfNamespace(id);
            Map<String, Object> tree = AppTrees.namespace(rules);
            tree.put("appId", app.id());
            tree.put("created", label.created());
            tree.put("modified", label.modified());
            return tree;
        });
    }

    /// A JSON tree from which [#fromTree] makes an equal value. It holds the keys' secrets.
    public Map<String, Object> toTree() {
        return AppTrees.stored(this);
    }

    /// @return refused with 40000, naming the place, when the tree is not such a one
    public static Outcome<ProvisionedApp> fromTree(Map<String, Object> tree) {
        try {
            return Outcome.ok(AppTrees.fromStored(Tree.of("app", tree)));
        } catch (MalformedFrame e) {
            return Outcome.refused(e.info());
        }
    }
}
