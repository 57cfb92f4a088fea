package io.hark.cluster.membership;

import java.nio.charset.StandardCharsets;

/// Value: one life of a node, from the start of its process to the end.
///
/// @param node        stable across restarts; at most 255 bytes
/// @param incarnation a new one for each process; at most 255 bytes
public record Life(String node, String incarnation) {
    private static final int BYTES_MAX = 255;

    public Life {
        check("node", node);
        check("incarnation", incarnation);
    }

    private static void check(String what, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a %s has 1 to %d bytes, '%s' has %d".formatted(what, BYTES_MAX, text, bytes));
        }
    }
}
