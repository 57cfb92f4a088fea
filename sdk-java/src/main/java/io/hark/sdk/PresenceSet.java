package io.hark.sdk;

import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined: who is present on a channel, as the server's events and snapshots say in whatever order
/// they come (RTP2).
final class PresenceSet {
    private final Map<Key, PresenceMessage> members = new LinkedHashMap<>();

    /// While a snapshot comes: who left meanwhile, so that an older line of the snapshot does not bring
    /// them back.
    private final Map<Key, PresenceMessage> left = new LinkedHashMap<>();

    /// While a snapshot comes: who was known before and has not been named since.
    private Optional<Set<Key>> unnamed = Optional.empty();

    /// Value: a member is a client on a connection.
    record Key(String connectionId, String clientId) {
        static Key of(PresenceMessage message) {
            return new Key(message.connectionId().orElse(""), message.clientId().orElse(""));
        }
    }

    Optional<PresenceMessage> get(Key key) {
        return Optional.ofNullable(members.get(key));
    }

    List<PresenceMessage> all() {
        return List.copyOf(members.values());
    }

    Set<Key> keys() {
        return Set.copyOf(members.keySet());
    }

    /// Whether everybody who is present is in it.
    boolean isComplete() {
        return unnamed.isEmpty();
    }

    /// A snapshot follows: whoever is not in it has left.
    void beginSync() {
        unnamed = Optional.of(new HashSet<>(members.keySet()));
        left.clear();
    }

    /// @return who was not in the snapshot, and is not in the set any more
    List<Key> endSync() {
        List<Key> gone = new ArrayList<>(unnamed.orElse(Set.of()));
        gone.forEach(members::remove);
        left.clear();
        unnamed = Optional.empty();
        return gone;
    }

    /// @param message complete: what it inherits from its frame is in it
    /// @return whether it is news
    boolean apply(PresenceMessage message) {
        Key key = Key.of(message);
        unnamed.ifPresent(keys -> keys.remove(key));
        PresenceMessage known = members.containsKey(key) ? members.get(key) : left.get(key);
        if (known != null && !isNewer(message, known)) {
            return false;
        }
        if (message.action() == PresenceAction.LEAVE || message.action() == PresenceAction.ABSENT) {
            if (unnamed.isPresent()) {
                left.put(key, message);
            }
            return members.remove(key) != null;
        }
        left.remove(key);
        members.put(key, message);
        return true;
    }

    /// What a server makes up itself, such as the leave of a lost connection, has an id that says
    /// nothing about order (RTP2b).
    private static boolean isNewer(PresenceMessage message, PresenceMessage known) {
        Optional<long[]> order = order(message);
        Optional<long[]> knownOrder = order(known);
        if (order.isEmpty() || knownOrder.isEmpty()) {
            return message.timestamp() >= known.timestamp();
        }
        long[] one = order.get();
        long[] other = knownOrder.get();
        return one[0] != other[0] ? one[0] > other[0] : one[1] > other[1];
    }

    /// The msgSerial and index in `<connectionId>:<msgSerial>:<index>`.
    private static Optional<long[]> order(PresenceMessage message) {
        String[] parts = message.id().orElse("").split(":");
        if (parts.length != 3 || !parts[0].equals(message.connectionId().orElse(""))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new long[] {Long.parseLong(parts[1]), Long.parseLong(parts[2])});
        } catch (NumberFormatException ofAnotherForm) {
            return Optional.empty();
        }
    }
}
