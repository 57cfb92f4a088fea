package io.hark.channel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: what was declined because the node was too full, by the connection that published it. Its publisher may
/// never hear of that, and asks again: so it is remembered until it is asked again, or until something later of its
/// publisher is to be taken.
final class DeclinedPublishes {
    /// Ids of all publishers together.
    static final int IDS_MAX = 1_000;

    private final Map<Publisher, Declined> declined = new LinkedHashMap<>();
    private int size;

    private record Publisher(ChannelId channel, String connectionId) {
        static Publisher of(ChannelId channel, Claim claim) {
            return new Publisher(channel, claim.connectionId());
        }
    }

    /// In the order in which they came.
    private record Declined(Claim latest, List<IdHash> ids) {}

    /// @return a publisher of which there is too much to remember: nothing more can be taken from its transport
    Optional<Claim> add(ChannelId channel, Claim publisher, List<IdHash> ids) {
        Publisher key = Publisher.of(channel, publisher);
        List<IdHash> all = new ArrayList<>(take(channel, publisher));
        all.addAll(ids);
        if (all.size() > Publish.IDS_MAX) {
            return Optional.of(publisher);
        }
        declined.put(key, new Declined(publisher, all));
        size += all.size();
        if (size <= IDS_MAX) {
            return Optional.empty();
        }
        Map.Entry<Publisher, Declined> eldest = declined.entrySet().iterator().next();
        take(eldest.getKey().channel(), eldest.getValue().latest());
        return Optional.of(eldest.getValue().latest());
    }

    /// A publish comes, perhaps again: then it is judged anew, and so will be what was declined after it.
    void comes(ChannelId channel, Claim publisher, List<IdHash> ids) {
        Declined before = declined.isEmpty() ? null : declined.get(Publisher.of(channel, publisher));
        int at = before == null || ids.isEmpty() ? -1 : before.ids().indexOf(ids.getFirst());
        if (at >= 0) {
            List<IdHash> earlier = List.copyOf(before.ids().subList(0, at));
            take(channel, publisher);
            if (!earlier.isEmpty()) {
                add(channel, before.latest(), earlier);
            }
        }
    }

    /// Whether something that came earlier is remembered.
    boolean has(ChannelId channel, Claim publisher) {
        return !declined.isEmpty() && declined.containsKey(Publisher.of(channel, publisher));
    }

    /// What came earlier, and is remembered no longer.
    List<IdHash> take(ChannelId channel, Claim publisher) {
        Declined taken = declined.remove(Publisher.of(channel, publisher));
        if (taken == null) {
            return List.of();
        }
        size -= taken.ids().size();
        return taken.ids();
    }
}
