package io.hark.channel;

import java.util.List;
import java.util.Optional;

/// Value: one entry on its way to the disk with everything that must become durable together with it (rule D3 of the
/// log: record, channel index, dedupe, presence members and slot meta in one batch).
///
/// @param channel the entry's channel; empty for a NOOP
/// @param id      identity for dedupe; empty when the publish cannot be repeated
/// @param members changes of the channel's stored presence set
/// @param after   the slot's meta once the entry is in
public record Append(
        Optional<ChannelId> channel,
        Entry entry,
        Optional<IdHash> id,
        ChannelPolicy policy,
        List<MemberChange> members,
        SlotMeta after) {}
