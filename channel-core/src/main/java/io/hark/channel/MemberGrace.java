package io.hark.channel;

/// Value: how long members stay whose connection nobody vouches for.
///
/// @param policy how their leaves are logged
public record MemberGrace(long millis, ChannelPolicy policy) {}
