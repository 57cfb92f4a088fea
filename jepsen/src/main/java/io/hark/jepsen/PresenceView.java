package io.hark.jepsen;

import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined to a client's loop: who is present on a channel, as a client works it out from what it is sent
/// (RTP2).
final class PresenceView {
    private final Map<String, Known> members = new HashMap<>();
    private Optional<Sync> sync = Optional.empty();

    /// @param absent left while a sync was under way, so that what the sync brings later is not newer
    ///               (RTP2h2)
    private record Known(PresenceMessage message, boolean absent) {}

    /// @param unconfirmed members from before, that this sync has not named so far
    private record Sync(Optional<String> id, Set<String> unconfirmed) {}

    void attached(boolean hasPresence) {
        if (hasPresence) {
            sync = Optional.of(new Sync(Optional.empty(), new HashSet<>(members.keySet())));
        } else {
            members.clear();
            sync = Optional.empty();
        }
    }

    /// @param channelSerial `syncId:cursor`; with an empty cursor it is the last page
    void synced(String channelSerial, List<PresenceMessage> page) {
        int colon = channelSerial.indexOf(':');
        Optional<String> id = Optional.of(colon < 0 ? channelSerial : channelSerial.substring(0, colon));
        boolean goesOn = sync.filter(
                        current -> current.id().isEmpty() || current.id().equals(id))
                .isPresent();
        Set<String> unconfirmed = goesOn ? sync.get().unconfirmed() : new HashSet<>(members.keySet());
        sync = Optional.of(new Sync(id, unconfirmed));
        page.forEach(this::happened);
        if (colon < 0 || colon == channelSerial.length() - 1) {
            unconfirmed.forEach(members::remove);
            members.values().removeIf(Known::absent);
            sync = Optional.empty();
        }
    }

    /// @param message with the fields that it inherits from its frame
    void happened(PresenceMessage message) {
        String member = memberKey(message);
        sync.ifPresent(current -> current.unconfirmed().remove(member));
        Known known = members.get(member);
        if (known != null && !isNewer(message, known.message())) {
            return;
        }
        boolean left = message.action() == PresenceAction.LEAVE || message.action() == PresenceAction.ABSENT;
        if (!left || sync.isPresent()) {
            members.put(member, new Known(message, left));
        } else {
            members.remove(member);
        }
    }

    private static String memberKey(PresenceMessage message) {
        return message.connectionId().orElse("") + ":" + message.clientId().orElse("");
    }

    /// RTP2b: by what the member itself counts, or by time when the server speaks for it.
    private static boolean isNewer(PresenceMessage message, PresenceMessage known) {
        if (isOfItsConnection(message) && isOfItsConnection(known)) {
            long[] one = numbers(message);
            long[] other = numbers(known);
            return one[0] != other[0] ? one[0] > other[0] : one[1] > other[1];
        }
        return message.timestamp() >= known.timestamp();
    }

    private static boolean isOfItsConnection(PresenceMessage message) {
        return message.id()
                .filter(id -> id.startsWith(message.connectionId().orElse("") + ":"))
                .isPresent();
    }

    private static long[] numbers(PresenceMessage message) {
        String[] parts = message.id().orElseThrow().split(":");
        return new long[] {Long.parseLong(parts[parts.length - 2]), Long.parseLong(parts[parts.length - 1])};
    }

    /// Each member as `clientId=data`.
    static String describe(PresenceMessage message) {
        String data = message.data() instanceof io.hark.protocol.Payload.Text text ? text.value() : "";
        return message.clientId().orElse("") + "=" + data;
    }

    List<String> members() {
        List<String> present = new ArrayList<>();
        members.values().stream()
                .filter(known -> !known.absent())
                .forEach(known -> present.add(describe(known.message())));
        return present.stream().sorted().toList();
    }
}
