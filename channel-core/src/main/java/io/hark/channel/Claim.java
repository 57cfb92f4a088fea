package io.hark.channel;

/// Value: a connection that is alive and vouches for its members.
///
/// @param generation grows with each transport of the connection
public record Claim(String connectionId, int generation) {}
