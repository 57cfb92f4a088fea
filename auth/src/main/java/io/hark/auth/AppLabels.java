package io.hark.auth;

import io.hark.protocol.MalformedFrame;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: what operators call an app and its parts, and when they changed them.
///
/// @param app        of the app itself
/// @param keys       by key id
/// @param namespaces by id
/// @param lasting    whether the app stays until it is deleted, unlike one that a test suite made
public record AppLabels(Label app, Map<String, Label> keys, Map<String, Label> namespaces, boolean lasting) {
    public AppLabels {
        keys = Map.copyOf(keys);
        namespaces = Map.copyOf(namespaces);
    }

    /// Value: a name, and times in milliseconds since the epoch.
    public record Label(String name, long created, long modified) {
        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", name);
            tree.put("created", created);
            tree.put("modified", modified);
            return tree;
        }

        private static Label read(Tree tree) throws MalformedFrame {
            return new Label(
                    tree.text("name").orElse(""),
                    tree.count("created").orElse(0),
                    tree.count("modified").orElse(0));
        }
    }

    /// Of an app that no operator has touched.
    static AppLabels of(long createdMillis) {
        return new AppLabels(new Label("", createdMillis, createdMillis), Map.of(), Map.of(), false);
    }

    AppLabels modified(long nowMillis) {
        return named(app.name(), nowMillis);
    }

    AppLabels named(String name, long nowMillis) {
        return new AppLabels(new Label(name, app.created(), nowMillis), keys, namespaces, lasting);
    }

    AppLabels withKey(String keyId, Label label) {
        Map<String, Label> changed = new LinkedHashMap<>(keys);
        changed.put(keyId, label);
        return new AppLabels(app, changed, namespaces, lasting);
    }

    /// @param label empty when the namespace is gone
    AppLabels withNamespace(String id, Optional<Label> label) {
        Map<String, Label> changed = new LinkedHashMap<>(namespaces);
        changed.remove(id);
        label.ifPresent(known -> changed.put(id, known));
        return new AppLabels(app, keys, changed, lasting);
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>(app.tree());
        tree.put("lasting", lasting);
        tree.put("keys", trees(keys));
        tree.put("namespaces", trees(namespaces));
        return tree;
    }

    private static Map<String, Object> trees(Map<String, Label> labels) {
        Map<String, Object> trees = new LinkedHashMap<>();
        labels.keySet().stream()
                .sorted()
                .forEach(id -> trees.put(id, labels.get(id).tree()));
        return trees;
    }

    static AppLabels read(Tree tree) throws MalformedFrame {
        return new AppLabels(
                Label.read(tree), labels(tree, "keys"), labels(tree, "namespaces"), tree.flag("lasting", false));
    }

    private static Map<String, Label> labels(Tree tree, String name) throws MalformedFrame {
        Map<String, Label> labels = new LinkedHashMap<>();
        Optional<Tree> all = tree.tree(name);
        if (all.isPresent()) {
            for (Object id : all.get().members().keySet()) {
                labels.put((String) id, Label.read(all.get().tree((String) id).orElseThrow()));
            }
        }
        return labels;
    }
}
