package io.hark.channel;

import java.time.Duration;

/// Value: how owners run on a node.
///
/// @param queuedBytesMax entries that wait for the disk; beyond it publishes are refused (50003)
/// @param memberGrace    how long members of a dead node's connections stay
/// @param membersPolicy  how the leaves of such members are logged
public record RouterConfig(SlotLimits slots, long queuedBytesMax, Duration memberGrace, ChannelPolicy membersPolicy) {}
