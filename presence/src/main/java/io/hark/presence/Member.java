package io.hark.presence;

import io.hark.protocol.PresenceMessage;

/// Value: one clientId on one connection, as its last event left it.
///
/// @param event      id, clientId, connectionId and timestamp are always set; its action is PRESENT
/// @param generation the generation of the connection that last confirmed the member; a leave of an older one is void
///                   (rule P3); [#PERMANENT] for members that belong to no live connection
public record Member(PresenceMessage event, int generation) {
    /// Members provisioned with an app: they stay until the app goes.
    public static final int PERMANENT = Integer.MAX_VALUE;

    public String connectionId() {
        return event.connectionId().orElseThrow();
    }

    public String clientId() {
        return event.clientId().orElseThrow();
    }

    /// Identity within the channel (TP3h): connectionIds hold no colon, so the text is unambiguous.
    public String key() {
        return key(connectionId(), clientId());
    }

    public static String key(String connectionId, String clientId) {
        return connectionId + ':' + clientId;
    }

    public Member confirmedBy(int newGeneration) {
        return new Member(event, newGeneration);
    }
}
