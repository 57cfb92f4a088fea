package io.hark.channel;

import io.hark.presence.Member;
import io.hark.presence.PresenceSet;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: what the owner keeps in memory of one channel while somebody uses it.
final class OwnedChannel {
    final ChannelId id;

    /// Frontend loops with interest, and what their attachments may do.
    final Map<Feed, Occupancy> feeds = new LinkedHashMap<>(2);

    /// Committed members.
    final PresenceSet members = new PresenceSet();

    /// Members as proposed but not yet committed entries will leave them; an empty value is a removal.
    private final Map<String, Proposed> proposed = new LinkedHashMap<>(0);

    /// Publishes in the log whose commit is awaited, by id (rule D3).
    final Map<IdHash, InFlight> inFlight = new HashMap<>(4);

    /// Steps that wait until the channel is loaded, or until the dedupe answer ahead of them is there.
    final ArrayDeque<Parked> parked = new ArrayDeque<>(0);

    boolean waiting;

    /// Last entry appended, and last entry committed.
    long proposedLsn;

    long committedLsn;
    long lastUsedMillis;

    OwnedChannel(ChannelId id) {
        this.id = id;
    }

    /// A step to be taken later, and how to refuse it when it cannot be.
    record Parked(Runnable step, Runnable refuse) {}

    private record Proposed(Optional<Member> member, long lsn) {
        Proposed confirmedBy(int generation) {
            return new Proposed(
                    member.map(known -> known.generation() < generation ? known.confirmedBy(generation) : known), lsn);
        }
    }

    /// One entry whose commit is awaited, with those who wait for it.
    record InFlight(
            Entry entry,
            Optional<OwnedChannel> channel,
            Optional<IdHash> id,
            boolean logged,
            List<MemberChange> changes,
            List<Consumer<Entry>> waiters) {}

    /// Whether a new step must wait: nothing overtakes what waits already.
    boolean mustPark() {
        return waiting || !parked.isEmpty();
    }

    void load(ChannelImage image) {
        proposedLsn = image.lastLsn();
        committedLsn = image.lastLsn();
        image.members().forEach(members::put);
    }

    /// The connection is alive: its members, also those on their way into the log, are vouched for by this
    /// generation.
    void confirm(Claim alive) {
        members.confirm(alive.connectionId(), alive.generation());
        proposed.replaceAll((key, pending) -> pending.member()
                        .filter(member -> member.connectionId().equals(alive.connectionId()))
                        .isPresent()
                ? pending.confirmedBy(alive.generation())
                : pending);
    }

    /// The connection speaks of this member: it is vouched for by this generation.
    void confirm(Claim alive, String clientId) {
        members.get(alive.connectionId(), clientId)
                .filter(member -> member.generation() < alive.generation())
                .ifPresent(member -> members.put(member.confirmedBy(alive.generation())));
        proposed.computeIfPresent(
                Member.key(alive.connectionId(), clientId), (key, pending) -> pending.confirmedBy(alive.generation()));
    }

    Optional<Member> proposedMember(String connectionId, String clientId) {
        Proposed pending = proposed.isEmpty() ? null : proposed.get(Member.key(connectionId, clientId));
        return pending == null ? members.get(connectionId, clientId) : pending.member();
    }

    /// The connection's members once everything proposed is committed.
    List<Member> proposedMembersOf(String connectionId) {
        Map<String, Member> all = new LinkedHashMap<>();
        members.of(connectionId).forEach(member -> all.put(member.key(), member));
        proposed.forEach((key, pending) -> pending.member()
                .ifPresentOrElse(
                        member -> {
                            if (member.connectionId().equals(connectionId)) {
                                all.put(key, member);
                            }
                        },
                        () -> all.remove(key)));
        return List.copyOf(all.values());
    }

    int proposedSize() {
        int size = members.size();
        for (var pending : proposed.entrySet()) {
            boolean committed = isCommitted(pending.getKey());
            if (pending.getValue().member().isPresent() != committed) {
                size += committed ? -1 : 1;
            }
        }
        return size;
    }

    private boolean isCommitted(String memberKey) {
        int colon = memberKey.indexOf(':');
        return members.get(memberKey.substring(0, colon), memberKey.substring(colon + 1))
                .isPresent();
    }

    void propose(long lsn, List<MemberChange> changes) {
        for (MemberChange change : changes) {
            Optional<Member> member = change instanceof MemberChange.Put(var put) ? Optional.of(put) : Optional.empty();
            proposed.put(change.memberKey(), new Proposed(member, lsn));
        }
    }

    void commit(Entry entry, List<MemberChange> changes) {
        committedLsn = entry.lsn();
        for (MemberChange change : changes) {
            String key = change.memberKey();
            Proposed pending = proposed.get(key);
            boolean newest = pending != null && pending.lsn() == entry.lsn();
            switch (change) {
                // The proposed one knows of what confirmed it meanwhile.
                case MemberChange.Put(var member) ->
                    members.put(newest ? pending.member().orElse(member) : member);
                case MemberChange.Remove(var removed) -> {
                    int colon = removed.indexOf(':');
                    members.remove(removed.substring(0, colon), removed.substring(colon + 1));
                }
            }
            if (newest) {
                proposed.remove(key);
            }
        }
    }

    Occupancy occupancy() {
        Occupancy sum = Occupancy.NONE;
        for (Occupancy occupancy : feeds.values()) {
            sum = sum.plus(occupancy);
        }
        return sum;
    }

    /// Whether nobody would notice if the state were dropped and loaded again later.
    boolean isIdle() {
        return feeds.isEmpty()
                && inFlight.isEmpty()
                && parked.isEmpty()
                && !waiting
                && committedLsn == proposedLsn
                && members.size() == 0;
    }
}
