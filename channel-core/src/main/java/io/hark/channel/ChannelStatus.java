package io.hark.channel;

import io.hark.presence.Member;
import java.util.List;

/// Value: a channel as its owner sees it.
///
/// @param committedLsn the slot's committed position: what history may be read up to
/// @param members      the presence set at that position
public record ChannelStatus(SlotMeta meta, long committedLsn, Occupancy occupancy, List<Member> members) {}
