package io.hark.objects;

import io.hark.protocol.ObjectData;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Value: a way from one object to others, key by key: `votes.up`, where a backslash makes the
/// character after it part of a key, and a key that is `*` alone stands for all there are. The empty
/// path leads to where it begins.
public record ObjectPath(List<Step> steps) {
    public ObjectPath {
        steps = List.copyOf(steps);
    }

    /// @param key empty for any
    public record Step(Optional<String> key) {}

    public static ObjectPath parse(String text) {
        List<Step> steps = new ArrayList<>();
        if (text.isEmpty()) {
            return new ObjectPath(steps);
        }
        StringBuilder key = new StringBuilder();
        boolean literal = false;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                key.append(text.charAt(++at));
                literal = true;
            } else if (c == '.') {
                steps.add(step(key.toString(), literal));
                key.setLength(0);
                literal = false;
            } else {
                key.append(c);
            }
        }
        steps.add(step(key.toString(), literal));
        return new ObjectPath(steps);
    }

    private static Step step(String key, boolean literal) {
        return new Step(key.equals("*") && !literal ? Optional.empty() : Optional.of(key));
    }

    /// The text that [#parse] reads so.
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < steps.size(); at++) {
            text.append(at == 0 ? "" : ".");
            Optional<String> key = steps.get(at).key();
            if (key.isEmpty()) {
                text.append('*');
            } else if (key.get().equals("*")) {
                text.append("\\*");
            } else {
                text.append(key.get().replace("\\", "\\\\").replace(".", "\\."));
            }
        }
        return text.toString();
    }

    /// The path without its last step.
    ObjectPath parent() {
        return new ObjectPath(steps.subList(0, steps.size() - 1));
    }

    /// Value: where a path leads.
    ///
    /// @param objects in the order in which they were found
    /// @param atLeaf  whether it leads to something else than an object, too
    /// @param looked  how many values were looked at on the way; if that is more than was allowed, where it
    ///                leads is not known
    record Found(Set<String> objects, boolean atLeaf, int looked) {}

    /// @param valuesMax of how many values it may look at: a path with stars can go round in circles
    Found in(ObjectTree tree, String start, int valuesMax) {
        Set<String> objects = new LinkedHashSet<>();
        if (tree.head(start).filter(head -> !head.isDeleted()).isPresent()) {
            objects.add(start);
        }
        boolean atLeaf = false;
        int looked = 0;
        for (Step step : steps) {
            Set<String> next = new LinkedHashSet<>();
            atLeaf = false;
            for (String object : objects) {
                List<ObjectData> values = step.key()
                        .map(key -> tree.value(object, key).stream().toList())
                        .orElseGet(() -> List.copyOf(tree.values(object).values()));
                looked += 1 + values.size();
                if (looked > valuesMax) {
                    return new Found(Set.of(), false, looked);
                }
                for (ObjectData data : values) {
                    if (data instanceof ObjectData.Reference(var id)) {
                        next.add(id);
                    } else {
                        atLeaf = true;
                    }
                }
            }
            objects = next;
        }
        return new Found(objects, atLeaf, looked);
    }
}
