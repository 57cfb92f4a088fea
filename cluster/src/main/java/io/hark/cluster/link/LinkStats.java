package io.hark.cluster.link;

/// Value: one node's link so far, for metrics; counted over all its sessions.
///
/// @param queuedBytes   an estimate of what waits to be sent
/// @param sessionsBegun more than one: the link was interrupted
/// @param bytesSent     of frames, before TLS
public record LinkStats(
        String node,
        boolean up,
        long queuedBytes,
        long sessionsBegun,
        long framesSent,
        long messagesSent,
        long bytesSent,
        long framesReceived,
        long messagesReceived,
        long bytesReceived) {}
