package io.hark.channel;

/// Value: what a store knows of a slot beside its records, for a replica whose records do not reach back far
/// enough.
public sealed interface SlotRow {
    /// A publish that is remembered for dedupe.
    record Published(ChannelKey channel, IdHash id, Receipt receipt) implements SlotRow {}

    /// A channel's last entry.
    ///
    /// @param millis roughly when; decides how long it is remembered
    record Place(ChannelId channel, long lastLsn, long millis) implements SlotRow {}

    /// A row of a channel's state; of its lifetime it has at least the bucket of time that it expires with.
    record State(ChannelId channel, StateRow row) implements SlotRow {}
}
