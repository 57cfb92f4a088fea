package io.hark.channel;

import io.hark.presence.Member;
import io.hark.presence.PresenceSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: what the owner keeps in memory of one channel while somebody uses it.
final class OwnedChannel {
    private static final int PUBLISHERS_MAX = 1_000;

    final ChannelId id;

    /// Frontend loops with interest, and what their attachments may do.
    final Map<Feed, Occupancy> feeds = new LinkedHashMap<>(2);

    /// Committed members.
    final PresenceSet members = new PresenceSet();

    /// Members as proposed but not yet committed entries will leave them; an empty value is a removal.
    private final Map<String, Proposed> proposed = new LinkedHashMap<>(0);

    private long proposedBytes;

    /// Rows of state as proposed but not yet committed entries will leave them.
    final ProposedRows rows = new ProposedRows();

    /// The rows of its last publish, once somebody has asked for them.
    Optional<LastPublish> last = Optional.empty();

    final DueSummaries summaries = new DueSummaries();

    /// Publishes in the log whose commit is awaited, by id (rule D3).
    final Map<IdHash, InFlight> inFlight = new HashMap<>(4);

    /// Steps that wait until the channel is loaded, or until the dedupe answer ahead of them is there.
    final ArrayDeque<Parked> parked = new ArrayDeque<>(0);

    /// Ids of those that wait, while any does.
    Optional<IdLookups> lookups = Optional.empty();

    /// Connections that are alive and may have members here, with the frontend that holds them.
    private final Map<String, Held> claims = new HashMap<>(0);

    /// Publishing connections of which this epoch knows that nothing of theirs is in the log but what it put
    /// there.
    private final Map<String, Integer> publishers = new LinkedHashMap<>(0, 0.75f, true);

    /// The latest transport of each connection that has spoken here in this epoch.
    private final Map<String, Integer> generations = new LinkedHashMap<>(0, 0.75f, true);

    /// The entry that made the presence set what it is, or one behind that, of which nothing is known.
    long membersLsn;

    /// Its objects, while they are in memory.
    Optional<OwnedObjects> objects = Optional.empty();

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

    private record Held(int generation, Feed feed) {}

    private record Proposed(Optional<Member> member, long lsn) {
        Proposed confirmedBy(int generation) {
            return new Proposed(
                    member.map(known -> known.generation() < generation ? known.confirmedBy(generation) : known), lsn);
        }
    }

    /// One entry whose commit is awaited, with those who wait for it.
    ///
    /// @param encoded the entry's bytes; empty until it is appended
    /// @param changes of members
    /// @param rows    all changes of rows of state, those of members among them
    record InFlight(
            Entry entry,
            byte[] encoded,
            Optional<OwnedChannel> channel,
            List<IdHash> ids,
            boolean logged,
            List<MemberChange> changes,
            List<StateChange> rows,
            List<Consumer<Entry>> waiters) {
        private static final byte[] NOT_YET = {};

        InFlight(
                Entry entry,
                Optional<OwnedChannel> channel,
                List<IdHash> ids,
                List<MemberChange> changes,
                List<Consumer<Entry>> waiters) {
            this(
                    entry,
                    NOT_YET,
                    channel,
                    ids,
                    true,
                    changes,
                    changes.stream().map(MemberChange::row).toList(),
                    waiters);
        }

        /// @param rows what it changes of rows of state; none of them is a member's
        InFlight(
                Entry entry,
                Optional<OwnedChannel> channel,
                List<IdHash> ids,
                List<MemberChange> changes,
                List<StateChange> rows,
                List<Consumer<Entry>> waiters) {
            this(entry, NOT_YET, channel, ids, true, changes, rows, waiters);
        }

        InFlight appended(byte[] bytes) {
            return new InFlight(entry, bytes, channel, ids, logged, changes, rows, waiters);
        }
    }

    /// Nothing waits any more.
    void dropLookups() {
        lookups.ifPresent(IdLookups::clear);
        lookups = Optional.empty();
    }

    /// A publish with one of the ids whose commit is awaited.
    Optional<InFlight> inFlight(List<IdHash> ids) {
        for (IdHash id : ids) {
            InFlight pending = inFlight.get(id);
            if (pending != null) {
                return Optional.of(pending);
            }
        }
        return Optional.empty();
    }

    void await(InFlight pending) {
        pending.ids().forEach(id -> inFlight.put(id, pending));
        if (lookups.isPresent()) {
            lookups.get().appended(pending.ids());
        }
    }

    /// Whether a later transport of the connection has spoken here: what comes from this one now is a late
    /// copy.
    boolean isSuperseded(Claim claim) {
        return generations.getOrDefault(claim.connectionId(), -1) > claim.generation();
    }

    void see(Claim claim) {
        generations.merge(claim.connectionId(), claim.generation(), Math::max);
        if (generations.size() > PUBLISHERS_MAX) {
            generations.remove(generations.keySet().iterator().next());
        }
    }

    /// Whether a publish of this transport, not sent before, cannot be in the log.
    boolean isKnown(Optional<Claim> publisher) {
        return publisher.isEmpty()
                || Integer.valueOf(publisher.get().generation())
                        .equals(publishers.get(publisher.get().connectionId()));
    }

    void know(Claim publisher) {
        publishers.put(publisher.connectionId(), publisher.generation());
        if (publishers.size() > PUBLISHERS_MAX) {
            publishers.remove(publishers.keySet().iterator().next());
        }
    }

    /// The feed's frontend holds the connection.
    void claim(Claim alive, Feed feed) {
        Held held = claims.get(alive.connectionId());
        if (held == null || held.generation() <= alive.generation()) {
            claims.put(alive.connectionId(), new Held(alive.generation(), feed));
        }
    }

    /// Whether the connection is held, by that transport or a later one.
    boolean isClaimed(Claim claim) {
        Held held = claims.get(claim.connectionId());
        return held != null && held.generation() >= claim.generation();
    }

    void unclaim(Claim claim) {
        claims.computeIfPresent(
                claim.connectionId(), (id, held) -> held.generation() <= claim.generation() ? null : held);
    }

    /// The connections that the feed's frontend held.
    List<Claim> unclaimAll(Feed feed) {
        List<Claim> released = new ArrayList<>();
        claims.entrySet().removeIf(claim -> {
            boolean held = claim.getValue().feed().equals(feed);
            if (held) {
                released.add(new Claim(claim.getKey(), claim.getValue().generation()));
            }
            return held;
        });
        return released;
    }

    /// Whether a new step must wait: nothing overtakes what waits already.
    boolean mustPark() {
        return waiting || !parked.isEmpty();
    }

    void load(ChannelImage image) {
        proposedLsn = image.lastLsn();
        committedLsn = image.lastLsn();
        membersLsn = image.lastLsn();
        image.members().forEach(member -> {
            members.put(member);
            proposedBytes += member.bytes();
        });
        image.dueSummaries().forEach(summaries::due);
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

    boolean hasMembersOf(String connectionId) {
        return !proposedMembersOf(connectionId).isEmpty();
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

    /// What the members come to once everything proposed is committed.
    long proposedBytes() {
        return proposedBytes;
    }

    private boolean isCommitted(String memberKey) {
        int colon = memberKey.indexOf(':');
        return members.get(memberKey.substring(0, colon), memberKey.substring(colon + 1))
                .isPresent();
    }

    void propose(long lsn, List<MemberChange> changes) {
        for (MemberChange change : changes) {
            proposedBytes += change.grown();
            proposed.put(change.memberKey(), new Proposed(change.after(), lsn));
        }
    }

    void commit(Entry entry, List<MemberChange> changes) {
        committedLsn = entry.lsn();
        objects.ifPresent(held -> held.committed(entry.lsn()));
        if (!changes.isEmpty()) {
            membersLsn = entry.lsn();
        }
        for (MemberChange change : changes) {
            String key = change.memberKey();
            Proposed pending = proposed.get(key);
            boolean newest = pending != null && pending.lsn() == entry.lsn();
            switch (change) {
                // The proposed one knows of what confirmed it meanwhile.
                case MemberChange.Put(var member, var before) ->
                    members.put(newest ? pending.member().orElse(member) : member);
                case MemberChange.Remove(var gone) -> members.remove(gone.connectionId(), gone.clientId());
            }
            if (newest) {
                proposed.remove(key);
            }
            if (change instanceof MemberChange.Remove(var gone) && !hasMembersOf(gone.connectionId())) {
                claims.remove(gone.connectionId());
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

    OccupancyMetrics metrics() {
        return new OccupancyMetrics(occupancy(), members.size());
    }

    /// Whether somebody wants to be told of its occupancy.
    boolean isWatched() {
        for (Occupancy occupancy : feeds.values()) {
            if (occupancy.watchers() > 0) {
                return true;
            }
        }
        return false;
    }

    /// Lets go of the objects if nobody has used them since then, nor is about to.
    void dropObjects(long idleSinceMillis, long nowMillis) {
        if (!waiting && objects.isPresent() && objects.get().isIdle(idleSinceMillis, nowMillis)) {
            objects.get().dropped();
            objects = Optional.empty();
        }
    }

    /// Whether nobody would notice if the state were dropped and loaded again later.
    boolean isIdle() {
        return feeds.isEmpty()
                && inFlight.isEmpty()
                && parked.isEmpty()
                && !waiting
                && committedLsn == proposedLsn
                && members.size() == 0
                && summaries.isEmpty()
                && objects.isEmpty();
    }
}
