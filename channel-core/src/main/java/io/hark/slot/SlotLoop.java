package io.hark.slot;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.EntryCodec;
import io.hark.channel.Feed;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.HistoryStore;
import io.hark.channel.LogPage;
import io.hark.channel.Loop;
import io.hark.channel.LoopFeed;
import io.hark.channel.MetaEvent;
import io.hark.channel.OccupancyMetrics;
import io.hark.channel.RowsListener;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotOwner;
import io.hark.channel.Slots;
import io.hark.channel.StateKind;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.control.SlotAssignment;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/// Confined: the slots of one loop, and what connects them to the disk, to the other nodes and to the
/// frontends' loops.
///
/// What one turn of the loop appends goes to the store together, what it has to say to a node goes in one
/// hand-off, and so do the entries for a frontend loop: work is batched by what queues, never by a timer.
final class SlotLoop implements OwnerEffects.Log, ReplicaEffects, SlotRoute.RouteEffects {
    private static final ErrorInfo UNSURE =
            ErrorCode.OVERLOADED.info("the owner of the channel cannot reach its replicas at the moment; try again");

    private final Loop loop;
    private final int index;
    private final int loops;
    private final NodeContext node;
    private final HistoryStore store;
    private final LongSupplier clock;
    private final SlotReplica[] replicas = new SlotReplica[Slots.COUNT];
    private final SlotRoute[] routes = new SlotRoute[Slots.COUNT];
    private final SlotAssignment[] known = new SlotAssignment[Slots.COUNT];
    private final Outboxes outboxes;
    private final Map<String, NodeSession> sessions = new LinkedHashMap<>();
    private final Feed localFeed = new LocalFeed();
    private final OwnerRequests requests;
    private final MetaReports metaReports;
    private final OwnerEffects owners;

    private boolean current;
    private int knownMinIsr;
    private final Set<SlotReplica> toPump = new LinkedHashSet<>();
    private List<ControlCommand.IsrChange> isrChanges = new ArrayList<>();
    private List<ControlCommand.Step> transfers = new ArrayList<>();
    private List<PeerMessage.SlotEpoch> served = new ArrayList<>();
    private final LoopLog writes;
    private final CatchUpLane catchUps;
    private boolean flushQueued;
    private long uncommittedBytes;

    SlotLoop(Loop loop, int index, int loops, NodeContext node) {
        this.loop = loop;
        this.outboxes = new Outboxes(loop);
        this.index = index;
        this.loops = loops;
        this.node = node;
        this.store = node.store();
        this.requests = new OwnerRequests(store, loop);
        this.owners = new OwnerEffects(loop, loops, node, this);
        this.writes = new LoopLog(store, loop, this::durable, node.fatal());
        this.catchUps = new CatchUpLane(store, loop, node.config().catchUpsMax());
        this.clock = node.clock();
        this.metaReports = new MetaReports(
                (request, answer) -> routes[request.slot()].ask(request, now(), answer),
                "%s-%s-".formatted(node.self(), Long.toString(owners.wallMillis(), Character.MAX_RADIX)),
                node.unheard());
        forEachSlot(slot -> {
            replicas[slot] =
                    new SlotReplica(store.recovered(slot), store.isUnproven(slot), node.self(), this, node.config());
            routes[slot] = new SlotRoute(this, node.config());
        });
    }

    private void forEachSlot(IntConsumer step) {
        for (int slot = index; slot < Slots.COUNT; slot += loops) {
            step.accept(slot);
        }
    }

    long now() {
        return clock.getAsLong();
    }

    /// Takes the step on the loop: at once when already there.
    void run(Consumer<SlotLoop> step) {
        if (loop.inLoop()) {
            step.accept(this);
        } else {
            loop.execute(() -> step.accept(this));
        }
    }

    SlotRoute route(int slot) {
        return routes[slot];
    }

    /// Reads here when everything that is asked for is committed here, else at the owner.
    void read(HistoryQuery query, CompletableFuture<HistoryPage> page) {
        int slot = query.channel().slot();
        if (Math.max(query.upToLsn(), query.form().latestAsOf()) <= replicas[slot].readableLsn()) {
            store.read(query).whenComplete((read, failure) -> {
                if (failure == null) {
                    page.complete(read);
                } else {
                    page.completeExceptionally(failure);
                }
            });
        } else {
            routes[slot].ask(new SlotRequest.Read(query), now(), answer -> NodeRouter.complete(page, answer));
        }
    }

    List<NodeRouter.SlotReport> report() {
        List<NodeRouter.SlotReport> reports = new ArrayList<>();
        forEachSlot(slot -> {
            SlotReplica replica = replicas[slot];
            reports.add(new NodeRouter.SlotReport(
                    slot,
                    replica.promised(),
                    replica.leader().isPresent(),
                    replica.serving().isPresent(),
                    replica.meta().epochAt(replica.meta().lastLsn()),
                    replica.meta().lastLsn(),
                    replica.durableLsn(),
                    replica.committedLsn(),
                    replica.leader().map(SlotLeader::confirmed).orElse(Map.of()),
                    routes[slot].waiting()));
        });
        return reports;
    }

    SlotReplica replica(int slot) {
        return replicas[slot];
    }

    /// @param isCurrent whether the region counts on this life of the node
    void decided(ControlState state, boolean isCurrent) {
        boolean changed = isCurrent != current || state.minIsr() != knownMinIsr;
        current = isCurrent;
        knownMinIsr = state.minIsr();
        if (!state.hasSlots()) {
            return;
        }
        long nowMillis = now();
        forEachSlot(slot -> {
            SlotAssignment assigned = state.slots().get(slot);
            if (changed || !assigned.equals(known[slot])) {
                known[slot] = assigned;
                replicas[slot].assigned(assigned, state.minIsr(), isCurrent, nowMillis);
                routes[slot].assigned(assigned.epoch());
            }
        });
    }

    void tick() {
        long nowMillis = now();
        metaReports.tick(nowMillis);
        forEachSlot(slot -> {
            replicas[slot].leader().ifPresent(leader -> leader.tick(nowMillis));
            routes[slot].tick(nowMillis);
        });
    }

    // ---- sessions with other nodes

    void up(String peer, long number) {
        down(peer);
        sessions.put(peer, new NodeSession(number, node.config().creditBytes(), this::queueFlush));
        List<PeerMessage.SlotEpoch> serving = new ArrayList<>();
        long nowMillis = now();
        forEachSlot(slot -> replicas[slot].leader().ifPresent(leader -> {
            leader.peerUp(peer, nowMillis);
            leader.owner().ifPresent(owner -> serving.add(new PeerMessage.SlotEpoch(slot, leader.epoch())));
        }));
        if (!serving.isEmpty()) {
            send(peer, new PeerMessage.Serving(serving));
        }
    }

    void down(String peer, long number) {
        NodeSession session = sessions.get(peer);
        if (session != null && session.number == number) {
            down(peer);
        }
    }

    private void down(String peer) {
        NodeSession session = sessions.remove(peer);
        if (session == null) {
            return;
        }
        session.feed.close();
        long nowMillis = now();
        forEachSlot(slot -> {
            routes[slot].lost(peer);
            replicas[slot]
                    .leader()
                    .flatMap(SlotLeader::owner)
                    .ifPresent(owner -> owner.feedLost(session.feed, nowMillis));
        });
    }

    void received(String peer, long number, PeerMessage.OfSlot message) {
        NodeSession session = sessions.get(peer);
        if (session == null || session.number != number) {
            return;
        }
        int slot = message.slot();
        SlotReplica replica = replicas[slot];
        long nowMillis = now();
        switch (message) {
            case PeerMessage.Append append -> replica.append(peer, append);
            case PeerMessage.Appended confirmed ->
                replica.leader().ifPresent(leader -> leader.confirmed(peer, confirmed, nowMillis));
            case PeerMessage.Mismatch mismatch ->
                replica.leader().ifPresent(leader -> leader.mismatch(peer, mismatch, nowMillis));
            case PeerMessage.Rejected rejected -> replica.rejected(rejected);
            case PeerMessage.AskFollows ask -> replica.askFollows(peer, ask);
            case PeerMessage.Follows follows -> replica.leader().ifPresent(leader -> leader.follows(peer, follows));
            case PeerMessage.Install install -> replica.install(peer, install);
            case PeerMessage.Installed installed ->
                replica.leader().ifPresent(leader -> leader.installed(peer, installed, nowMillis));
            case PeerMessage.Ask ask -> asked(peer, session, ask);
            case PeerMessage.Answer answer -> {
                if (routes[slot].isFrom(peer, answer.epoch())) {
                    routes[slot].answered(answer.seq(), answer.answer());
                }
            }
            case PeerMessage.Deliver deliver -> delivered(peer, session, deliver);
            case PeerMessage.Tip tip -> {
                if (routes[slot].isFrom(peer, tip.epoch())) {
                    tip(tip);
                }
            }
            case PeerMessage.Occupied(int any, int epoch, long high, long low, var metrics) -> {
                if (routes[slot].isFrom(peer, epoch)) {
                    occupied(new ChannelKey(slot, high, low), metrics);
                }
            }
            case PeerMessage.Credit(var any, var bytes) -> {
                session.feed.credit(bytes);
                queueFlush();
            }
        }
    }

    void serving(String peer, long number, PeerMessage.SlotEpoch slot) {
        NodeSession session = sessions.get(peer);
        if (session != null && session.number == number) {
            routes[slot.slot()].serving(peer, slot.epoch());
        }
    }

    private void delivered(String peer, NodeSession session, PeerMessage.Deliver deliver) {
        boolean wanted = routes[deliver.slot()].isFrom(peer, deliver.epoch());
        long bytes = 0;
        for (PeerMessage.Delivered each : deliver.entries()) {
            bytes += each.encoded().length;
            if (wanted) {
                try {
                    Entry entry = EntryCodec.decode(each.encoded());
                    hand(deliver.slot(), entry.channel(), entry, each.logged());
                } catch (DamagedEntry e) {
                    fatal("node %s delivered what cannot be read: %s".formatted(peer, e.getMessage()));
                    return;
                }
            }
        }
        session.taken(deliver.slot(), bytes);
        queueFlush();
    }

    private void tip(PeerMessage.Tip tip) {
        ChannelKey key = new ChannelKey(tip.slot(), tip.channelHigh(), tip.channelLow());
        routes[tip.slot()].interest(key).ifPresent(interest -> {
            for (LoopFeed feed : interest.feeds.keySet()) {
                post(feed, target -> {
                    target.missed(interest.channel, tip.lastLsn());
                    target.pump();
                });
            }
        });
    }

    // ---- requests to owners on this node

    private void asked(String peer, NodeSession session, PeerMessage.Ask ask) {
        SlotReplica replica = replicas[ask.slot()];
        boolean serves =
                replica.serving().isPresent() && replica.leader().orElseThrow().epoch() == ask.epoch();
        if (!serves) {
            return; // It is asked again at whoever serves next.
        }
        Consumer<SlotAnswer> reply = answer -> {
            if (ask.seq() != 0 && sessions.get(peer) == session) {
                session.feed.emit();
                send(peer, new PeerMessage.Answer(ask.slot(), ask.epoch(), ask.seq(), answer));
            }
        };
        onceSure(replica, ask.request(), reply, () -> {
            if (sessions.get(peer) == session) {
                replica.leader()
                        .flatMap(SlotLeader::owner)
                        .ifPresent(owner -> requests.perform(owner, ask.request(), session.feed, now(), reply));
            }
        });
    }

    /// Takes the step, where the request wants that only once the owner is sure to be the owner.
    private void onceSure(SlotReplica replica, SlotRequest request, Consumer<SlotAnswer> reply, Runnable step) {
        if (request instanceof SlotRequest.Subscribe subscribe && subscribe.sure()) {
            replica.leader().orElseThrow().whenSure(now(), sure -> {
                if (sure) {
                    step.run();
                } else {
                    reply.accept(new SlotAnswer.Refused(UNSURE));
                }
            });
        } else {
            step.run();
        }
    }

    @Override
    public void ask(String target, int epoch, long seq, SlotRequest request) {
        int slot = request.slot();
        if (!target.equals(node.self())) {
            send(target, new PeerMessage.Ask(slot, epoch, seq, request));
            return;
        }
        SlotReplica replica = replicas[slot];
        if (replica.serving().isEmpty()) {
            return;
        }
        Consumer<SlotAnswer> reply = answer -> {
            if (seq != 0) {
                flushOutboxes();
                routes[slot].answered(seq, answer);
            }
        };
        onceSure(
                replica,
                request,
                reply,
                () -> replica.leader()
                        .flatMap(SlotLeader::owner)
                        .ifPresent(owner -> requests.perform(owner, request, localFeed, now(), reply)));
    }

    /// A metachannel of this loop has something to tell.
    ///
    /// @param policy of events that are kept
    void tell(MetaEvent event, ChannelPolicy policy) {
        metaReports.report(event, policy, now());
    }

    List<String> activeChannels(String app) {
        List<String> names = new ArrayList<>();
        forEachSlot(slot -> replicas[slot].serving().ifPresent(owner -> names.addAll(owner.activeChannels(app))));
        return names;
    }

    // ---- entries on their way to frontend loops of this node

    /// What owners on this node send to it.
    private final class LocalFeed implements Feed {
        @Override
        public void deliver(ChannelId channel, Entry entry, byte[] encoded, boolean logged) {
            hand(channel.key().slot(), channel.key(), entry, logged);
        }

        @Override
        public void occupied(ChannelId channel, int epoch, OccupancyMetrics metrics) {
            SlotLoop.this.occupied(channel.key(), metrics);
        }
    }

    private void occupied(ChannelKey key, OccupancyMetrics metrics) {
        routes[key.slot()]
                .interest(key)
                .ifPresent(interest -> interest.feeds.forEach((feed, occupancy) -> {
                    if (occupancy.watchers() > 0) {
                        post(feed, target -> target.occupied(interest.channel, metrics));
                    }
                }));
    }

    private void hand(int slot, ChannelKey key, Entry entry, boolean logged) {
        Optional<SlotRoute.Interest> interest = routes[slot].interest(key);
        if (interest.isPresent()) {
            for (LoopFeed feed : interest.get().feeds.keySet()) {
                outboxes.add(feed, interest.get().channel, entry, logged);
            }
            queueFlush();
        }
    }

    @Override
    public void post(LoopFeed feed, Consumer<LoopFeed> step) {
        outboxes.post(feed, step);
    }

    /// What was delivered goes first, so that what follows an answer follows it at the feed, too.
    void flushOutboxes() {
        outboxes.flush();
    }

    // ---- the end of a turn

    private void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            // Behind everything that this turn of the loop has read: one batch for all of it.
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushQueued = false;
        if (writes.hasFailed()) {
            return;
        }
        flushOutboxes();
        pumpReplicas();
        writes.flush();
        propose();
        announce();
        sessions.forEach(this::flush);
    }

    private void pumpReplicas() {
        while (!toPump.isEmpty()) {
            List<SlotReplica> pumped = List.copyOf(toPump);
            toPump.clear();
            pumped.forEach(replica -> replica.pump(current, now()));
        }
    }

    private void propose() {
        if (!isrChanges.isEmpty()) {
            node.propose(new ControlCommand.ChangeIsr(isrChanges));
            isrChanges = new ArrayList<>();
        }
        if (!transfers.isEmpty()) {
            node.propose(new ControlCommand.Transfer(transfers));
            transfers = new ArrayList<>();
        }
    }

    /// Tells everybody what is served since the last turn.
    private void announce() {
        if (served.isEmpty()) {
            return;
        }
        List<PeerMessage.SlotEpoch> slots = served;
        served = new ArrayList<>();
        sessions.keySet().forEach(peer -> send(peer, new PeerMessage.Serving(slots)));
        slots.forEach(slot -> routes[slot.slot()].serving(node.self(), slot.epoch()));
    }

    private void flush(String peer, NodeSession session) {
        List<PeerMessage> messages = session.take();
        if (!messages.isEmpty()) {
            node.peers().send(peer, session.number, messages);
        }
    }

    private void durable(List<LoopLog.Write> batch) {
        boolean alone = !flushQueued;
        flushQueued = true; // What follows is handed on below, in one go.
        for (int at = 0; at < batch.size(); at++) {
            Append append = batch.get(at).append();
            int slot = append.after().slot();
            boolean last =
                    at + 1 == batch.size() || batch.get(at + 1).append().after().slot() != slot;
            if (last) {
                replicas[slot].durable(append.head().lsn(), batch.get(at).generation());
            }
        }
        if (alone) {
            flush();
        }
    }

    // ---- what owners want done

    @Override
    public void appendOwn(Append append) {
        replicas[append.after().slot()].appendOwn(append);
        if (node.config().plantedBug() == PlantedBug.DELIVER_BEFORE_COMMIT) {
            append.record().channel().ifPresent(channel -> deliverTooEarly(channel, append));
        }
    }

    private void deliverTooEarly(ChannelId channel, Append append) {
        try {
            Entry entry = append.record().entry();
            localFeed.deliver(channel, entry, append.record().encoded(), true);
            sessions.values()
                    .forEach(session ->
                            session.feed.deliver(channel, entry, append.record().encoded(), true));
        } catch (DamagedEntry e) {
            throw new IllegalStateException("an entry that was just encoded cannot be read", e);
        }
    }

    @Override
    public boolean isFull() {
        return writes.hasFailed() || uncommittedBytes > node.config().queuedBytesMax() / loops;
    }

    /// From now on the listener is told of rows that owners on this loop keep.
    void listen(RowsListener listener) {
        owners.listen(listener);
        forEachSlot(slot -> replicas[slot].serving().ifPresent(owner -> tellServing(slot)));
    }

    private void tellServing(int slot) {
        RowsListener listener = owners.rowsListener();
        if (listener != RowsListener.NONE) {
            owners.channelsWith(
                    StateKind.PUSH,
                    slot,
                    (channels, failure) -> replicas[slot]
                            .serving()
                            .filter(owner -> failure == null)
                            .ifPresent(owner -> listener.serving(slot, channels)));
        }
    }

    // ---- ReplicaEffects: what replicas and leaders want done

    @Override
    public void write(Append append, int generation) {
        writes.write(append, generation);
        queueFlush();
    }

    @Override
    public void truncate(int slot, long lsn, BiConsumer<Optional<SlotMeta>, Throwable> answer) {
        writes.truncate(slot, lsn, answer);
    }

    @Override
    public void wipe(int slot, BiConsumer<Void, Throwable> answer) {
        writes.wipe(slot, answer);
    }

    @Override
    public void install(SlotMeta meta, SlotImage page, BiConsumer<Void, Throwable> answer) {
        writes.install(meta, page, answer);
    }

    @Override
    public void proven(int slot) {
        writes.proven(slot);
    }

    @Override
    public void readLog(int slot, long afterLsn, BiConsumer<LogPage, Throwable> answer) {
        catchUps.readLog(slot, afterLsn, answer);
    }

    @Override
    public void readImage(int slot, byte[] from, BiConsumer<SlotImage, Throwable> answer) {
        catchUps.readImage(slot, from, answer);
    }

    @Override
    public void send(String peer, PeerMessage message) {
        NodeSession session = sessions.get(peer);
        if (session != null) {
            session.add(message);
            queueFlush();
        }
    }

    @Override
    public boolean isUp(String peer) {
        return sessions.containsKey(peer);
    }

    @Override
    public void propose(ControlCommand.IsrChange change) {
        isrChanges.add(change);
        queueFlush();
    }

    @Override
    public void proposeTransfer(ControlCommand.Step step) {
        transfers.add(step);
        queueFlush();
    }

    @Override
    public SlotOwner open(SlotMeta meta, int epoch, int lineage) {
        return new SlotOwner(
                meta,
                epoch,
                lineage,
                node.region(),
                owners,
                node.config().limits(),
                node.config().grace(),
                now());
    }

    @Override
    public void serving(int slot, int epoch) {
        served.add(new PeerMessage.SlotEpoch(slot, epoch));
        queueFlush();
        owners.channelsWith(
                StateKind.PRESENCE,
                slot,
                (channels, failure) -> replicas[slot]
                        .serving()
                        .filter(owner -> failure == null)
                        .ifPresent(owner -> channels.forEach(channel -> owner.reclaim(channel, now()))));
        tellServing(slot);
    }

    @Override
    public void ended(int slot) {
        served.removeIf(each -> each.slot() == slot);
        owners.rowsListener().ended(slot);
        routes[slot].lost(node.self());
    }

    @Override
    public void pumpLater(SlotReplica replica) {
        toPump.add(replica);
        queueFlush();
    }

    @Override
    public void uncommitted(long change) {
        uncommittedBytes += change;
    }

    @Override
    public void fatal(String what) {
        writes.fail(new IllegalStateException(what));
    }
}
