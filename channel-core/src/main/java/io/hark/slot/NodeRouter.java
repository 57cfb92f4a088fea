package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelRouter;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Claim;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.EntryCodec;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.HistoryStore;
import io.hark.channel.Loop;
import io.hark.channel.LoopFeed;
import io.hark.channel.MembersWanted;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.channel.MetaEvent;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.Occupancy;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.channel.RowsChange;
import io.hark.channel.RowsListener;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.RowsResult;
import io.hark.channel.RowsRouter;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StatsUpdate;
import io.hark.channel.Subscribed;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.NodeStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Handle: a node's slots, spread over its loops. It brings requests to the owners of channels wherever
/// they are, and is one of them, and a replica, as the control log says.
public final class NodeRouter implements ChannelRouter, RowsRouter, Peers.Listener {
    private static final long ACTIVE_TIMEOUT_MILLIS = 3_000;

    private final List<SlotLoop> slotLoops;
    private final Peers peers;
    private final AtomicLong lastAsk = new AtomicLong();
    private final Set<ChannelId> unheard = ConcurrentHashMap.newKeySet();
    private volatile Optional<ChannelPolicy> reported = Optional.empty();
    private volatile Optional<NodeStats> stats = Optional.empty();

    /// Sessions by node.
    private final Map<String, Long> sessions = new ConcurrentHashMap<>();

    private final Map<Long, CompletableFuture<List<String>>> activeAsks = new ConcurrentHashMap<>();

    /// Nothing is served before [#decided] has told who owns what.
    ///
    /// @param self      the node's id
    /// @param clock     milliseconds that only go forward, for what is due after a while
    /// @param wallClock milliseconds since the epoch, for timestamps
    /// @param proposals takes commands for the control log; what it makes of them comes back by [#decided]
    /// @param fatal     called when the node must end: its store failed, or what it holds cannot be trusted
    ///                  any more
    public NodeRouter(
            List<? extends Loop> loops,
            String self,
            String region,
            HistoryStore store,
            Peers peers,
            SlotConfig config,
            LongSupplier clock,
            LongSupplier wallClock,
            Consumer<ControlCommand> proposals,
            Consumer<Throwable> fatal) {
        NodeContext context = new NodeContext(
                self,
                region,
                store,
                peers,
                config,
                clock,
                wallClock,
                proposals,
                this::report,
                unheard,
                () -> stats,
                fatal);
        List<SlotLoop> all = new ArrayList<>();
        for (int index = 0; index < loops.size(); index++) {
            all.add(new SlotLoop(loops.get(index), index, loops.size(), context));
        }
        this.slotLoops = List.copyOf(all);
        this.peers = peers;
    }

    /// Says of which slots the store has lost entries that it had; before the first [#decided]. The node
    /// begins anew with them unless it is to own them.
    public void distrust(List<Integer> slots) {
        slots.forEach(slot -> loopOf(slot).run(own -> own.replica(slot).distrust()));
    }

    /// The control log has gone on.
    ///
    /// @param current whether the region counts on this life of the node; otherwise it owns nothing (R2)
    public void decided(ControlState state, boolean current) {
        slotLoops.forEach(slots -> slots.run(own -> own.decided(state, current)));
    }

    /// Looks after what is due by time; to be called a few times a second.
    public void tick() {
        slotLoops.forEach(slots -> slots.run(SlotLoop::tick));
    }

    private SlotLoop loopOf(ChannelId channel) {
        return loopOf(channel.key().slot());
    }

    private SlotLoop loopOf(int slot) {
        return slotLoops.get(slot % slotLoops.size());
    }

    // ---- ChannelRouter

    @Override
    public void publish(Publish publish, ReplyTo<PublishResult> reply) {
        ask(publish.channel(), new SlotRequest.Publish(publish), answer -> reply.send(SlotRoute.result(answer)));
    }

    @Override
    public void presence(PresenceUpdate update, ReplyTo<PublishResult> reply) {
        ask(update.channel(), new SlotRequest.Presence(update), answer -> reply.send(SlotRoute.result(answer)));
    }

    @Override
    public void objects(ObjectUpdate update, ReplyTo<PublishResult> reply) {
        ask(update.channel(), new SlotRequest.Objects(update), answer -> reply.send(SlotRoute.result(answer)));
    }

    @Override
    public void objects(ObjectsQuery query, ReplyTo<Answer<ObjectsPage>> reply) {
        ask(
                query.channel(),
                new SlotRequest.ReadObjects(query),
                answer -> reply.send(
                        switch (answer) {
                            case SlotAnswer.Objects(var page) -> new Answer.Ok<>(page);
                            case SlotAnswer.Refused(var error) -> new Answer.Refused<>(error);
                            default -> throw new IllegalStateException("a read of objects was answered with " + answer);
                        }));
    }

    @Override
    public void leave(ChannelId channel, Claim claim, ChannelPolicy policy, ReplyTo<PublishResult> reply) {
        SlotRequest leave = new SlotRequest.Leave(channel, claim, policy);
        loopOf(channel)
                .run(slots -> slots.route(leave.slot())
                        .askAnyway(leave, slots.now(), answer -> reply.send(SlotRoute.result(answer))));
    }

    @Override
    public void lost(ChannelId channel, Claim claim, ChannelPolicy policy, long graceMillis) {
        SlotRequest lost = new SlotRequest.Lost(channel, claim, policy, graceMillis);
        loopOf(channel).run(slots -> slots.route(lost.slot()).askAnyway(lost, slots.now(), answer -> {}));
    }

    @Override
    public void subscribe(
            ChannelId channel,
            LoopFeed feed,
            List<Claim> claims,
            MembersWanted members,
            boolean sure,
            ReplyTo<Answer<Subscribed>> reply) {
        loopOf(channel).run(slots -> {
            SlotRequest.Subscribe request = new SlotRequest.Subscribe(channel, claims, members, sure);
            slots.route(channel.key().slot()).subscribe(request, feed, slots.now(), answer -> {
                // What was committed before goes first, so that what follows the answer follows it there too.
                slots.flushOutboxes();
                reply.send(
                        switch (answer) {
                            case SlotAnswer.Subscribed(var subscribed) -> new Answer.Ok<>(subscribed);
                            case SlotAnswer.Refused(var error) -> new Answer.Refused<>(error);
                            default -> throw new IllegalStateException("a subscribe was answered with " + answer);
                        });
            });
        });
    }

    @Override
    public void unsubscribe(ChannelId channel, LoopFeed feed) {
        loopOf(channel).run(slots -> slots.route(channel.key().slot()).unsubscribe(channel, feed));
    }

    @Override
    public void occupancy(ChannelId channel, LoopFeed feed, Occupancy occupancy) {
        loopOf(channel).run(slots -> slots.route(channel.key().slot()).occupancy(channel, feed, occupancy));
    }

    @Override
    public CompletionStage<Answer<ChannelStatus>> status(ChannelId channel) {
        CompletableFuture<Answer<ChannelStatus>> status = new CompletableFuture<>();
        ask(
                channel,
                new SlotRequest.Status(channel),
                answer -> status.complete(
                        switch (answer) {
                            case SlotAnswer.Status(var known) -> new Answer.Ok<>(known);
                            case SlotAnswer.Refused(var error) -> new Answer.Refused<>(error);
                            default -> throw new IllegalStateException("a status was answered with " + answer);
                        }));
        return status;
    }

    @Override
    public void count(StatsUpdate update, ReplyTo<PublishResult> reply) {
        ask(update.channel(), new SlotRequest.Count(update), answer -> reply.send(SlotRoute.result(answer)));
    }

    @Override
    public CompletionStage<Answer<StatePage>> stats(String app, StateQuery query) {
        CompletableFuture<Answer<StatePage>> rows = new CompletableFuture<>();
        ask(
                StatsUpdate.channel(app),
                new SlotRequest.Stats(app, query),
                answer -> rows.complete(
                        switch (answer) {
                            case SlotAnswer.StatsRows(var page) -> new Answer.Ok<>(page);
                            case SlotAnswer.Refused(var error) -> new Answer.Refused<>(error);
                            default ->
                                throw new IllegalStateException("a read of statistics was answered with " + answer);
                        }));
        return rows;
    }

    @Override
    public CompletionStage<RowsResult> change(RowsChange change) {
        CompletableFuture<RowsResult> result = new CompletableFuture<>();
        ask(
                change.channel(),
                new SlotRequest.ChangeRows(change),
                answer -> result.complete(
                        switch (answer) {
                            case SlotAnswer.RowsChanged(var changed) -> changed;
                            case SlotAnswer.Refused(var error) -> new RowsResult.Refused(error);
                            default -> throw new IllegalStateException("a change of rows was answered with " + answer);
                        }));
        return result;
    }

    @Override
    public CompletionStage<Answer<RowsPage>> rows(RowsRead read) {
        CompletableFuture<Answer<RowsPage>> rows = new CompletableFuture<>();
        ask(
                read.channel(),
                new SlotRequest.ReadRows(read),
                answer -> rows.complete(
                        switch (answer) {
                            case SlotAnswer.Rows(var page) -> new Answer.Ok<>(page);
                            case SlotAnswer.Refused(var error) -> new Answer.Refused<>(error);
                            default -> throw new IllegalStateException("a read of rows was answered with " + answer);
                        }));
        return rows;
    }

    /// From now on it is counted how many channels are in use.
    public void countWith(NodeStats counted) {
        stats = Optional.of(counted);
    }

    /// From now on the listener is told of rows that owners on this node keep, of those that serve already first.
    public void listen(RowsListener listener) {
        slotLoops.forEach(slots -> slots.run(own -> own.listen(listener)));
    }

    /// From now on the server's own events are told to those who listen, and kept where they are to be.
    ///
    /// @param policy of those that are kept
    public void reportEvents(ChannelPolicy policy) {
        reported = Optional.of(policy);
    }

    @Override
    public void report(MetaEvent event) {
        if (!unheard.contains(event.channel())) {
            reported.ifPresent(policy -> loopOf(event.channel()).run(slots -> slots.tell(event, policy)));
        }
    }

    @Override
    public CompletionStage<HistoryPage> read(HistoryQuery query) {
        CompletableFuture<HistoryPage> page = new CompletableFuture<>();
        loopOf(query.channel().slot()).run(slots -> slots.read(query, page));
        return page;
    }

    @Override
    public CompletionStage<Answer<MessageDetails>> look(MessageQuery query) {
        CompletableFuture<Answer<MessageDetails>> details = new CompletableFuture<>();
        ask(
                query.channel(),
                new SlotRequest.Look(query),
                answer -> details.complete(
                        switch (answer) {
                            case SlotAnswer.Details(var known) -> new Answer.Ok<>(known);
                            case SlotAnswer.Refused(var error) -> new Answer.Refused<>(error);
                            default -> throw new IllegalStateException("a look was answered with " + answer);
                        }));
        return details;
    }

    private void ask(ChannelId channel, SlotRequest request, Consumer<SlotAnswer> answer) {
        loopOf(channel).run(slots -> slots.route(channel.key().slot()).ask(request, slots.now(), answer));
    }

    /// An answer to a read as its caller knows it.
    static void complete(CompletableFuture<HistoryPage> page, SlotAnswer answer) {
        switch (answer) {
            case SlotAnswer.Page(var encoded, var more) -> {
                try {
                    List<Entry> entries = new ArrayList<>(encoded.size());
                    for (byte[] entry : encoded) {
                        entries.add(EntryCodec.decode(entry));
                    }
                    page.complete(new HistoryPage(entries, more));
                } catch (DamagedEntry e) {
                    page.completeExceptionally(e);
                }
            }
            case SlotAnswer.Refused(ErrorInfo error) ->
                page.completeExceptionally(new IllegalStateException(error.message()));
            default -> page.completeExceptionally(new IllegalStateException("a read was answered with " + answer));
        }
    }

    @Override
    public CompletionStage<List<String>> activeChannels(String app) {
        List<CompletableFuture<List<String>>> parts = new ArrayList<>();
        parts.add(ownActiveChannels(app));
        sessions.forEach((peer, session) -> {
            long seq = lastAsk.incrementAndGet();
            CompletableFuture<List<String>> part = new CompletableFuture<>();
            activeAsks.put(seq, part);
            peers.send(peer, session, List.of(new PeerMessage.AskActive(seq, app)));
            parts.add(part.completeOnTimeout(List.of(), ACTIVE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .whenComplete((names, failure) -> activeAsks.remove(seq)));
        });
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(all -> {
            TreeSet<String> names = new TreeSet<>();
            parts.forEach(part -> names.addAll(part.join()));
            return List.copyOf(names);
        });
    }

    private CompletableFuture<List<String>> ownActiveChannels(String app) {
        CompletableFuture<List<String>> all = CompletableFuture.completedFuture(List.of());
        for (SlotLoop slots : slotLoops) {
            CompletableFuture<List<String>> some = new CompletableFuture<>();
            slots.run(own -> some.complete(own.activeChannels(app)));
            all = all.thenCombine(some, (left, right) -> {
                List<String> both = new ArrayList<>(left);
                both.addAll(right);
                return both;
            });
        }
        return all;
    }

    // ---- Peers.Listener

    @Override
    public void up(String node, long session) {
        sessions.put(node, session);
        slotLoops.forEach(slots -> slots.run(own -> own.up(node, session)));
    }

    @Override
    public void down(String node, long session) {
        sessions.remove(node, session);
        slotLoops.forEach(slots -> slots.run(own -> own.down(node, session)));
    }

    @Override
    public void received(String node, long session, List<PeerMessage> messages) {
        Turns turns = new Turns();
        messages.forEach(message -> received(node, session, message, turns));
        turns.run();
    }

    private void received(String node, long session, PeerMessage message, Turns turns) {
        switch (message) {
            case PeerMessage.OfSlot ofSlot -> turns.add(ofSlot.slot(), own -> own.received(node, session, ofSlot));
            case PeerMessage.Serving(var slots) ->
                slots.forEach(slot -> turns.add(slot.slot(), own -> own.serving(node, session, slot)));
            case PeerMessage.AskActive(var seq, var app) ->
                ownActiveChannels(app)
                        .thenAccept(names -> peers.send(node, session, List.of(new PeerMessage.Active(seq, names))));
            case PeerMessage.Active(var seq, var names) -> {
                CompletableFuture<List<String>> asked = activeAsks.get(seq);
                if (asked != null) {
                    asked.complete(names);
                }
            }
        }
    }

    /// What comes together goes to each loop in one step, so that what becomes of it is written and sent together,
    /// too.
    private final class Turns {
        private final List<List<Consumer<SlotLoop>>> steps = new ArrayList<>();

        Turns() {
            slotLoops.forEach(loop -> steps.add(new ArrayList<>()));
        }

        void add(int slot, Consumer<SlotLoop> step) {
            steps.get(slot % slotLoops.size()).add(step);
        }

        void run() {
            for (int index = 0; index < slotLoops.size(); index++) {
                List<Consumer<SlotLoop>> turn = steps.get(index);
                if (!turn.isEmpty()) {
                    slotLoops.get(index).run(own -> turn.forEach(step -> step.accept(own)));
                }
            }
        }
    }

    /// What this node holds of each slot, for operators; as of some moment.
    public CompletionStage<List<SlotReport>> report() {
        CompletableFuture<List<SlotReport>> all = CompletableFuture.completedFuture(List.of());
        for (SlotLoop slots : slotLoops) {
            CompletableFuture<List<SlotReport>> some = new CompletableFuture<>();
            slots.run(own -> some.complete(own.report()));
            all = all.thenCombine(some, (left, right) -> {
                List<SlotReport> both = new ArrayList<>(left);
                both.addAll(right);
                return both;
            });
        }
        return all;
    }

    /// Value: what a node holds of one slot.
    ///
    /// @param confirmed on the owner: how far each other replica is; -1 for one that has not spoken
    public record SlotReport(
            int slot,
            int epoch,
            boolean owner,
            boolean serving,
            int lastEpoch,
            long lastLsn,
            long durableLsn,
            long committedLsn,
            Map<String, Long> confirmed,
            int waiting) {
        public SlotReport {
            confirmed = Map.copyOf(new HashMap<>(confirmed));
        }
    }
}
