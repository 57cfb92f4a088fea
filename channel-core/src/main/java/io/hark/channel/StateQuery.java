package io.hark.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/// Value: asks for rows of one kind of a channel's state, in the order of their keys' bytes.
///
/// @param fromKey     inclusive; empty for the first
/// @param throughKey  inclusive, with all keys that start with it; empty for no bound
/// @param startMillis of lifetimes that can be among them, inclusive; does not matter for a kind that is lasting
/// @param endMillis   inclusive
public record StateQuery(
        ChannelKey channel,
        StateKind kind,
        String fromKey,
        String throughKey,
        long startMillis,
        long endMillis,
        int rowsMax) {
    /// The order of keys.
    public static final Comparator<String> BY_BYTES = (one, other) ->
            Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

    /// All rows whose keys start with `prefix`.
    public static StateQuery startingWith(ChannelKey channel, StateKind kind, String prefix, int rowsMax) {
        return new StateQuery(channel, kind, prefix, prefix, 0, Long.MAX_VALUE, rowsMax);
    }

    /// The row of that key, and with it others whose keys start with it.
    static StateQuery one(ChannelKey channel, StateKind kind, String key, Lifetime lifetime) {
        return new StateQuery(channel, kind, key, key, lifetime.millis(), lifetime.millis(), 1);
    }

    /// The same of rows of another kind.
    StateQuery of(StateKind other) {
        return new StateQuery(channel, other, fromKey, throughKey, startMillis, endMillis, rowsMax);
    }

    /// Whether a row of that key is within the bounds.
    public boolean asksFor(StateKind ofKind, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        byte[] through = throughKey.getBytes(StandardCharsets.UTF_8);
        return ofKind == kind
                && Arrays.compareUnsigned(bytes, fromKey.getBytes(StandardCharsets.UTF_8)) >= 0
                && (through.length == 0
                        || Arrays.compareUnsigned(
                                        bytes, 0, Math.min(bytes.length, through.length), through, 0, through.length)
                                <= 0);
    }

    /// The same, but only what comes after that key.
    public StateQuery after(String key) {
        return new StateQuery(channel, kind, key + '\0', throughKey, startMillis, endMillis, rowsMax);
    }
}
