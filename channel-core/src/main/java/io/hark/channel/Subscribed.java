package io.hark.channel;

import io.hark.presence.Member;
import java.util.List;

/// Value: the owner's answer to a subscribe: from here on every committed entry of the channel past
/// `committedLsn`
/// comes to the feed, in order.
///
/// @param meta         the slot's meta: its lineages tell whether a client's position is on this log
/// @param oseq         the own origin's oseq at `committedLsn`
/// @param committedLsn the slot's committed position
/// @param lastLsn      the channel's last committed entry, or an upper bound of it
/// @param members      the presence set at `committedLsn`
public record Subscribed(
        SlotMeta meta, Origin origin, long oseq, long committedLsn, long lastLsn, List<Member> members) {}
