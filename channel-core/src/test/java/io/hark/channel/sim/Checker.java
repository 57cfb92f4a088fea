package io.hark.channel.sim;

import io.hark.channel.EntryKind;
import io.hark.channel.sim.Anomaly.Kind;
import io.hark.channel.sim.History.Recorded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined: reads one history from its beginning to its end and says what must not be (design, rules I1
/// to I9). It knows nothing of the code that made the history.
///
/// The committed log is kept up to date while reading, so that each delivery is compared with the log of its
/// own
/// time and lineage: an entry that a power loss of all nodes took later was rightly delivered before.
final class Checker {
    private final List<Anomaly> anomalies = new ArrayList<>();
    private final Map<String, Op> ops = new HashMap<>();
    private final CommittedLog log = new CommittedLog();
    private final ReplicaCheck replicas = new ReplicaCheck(log, this::found);
    private final Map<List<String>, Run> runs = new HashMap<>();
    private final PresenceCheck presence = new PresenceCheck();
    private final Map<List<String>, Event.OwnerText> texts = new HashMap<>();

    /// Continuity that was given up, by the position.
    private final Map<Place, Anomaly> unexplained = new LinkedHashMap<>();

    private int at;

    /// What became of one publish or presence event.
    private static final class Op {
        private final Event.Invoked invoked;
        private Optional<Event.Committed> logged = Optional.empty();
        /// Where it stood in lineages that ended before it.
        private final Set<Long> lost = new HashSet<>();

        private boolean acked;
        private long ackedLsn;
        private boolean refused;
        private boolean declined;

        private Op(Event.Invoked invoked) {
            this.invoked = invoked;
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
            case Event.Began began -> replicas.began(began);
            case Event.Written written -> replicas.written(written);
            case Event.Synced synced -> replicas.synced(synced);
            case Event.Lost lost -> replicas.lost(lost);
            case Event.Committed committed -> committed(committed);
            case Event.Lacks lacks -> found(Kind.IN_SYNC_LACKS_COMMITTED, lacks.toString());
            case Event.Expired(String node, Place place, String channel) -> log.expired(place);
            case Event.Answered(String op, Place place) ->
                replicas.requireDurable(Kind.ACKED_BEFORE_DURABLE, place, op + " is acknowledged");
            case Event.Declined(String op) -> ops.get(op).declined = true;
            case Event.Acked(String op, long lsn) -> acked(op, lsn);
            case Event.Refused(String op, boolean certain) -> refused(op, certain);
            case Event.Handed(Place place) ->
                replicas.requireDurable(Kind.DELIVERED_BEFORE_DURABLE, place, "an entry is delivered");
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
            case Event.OwnerText text -> texts.put(List.of(text.channel(), text.serial()), text);
            case Event.ClientText text -> clientText(text);
            case Event.Stuck(String what) -> found(Kind.STUCK, what);
            case Event.Alarm(String what) -> found(Kind.ALARM, what);
            case Event.ReplicaAtRest replica -> replicas.atRest(replica);
            case Event.Cut cut -> {}
            case Event.Installed installed -> {}
            case Event.Replaced replaced -> {}
            case Event.Befell befell -> {}
            case Event.Crashed crashed -> {}
        }
    }

    private void found(Kind kind, String detail) {
        anomalies.add(new Anomaly(kind, at, detail));
    }

    private void committed(Event.Committed entry) {
        boolean isNew = log.at(entry.place()).isEmpty();
        int lineage = log.lineage(entry.place().slot());
        replicas.committed(entry);
        if (entry.place().lineage() > lineage) {
            lineageEnded(entry.place().slot());
        }
        if (!isNew || entry.kind() == EntryKind.NOOP || entry.kind() == EntryKind.REFUSAL) {
            return;
        }
        Op op = ops.get(entry.op());
        if (op == null) {
            // The leaves of lost connections are the owner's own.
            if (!entry.op().startsWith("leave-") && !entry.op().startsWith("summary-")) {
                found(Kind.PHANTOM, entry.op() + " is in the log and was never published");
            }
            return;
        }
        boolean twice = op.logged.filter(before -> log.isKept(before.place())).isPresent();
        if (entry.kind() != EntryKind.PRESENCE && twice) {
            found(
                    Kind.DUPLICATE_IN_LOG,
                    "%s at %s and at %s".formatted(entry.op(), op.logged.get().place(), entry.place()));
        }
        if (op.refused) {
            found(Kind.BAD_NACK, entry.op() + " was refused and is logged at " + entry.place());
        }
        op.logged.ifPresent(before -> op.lost.add(before.place().lsn()));
        op.logged = Optional.of(entry);
    }

    private void lineageEnded(int slot) {
        for (Event.Committed entry : log.all()) {
            if (entry.place().slot() == slot
                    && !log.isKept(entry.place())
                    && entry.op().startsWith("leave-")) {
                presence.lostLeave(entry.channel());
            }
        }
    }

    private void acked(String id, long lsn) {
        Op op = ops.get(id);
        op.acked = true;
        op.ackedLsn = lsn;
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

    /// Continuity is given up only if entries of the slot past the client's position have expired, or
    /// the lineage ended before it: which shows once the next one has its first entry.
    private void requireReason(Event.Attached attached, Place requested) {
        if (!log.hasExpiredAfter(requested)) {
            unexplained.put(
                    requested,
                    new Anomaly(
                            Kind.FALSE_DISCONTINUITY,
                            at,
                            "%s lost its place %s on %s for no reason"
                                    .formatted(attached.client(), requested, attached.channel())));
        }
    }

    private void received(Event.Received received) {
        Place place = received.place();
        Run run = runs.get(List.of(received.client(), received.channel()));
        if (run == null) {
            found(Kind.PHANTOM, received + " before it was attached");
            return;
        }
        boolean isNamed = received.kind() != EntryKind.PRESENCE && received.kind() != EntryKind.REFUSAL;
        boolean repeated = received.logged() && isNamed && !run.received.add(received.op());
        if (repeated) {
            found(Kind.DUPLICATE_TO_CLIENT, "%s gets %s again".formatted(received.client(), received.op()));
        }
        if (received.logged()) {
            boolean isThere = log.at(place)
                    .filter(entry -> entry.op().equals(received.op()))
                    .isPresent();
            if (!isThere) {
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
        for (Event.Committed missed :
                log.between(received.channel(), from, to, received.place().lineage())) {
            // A rewind brings those messages that are kept, as they are now; the presence set comes by itself.
            boolean notWanted = missed.kind() != EntryKind.MESSAGE
                    || log.isExpired(missed.place())
                    || log.hasExpiredVersionAfter(received.channel(), missed.place());
            if (missed.place().lsn() > run.relaxedUpTo || !notWanted) {
                found(
                        Kind.GAP_WITHOUT_FLAG,
                        "%s goes from %s to %s without %s %s"
                                .formatted(
                                        received.client(), run.place, received.place(), missed.op(), missed.place()));
                return;
            }
        }
    }

    /// Whoever joins what it was handed has the message that its owner has.
    private void clientText(Event.ClientText text) {
        Event.OwnerText owners = texts.get(List.of(text.channel(), text.serial()));
        if (owners != null && !owners.text().equals(text.text())) {
            found(
                    Kind.TEXT_DIVERGENCE,
                    "%s has message %s as '%s', the owner as '%s'"
                            .formatted(text.client(), text.serial(), text.text(), owners.text()));
        }
    }

    private void quiet(Event.Quiet quiet) {
        Run run = runs.get(List.of(quiet.client(), quiet.channel()));
        if (run == null) {
            return;
        }
        long from = Math.max(run.place.lsn(), run.relaxedUpTo);
        log.between(quiet.channel(), from, Long.MAX_VALUE, log.lineage(run.place.slot())).stream()
                .findFirst()
                .ifPresent(missed -> found(
                        Kind.GAP_WITHOUT_FLAG,
                        "%s rests at %s and never got %s %s"
                                .formatted(quiet.client(), run.place, missed.op(), missed.place())));
    }

    private void atTheEnd() {
        for (Op op : ops.values()) {
            if (op.acked && op.ackedLsn > 0) {
                requireKept(op);
            }
            if (op.logged.filter(entry -> !log.isKept(entry.place())).isPresent()) {
                presence.lost(op.invoked.op());
            }
        }
        unexplained.forEach((requested, anomaly) -> {
            if (log.isKept(requested)) {
                anomalies.add(anomaly);
            }
        });
        replicas.atTheEnd();
        log.channels().forEach(channel -> requirePublishersOrder(log.kept(channel)));
        presence.divergences().forEach(detail -> found(Kind.PRESENCE_DIVERGENCE, detail));
    }

    /// What was acknowledged is committed where the acknowledgement says.
    private void requireKept(Op op) {
        String id = op.invoked.op();
        if (op.logged.isEmpty()) {
            found(Kind.LOST_ACKED, id + " is acknowledged and not in the log");
        } else if (op.logged.get().place().lsn() != op.ackedLsn
                && !op.lost.contains(op.ackedLsn)
                && log.isKept(op.logged.get().place())
                && op.invoked.member().isEmpty()) {
            found(
                    Kind.POSITION_DISAGREEMENT,
                    "%s is acknowledged at %d and logged at %s"
                            .formatted(id, op.ackedLsn, op.logged.get().place()));
        }
    }

    private void requirePublishersOrder(List<Event.Committed> entries) {
        Map<String, Op> newest = new HashMap<>();
        for (Event.Committed entry : entries) {
            Op op = ops.get(entry.op());
            if (op == null || op.invoked.connection().equals("rest") || entry.kind() == EntryKind.PRESENCE) {
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
