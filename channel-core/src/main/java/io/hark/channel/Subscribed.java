package io.hark.channel;

import io.hark.presence.Member;
import java.util.List;

/// Value: the owner's answer to a subscribe: from here on every committed entry of the channel past
/// `committedLsn` comes to the feed, in order.
///
/// @param meta         the slot's meta: its lineages tell whether a client's position is on this log
/// @param oseq         the own origin's oseq at `committedLsn`
/// @param committedLsn the slot's committed position
/// @param lastLsn      the channel's last committed entry, or an upper bound of it
/// @param membersLsn   names the presence set at `committedLsn`: the same number, in the same lineage, is the same set
/// @param membersKnown whether whoever asked has it already, so that `members` is empty
/// @param members      the presence set at `committedLsn`
public record Subscribed(
        SlotMeta meta,
        Origin origin,
        long oseq,
        long committedLsn,
        long lastLsn,
        long membersLsn,
        boolean membersKnown,
        List<Member> members) {
    /// The same answer with the set that whoever asked has already.
    Subscribed withMembers(List<Member> known) {
        return new Subscribed(meta, origin, oseq, committedLsn, lastLsn, membersLsn, false, known);
    }
}
