package io.hark.channel;

import io.hark.presence.Member;
import java.util.List;

/// Value: what the store knows of a channel whose state is not in memory.
///
/// @param lastLsn the channel's last entry, or an upper bound of it: when the channel is unknown because its
///                entries
///                expired, the highest LSN up to which the slot's entries may have been dropped
/// @param dueSummaries serials of messages whose annotations have changed since a summary of them was
///                     told
public record ChannelImage(long lastLsn, List<Member> members, List<String> dueSummaries) {
    /// So many due summaries are looked for at once.
    public static final int DUE_MAX = 1_000;

    public ChannelImage(long lastLsn, List<Member> members) {
        this(lastLsn, members, List.of());
    }
}
