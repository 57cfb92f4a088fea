package io.hark.presence;

import io.hark.protocol.ContentSize;
import io.hark.protocol.PresenceMessage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: one clientId on one connection, as its last event left it.
///
/// @param event      id, clientId, connectionId and timestamp are always set; its action is PRESENT
/// @param generation the generation of the connection that last confirmed the member; a leave of an older one
///                   is void
///                   (rule P3); [#PERMANENT] for members that belong to no live connection
public record Member(PresenceMessage event, int generation) {
    /// Members provisioned with an app: they stay until the app goes.
    public static final int PERMANENT = Integer.MAX_VALUE;

    /// `connectionId:n:index`, as the server makes them for the events of clients.
    private static final Pattern EVENT_ID = Pattern.compile("([^:]+):(\\d{1,18}):(\\d{1,9})");

    public String connectionId() {
        return event.connectionId().orElseThrow();
    }

    public String clientId() {
        return event.clientId().orElseThrow();
    }

    /// What its clientId, data and extras come to.
    public long bytes() {
        return ContentSize.of(event);
    }

    /// Identity within the channel (TP3h): connectionIds hold no colon, so the text is unambiguous.
    public String key() {
        return key(connectionId(), clientId());
    }

    public static String key(String connectionId, String clientId) {
        return connectionId + ':' + clientId;
    }

    /// Whether the member's last event is the one of that id, or a later one of the same connection
    /// (RTP2b2). Ids that cannot be compared are unseen.
    public boolean hasSeen(String eventId) {
        String lastId = event.id().orElseThrow();
        Matcher asked = EVENT_ID.matcher(eventId);
        Matcher last = EVENT_ID.matcher(lastId);
        if (!asked.matches() || !last.matches() || !asked.group(1).equals(last.group(1))) {
            return eventId.equals(lastId);
        }
        int byNumber = Long.compare(Long.parseLong(asked.group(2)), Long.parseLong(last.group(2)));
        int byIndex = Long.compare(Long.parseLong(asked.group(3)), Long.parseLong(last.group(3)));
        return byNumber < 0 || (byNumber == 0 && byIndex <= 0);
    }

    public Member confirmedBy(int newGeneration) {
        return new Member(event, newGeneration);
    }
}
