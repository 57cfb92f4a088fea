package io.hark.objects;

import io.hark.protocol.ObjectData;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/// Value: the objects that one of them leads to, and itself.
final class Reachable {
    private final Set<String> ids = new HashSet<>();

    private Reachable() {}

    static Reachable from(ObjectTree tree, String start) {
        Reachable reachable = new Reachable();
        ArrayDeque<String> next = new ArrayDeque<>();
        reachable.ids.add(start);
        next.add(start);
        while (!next.isEmpty()) {
            String id = next.poll();
            for (ObjectData data : tree.values(id).values()) {
                if (data instanceof ObjectData.Reference(var other) && reachable.ids.add(other)) {
                    next.add(other);
                }
            }
        }
        return reachable;
    }

    boolean contains(String id) {
        return ids.contains(id);
    }

    Set<String> ids() {
        return ids;
    }
}
