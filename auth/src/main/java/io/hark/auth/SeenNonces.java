package io.hark.auth;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/// Remembers the nonces of token requests, each for at least the window in which its request could be
/// sent again. Any thread; a node knows only what it has seen itself.
///
/// Two generations take turns: to forget is to drop the older, and what is remembered is bounded without
/// a timer. When a generation is full, requests are refused rather than nonces forgotten early.
final class SeenNonces {
    enum Verdict {
        NEW,
        REPLAYED,
        FULL
    }

    private record Nonce(KeyName key, String text) {}

    private final Duration window;
    private final int perWindowMax;
    private Set<Nonce> current = new HashSet<>();
    private Set<Nonce> previous = new HashSet<>();
    private Instant turn = Instant.MIN;

    SeenNonces(Duration window, int perWindowMax) {
        this.window = window;
        this.perWindowMax = perWindowMax;
    }

    synchronized Verdict see(KeyName key, String text, Instant now) {
        if (!now.isBefore(turn)) {
            // After a long silence what is in the current one is old, too; to keep it once more does no
            // harm.
            previous = current;
            current = new HashSet<>();
            turn = now.plus(window);
        }
        Nonce nonce = new Nonce(key, text);
        if (current.contains(nonce) || previous.contains(nonce)) {
            return Verdict.REPLAYED;
        }
        if (current.size() >= perWindowMax) {
            return Verdict.FULL;
        }
        current.add(nonce);
        return Verdict.NEW;
    }
}
