package io.hark.channel;

import io.hark.presence.Member;

/// Value: what a store knows of a slot beside its records, for a replica whose records do not reach back far
/// enough.
public sealed interface SlotRow {
    /// A publish that is remembered for dedupe.
    record Published(ChannelKey channel, IdHash id, Receipt receipt) implements SlotRow {}

    /// A channel's last entry.
    ///
    /// @param millis roughly when; decides how long it is remembered
    record Place(ChannelId channel, long lastLsn, long millis) implements SlotRow {}

    record Present(ChannelId channel, Member member) implements SlotRow {}
}
