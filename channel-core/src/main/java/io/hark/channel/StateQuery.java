package io.hark.channel;

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
    /// All rows whose keys start with `prefix`.
    public static StateQuery startingWith(ChannelKey channel, StateKind kind, String prefix, int rowsMax) {
        return new StateQuery(channel, kind, prefix, prefix, 0, Long.MAX_VALUE, rowsMax);
    }

    /// The same, but only what comes after that key.
    public StateQuery after(String key) {
        return new StateQuery(channel, kind, key + '\0', throughKey, startMillis, endMillis, rowsMax);
    }
}
