package io.hark.channel.sim;

import io.hark.channel.Durability;
import io.hark.channel.EntryKind;
import io.hark.channel.sim.Anomaly.Kind;
import io.hark.channel.sim.History.Recorded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Confined: reads one history from its beginning to its end and says what must not be (design, rules I1 to I9). It
/// knows nothing of the code that made the history.
///
/// The log as it stands is kept up to date while reading, so that each delivery is compared with the log of its own
/// time: an entry that a power loss took later was rightly delivered before.
final class Checker {
    private final List<Anomaly> anomalies = new ArrayList<>();
    private final Map<String, Op> ops = new HashMap<>();
    private final Map<String, TreeMap<Long, Logged>> logs = new HashMap<>();
    private final Map<Place, String> valueAt = new HashMap<>();
    private final Map<Place, Logged> present = new HashMap<>();
    private final Map<Integer, Long> expiredUpTo = new HashMap<>();
    private final Set<Place> expired = new HashSet<>();
    private final Map<Integer, Integer> epochs = new HashMap<>();
    private final Map<List<Integer>, Long> lineageEnds = new HashMap<>();
    private final Map<List<String>, Run> runs = new HashMap<>();
    private final PresenceCheck presence = new PresenceCheck();
    private long synced;
    private int at;

    /// What became of one publish or presence event.
    private static final class Op {
        private final Event.Invoked invoked;
        private Optional<Logged> logged = Optional.empty();
        private boolean acked;
        private long ackedLsn;
        private int ackedAt;
        private int lostAt = -1;
        private boolean wasSynced;
        private boolean refused;
        private boolean declined;

        private Op(Event.Invoked invoked) {
            this.invoked = invoked;
        }
    }

    private record Logged(Event.Written written) {
        Place place() {
            return written.place();
        }
    }

    /// A client's place on a channel while it misses nothing.
    private static final class Run {
        private Place place;
        private long relaxedUpTo;
        private final Set<String> received = new HashSet<>();

        private Run(Place place, long relaxedUpTo) {
            this.place = place;
            this.relaxedUpTo = relaxedUpTo;
        }
    }

    List<Anomaly> check(List<Recorded> history) {
        for (at = 0; at < history.size(); at++) {
            check(history.get(at).event());
        }
        atTheEnd();
        return anomalies;
    }

    private void check(Event event) {
        switch (event) {
            case Event.Invoked invoked -> {
                ops.put(invoked.op(), new Op(invoked));
                presence.invoked(invoked);
            }
            case Event.Written written -> written(written);
            case Event.Synced(long number) -> synced = Math.max(synced, number);
            case Event.Lost(Place place, String channel) -> lost(place, channel);
            case Event.Expired(Place place, String channel) -> {
                expiredUpTo.merge(place.slot(), place.lsn(), Math::max);
                expired.add(place);
            }
            case Event.LineageEnded(int slot, int lineage, long end) -> lineageEnds.put(List.of(slot, lineage), end);
            case Event.Answered(String op, Place place) ->
                requireDurable(Kind.ACKED_BEFORE_DURABLE, place, op + " is acknowledged");
            case Event.Declined(String op) -> ops.get(op).declined = true;
            case Event.Acked(String op, long lsn) -> acked(op, lsn);
            case Event.Refused(String op, boolean certain) -> refused(op, certain);
            case Event.Handed(Place place) ->
                requireDurable(Kind.DELIVERED_BEFORE_DURABLE, place, "an entry is delivered");
            case Event.Attached attached -> attached(attached);
            case Event.Received received -> received(received);
            case Event.Forgot(String client, String channel) -> runs.remove(List.of(client, channel));
            case Event.LeftByDetach(String connection, String channel) -> presence.leftByDetach(connection, channel);
            case Event.Ended(String connection) -> presence.ended(connection);
            case Event.Quiet quiet -> {
                quiet(quiet);
                presence.quiet(quiet);
            }
            case Event.OwnerMembers members -> presence.ownerMembers(members);
            case Event.Stuck(String what) -> found(Kind.STUCK, what);
            case Event.Alarm(String what) -> found(Kind.ALARM, what);
            case Event.Crashed crashed -> {}
        }
    }

    private void found(Kind kind, String detail) {
        anomalies.add(new Anomaly(kind, at, detail));
    }

    private TreeMap<Long, Logged> log(String channel) {
        return logs.computeIfAbsent(channel, key -> new TreeMap<>());
    }

    private void written(Event.Written written) {
        Logged logged = new Logged(written);
        Place place = written.place();
        requireValue(place, written.op());
        if (epochs.merge(place.slot(), written.epoch(), Math::max) > written.epoch()) {
            found(Kind.STALE_OWNER_WRITE, "epoch %d at %s after a higher one".formatted(written.epoch(), place));
        }
        log(written.channel()).put(place.lsn(), logged);
        present.put(place, logged);
        Op op = ops.get(written.op());
        if (op == null) {
            // The leaves of lost connections are the owner's own.
            if (!written.op().startsWith("leave-")) {
                found(Kind.PHANTOM, written.op() + " is in the log and was never published");
            }
            return;
        }
        if (written.kind() == EntryKind.MESSAGE && op.logged.isPresent()) {
            found(
                    Kind.DUPLICATE_IN_LOG,
                    "%s at %s and at %s".formatted(written.op(), op.logged.get().place(), place));
        }
        if (op.refused) {
            found(Kind.BAD_NACK, written.op() + " was refused and is logged at " + place);
        }
        op.logged = Optional.of(logged);
    }

    /// One number, one value, for ever.
    private void requireValue(Place place, String op) {
        String before = valueAt.putIfAbsent(place, op);
        if (before != null && !before.equals(op)) {
            found(Kind.POSITION_DISAGREEMENT, "%s is %s and %s".formatted(place, before, op));
        }
    }

    private void lost(Place place, String channel) {
        Logged logged = present.remove(place);
        if (logged == null) {
            return; // It had not even been written.
        }
        log(channel).remove(place.lsn());
        if (logged.written().op().startsWith("leave-")) {
            presence.lostLeave(channel);
        }
        Op op = ops.get(logged.written().op());
        if (op != null && op.logged.equals(Optional.of(logged))) {
            op.logged = Optional.empty();
            op.lostAt = at;
            op.wasSynced = logged.written().durability() == Durability.FSYNC;
        }
    }

    private void requireDurable(Kind kind, Place place, String what) {
        Logged logged = present.get(place);
        if (logged == null) {
            found(kind, what + " though nothing is written at " + place);
        } else if (logged.written().durability() == Durability.FSYNC
                && logged.written().number() > synced) {
            found(kind, what + " though it is not synced at " + place);
        }
    }

    private void acked(String id, long lsn) {
        Op op = ops.get(id);
        op.acked = true;
        op.ackedLsn = lsn;
        op.ackedAt = at;
        presence.acked(id);
    }

    private void refused(String id, boolean certain) {
        Op op = ops.get(id);
        op.refused = certain;
        if (certain && op.logged.isPresent()) {
            found(
                    Kind.BAD_NACK,
                    "%s is refused and is logged at %s"
                            .formatted(id, op.logged.get().place()));
        }
    }

    private void attached(Event.Attached attached) {
        List<String> key = List.of(attached.client(), attached.channel());
        if (!attached.resumed()) {
            attached.requested().ifPresent(requested -> requireReason(attached, requested));
            runs.put(key, new Run(attached.from(), attached.rewound() ? attached.tip() : 0));
            return;
        }
        Run run = runs.get(key);
        if (attached.requested().isEmpty()
                || run == null
                || run.place.lsn() != attached.from().lsn()) {
            found(
                    Kind.CURSOR_REGRESS,
                    "%s says that it is resumed, the client was at %s"
                            .formatted(attached, run == null ? "no place" : run.place));
        }
    }

    /// Continuity is given up only if entries of the slot past the client's position are gone.
    private void requireReason(Event.Attached attached, Place requested) {
        Long end = lineageEnds.get(List.of(requested.slot(), requested.lineage()));
        boolean wasCut = end != null && end < requested.lsn();
        boolean hasExpired = expiredUpTo.getOrDefault(requested.slot(), 0L) > requested.lsn();
        if (!wasCut && !hasExpired) {
            found(
                    Kind.FALSE_DISCONTINUITY,
                    "%s lost its place %s on %s for no reason"
                            .formatted(attached.client(), requested, attached.channel()));
        }
    }

    private void received(Event.Received received) {
        Place place = received.place();
        Run run = runs.get(List.of(received.client(), received.channel()));
        if (run == null) {
            found(Kind.PHANTOM, received + " before it was attached");
            return;
        }
        boolean repeated =
                received.logged() && received.kind() == EntryKind.MESSAGE && !run.received.add(received.op());
        if (repeated) {
            found(Kind.DUPLICATE_TO_CLIENT, "%s gets %s again".formatted(received.client(), received.op()));
        }
        if (received.logged()) {
            requireValue(place, received.op());
            Logged logged = present.get(place);
            if (logged == null || !logged.written().op().equals(received.op())) {
                found(
                        Kind.PHANTOM,
                        "%s gets %s, which is not in the log at %s".formatted(received.client(), received.op(), place));
            }
            requireNothingBetween(received, run);
            if (!repeated && place.lsn() <= run.place.lsn()) {
                found(Kind.ORDER_DIVERGENCE, "%s gets %s after %s".formatted(received.client(), place, run.place));
            }
        } else if (!ops.containsKey(received.op())) {
            found(Kind.PHANTOM, received.op() + " was never published");
        }
        if (place.lsn() < run.place.lsn()) {
            found(Kind.CURSOR_REGRESS, "%s goes back from %s to %s".formatted(received.client(), run.place, place));
        }
        run.place = place;
    }

    private void requireNothingBetween(Event.Received received, Run run) {
        long from = run.place.lsn();
        long to = received.place().lsn();
        if (from >= to) {
            return;
        }
        for (Logged missed :
                log(received.channel()).subMap(from, false, to, false).values()) {
            // A rewind brings those messages that are kept: the presence set comes by itself.
            boolean notWanted = missed.written().kind() == EntryKind.PRESENCE || expired.contains(missed.place());
            if (missed.place().lsn() > run.relaxedUpTo || !notWanted) {
                found(
                        Kind.GAP_WITHOUT_FLAG,
                        "%s goes from %s to %s without %s %s"
                                .formatted(
                                        received.client(),
                                        run.place,
                                        received.place(),
                                        missed.written().op(),
                                        missed.place()));
                return;
            }
        }
    }

    private void quiet(Event.Quiet quiet) {
        Run run = runs.get(List.of(quiet.client(), quiet.channel()));
        if (run == null) {
            return;
        }
        long from = Math.max(run.place.lsn(), run.relaxedUpTo);
        log(quiet.channel()).tailMap(from, false).values().stream()
                .findFirst()
                .ifPresent(missed -> found(
                        Kind.GAP_WITHOUT_FLAG,
                        "%s rests at %s and never got %s %s"
                                .formatted(
                                        quiet.client(),
                                        run.place,
                                        missed.written().op(),
                                        missed.place())));
    }

    private void atTheEnd() {
        for (Op op : ops.values()) {
            if (op.acked && op.ackedLsn > 0) {
                requireKept(op);
            }
        }
        ops.values().forEach(op -> {
            if (op.lostAt >= 0 && op.logged.isEmpty()) {
                presence.lost(op.invoked.op());
            }
        });
        logs.values().forEach(this::requirePublishersOrder);
        presence.divergences().forEach(detail -> found(Kind.PRESENCE_DIVERGENCE, detail));
    }

    /// What was acknowledged is in the log; only what was not to be synced may be lost, and only after it was
    /// acknowledged.
    private void requireKept(Op op) {
        String id = op.invoked.op();
        if (op.logged.isPresent()) {
            if (op.logged.get().place().lsn() != op.ackedLsn
                    && op.invoked.member().isEmpty()) {
                found(
                        Kind.POSITION_DISAGREEMENT,
                        "%s is acknowledged at %d and logged at %s"
                                .formatted(id, op.ackedLsn, op.logged.get().place()));
            }
            return;
        }
        if (op.lostAt < op.ackedAt || op.wasSynced) {
            found(Kind.LOST_ACKED, id + " is acknowledged and not in the log");
        }
    }

    private void requirePublishersOrder(TreeMap<Long, Logged> log) {
        Map<String, Op> newest = new HashMap<>();
        for (Logged logged : log.values()) {
            Op op = ops.get(logged.written().op());
            if (op == null
                    || op.invoked.connection().equals("rest")
                    || logged.written().kind() != EntryKind.MESSAGE) {
                continue;
            }
            Op before = newest.put(op.invoked.connection(), op);
            // What was declined and sent again has lost its turn.
            boolean turned = before != null && before.invoked.serial() > op.invoked.serial();
            if (turned && op.acked && !op.declined) {
                found(Kind.PUBLISHER_REORDER, "%s is logged behind %s".formatted(op.invoked.op(), before.invoked.op()));
            }
        }
    }
}
