package io.hark.protocol;

import java.util.Optional;

/// Value: what CONNECTED tells the client of its connection and the limits (CD2). Times in milliseconds,
/// sizes in bytes.
public record ConnectionDetails(
        Optional<String> clientId,
        String connectionKey,
        int maxMessageSize,
        int maxFrameSize,
        int maxInboundRate,
        long connectionStateTtl,
        long maxIdleInterval,
        String serverId,
        String siteCode,
        long objectsGCGracePeriod) {

    /// Without the connectionKey, which is a secret.
    @Override
    public String toString() {
        return "ConnectionDetails[clientId=%s, serverId=%s, siteCode=%s]".formatted(clientId, serverId, siteCode);
    }
}
