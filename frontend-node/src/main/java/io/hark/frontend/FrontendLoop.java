package io.hark.frontend;

import io.hark.auth.Delivery;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter;
import io.hark.channel.Claim;
import io.hark.channel.Entry;
import io.hark.channel.FrontendChannel;
import io.hark.channel.FrontendChannels;
import io.hark.channel.FrontendEffects;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.LoopFeed;
import io.hark.channel.MembersWanted;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.Occupancy;
import io.hark.channel.OccupancyMetrics;
import io.hark.channel.ReplyTo;
import io.hark.channel.Subscribed;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.LoopStats;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: everything that one event loop serves: its channels, their rings, its clients.
final class FrontendLoop implements LoopFeed, FrontendEffects {
    private static final Logger LOG = LoggerFactory.getLogger(FrontendLoop.class);
    private static final long PRESENCE_SYNC_BYTES_MAX = 16 << 20;
    private static final long FILTER_STEPS_AT_ONCE_MAX = 5_000_000;
    private static final long FILTER_STEPS_PER_SECOND_MAX = 5_000_000;

    private final Frontend frontend;
    private final NettyLoop loop;
    private final EntryFrames frames;
    private final WireScratch scratch = new WireScratch();
    private final PresenceSyncs presenceSyncs;
    private final DeltaCoder deltas;
    private final WorkBudget filterSteps;
    private final ByteBufAllocator allocator;
    private final FrontendChannels channels;
    private final Map<String, LoopStats> stats = new HashMap<>();
    private final Map<ChannelId, FrameRing> rings = new HashMap<>();
    private final Map<ChannelId, Occupancy> occupancies = new HashMap<>();
    private final Set<ChannelId> occupancyChanged = new LinkedHashSet<>();
    private final Map<ChannelId, Set<OccupancyWatcher>> watchers = new HashMap<>();
    private final Set<LoopClient> clients = new LinkedHashSet<>();
    private final ArrayDeque<LoopClient> dirty = new ArrayDeque<>();
    private final AtomicBoolean examinationDue = new AtomicBoolean();
    private final TurnEnd handOver;
    private final TurnEnd flush;

    FrontendLoop(Frontend frontend, NettyLoop loop, ByteBufAllocator allocator) {
        this.frontend = frontend;
        this.loop = loop;
        this.allocator = allocator;
        this.handOver = new TurnEnd(loop, this::handOver);
        this.flush = new TurnEnd(loop, this::flushUnlessMoreComes);
        this.frames = new EntryFrames(frontend.serials());
        this.presenceSyncs = new PresenceSyncs(scratch, allocator, PRESENCE_SYNC_BYTES_MAX);
        this.deltas = new DeltaCoder(frontend.clock());
        this.filterSteps = new WorkBudget(FILTER_STEPS_AT_ONCE_MAX, FILTER_STEPS_PER_SECOND_MAX, frontend.clock());
        this.channels =
                new FrontendChannels(frontend.region(), frontend.config().limits(), this);
    }

    @Override
    public NettyLoop loop() {
        return loop;
    }

    EntryFrames frames() {
        return frames;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    WireScratch scratch() {
        return scratch;
    }

    PresenceSyncs presenceSyncs() {
        return presenceSyncs;
    }

    DeltaCoder deltas() {
        return deltas;
    }

    WorkBudget filterSteps() {
        return filterSteps;
    }

    /// @param delivery what the channel's rules say of it
    FrontendChannel join(ChannelId channel, Delivery delivery) {
        FrontendChannel joined = channels.join(
                channel,
                id -> rings.computeIfAbsent(
                        id, key -> new FrameRing(frames, deltas, scratch, allocator, stats(key.app()))));
        joined.holdFor(delivery.interval().toMillis());
        return joined;
    }

    /// What is counted of an app on this loop.
    LoopStats stats(String app) {
        return stats.computeIfAbsent(app, id -> frontend.stats().of(id).ofLoop());
    }

    FrameRing ring(ChannelId channel) {
        return rings.get(channel);
    }

    /// @param change 1 when a subscriber of the channel comes that takes differences, -1 when one goes
    void deltaReaders(ChannelId channel, int change) {
        FrameRing ring = rings.get(channel);
        if (ring != null) {
            ring.deltaReaders(change);
        }
    }

    void add(LoopClient client) {
        clients.add(client);
    }

    void remove(LoopClient client) {
        clients.remove(client);
    }

    /// Has `client.flush()` called once, at the end of this turn of the loop.
    void flushLater(LoopClient client) {
        if (client.markDirty()) {
            dirty.add(client);
            flush.ask();
        }
    }

    /// @param change what an attachment that comes (plus) or goes (minus) adds to the channel's occupancy
    void occupancyChanged(ChannelId channel, Occupancy change) {
        occupancies.merge(channel, change, Occupancy::plus);
        occupancyChanged.add(channel);
        flush.ask();
    }

    void watch(ChannelId channel, OccupancyWatcher watcher) {
        watchers.computeIfAbsent(channel, key -> new LinkedHashSet<>()).add(watcher);
    }

    void unwatch(ChannelId channel, OccupancyWatcher watcher) {
        watchers.computeIfPresent(channel, (key, all) -> {
            all.remove(watcher);
            return all.isEmpty() ? null : all;
        });
    }

    @Override
    public void occupied(ChannelId channel, OccupancyMetrics metrics) {
        Set<OccupancyWatcher> told = watchers.get(channel);
        if (told == null) {
            return;
        }
        try (OccupancyNotice notice = notice(metrics)) {
            for (OccupancyWatcher watcher : told.toArray(OccupancyWatcher[]::new)) {
                watcher.occupied(notice);
            }
        }
    }

    OccupancyNotice notice(OccupancyMetrics metrics) {
        return new OccupancyNotice(
                metrics, frontend.randomIds().get(), frontend.wallClock().getAsLong(), scratch, allocator);
    }

    /// A hand-over that is due flushes as well, behind what it writes: a publisher sees its own message
    /// before the acknowledgement.
    private void flushUnlessMoreComes() {
        if (!handOver.isDue()) {
            flush();
        }
    }

    private void flush() {
        while (!dirty.isEmpty()) {
            dirty.poll().flush();
        }
        for (ChannelId channel : occupancyChanged) {
            Occupancy now = occupancies.get(channel);
            if (now.equals(Occupancy.NONE)) {
                occupancies.remove(channel);
            }
            frontend.router().occupancy(channel, this, now);
        }
        occupancyChanged.clear();
    }

    /// Once a second: heartbeats, token expiry, silent peers. One timer for all, so that a client costs none.
    void tick(long nowMillis) {
        Optional<String> cutOff = frontend.cutOff().get();
        if (cutOff.isPresent()) {
            ErrorInfo reason = Realtime.cutOffReason(cutOff.get());
            for (LoopClient client : clients.toArray(LoopClient[]::new)) {
                client.cutOff(reason);
            }
            return;
        }
        for (LoopClient client : clients.toArray(LoopClient[]::new)) {
            client.tick(nowMillis);
        }
    }

    /// Apps, keys or tokens have changed: looks at every client's credentials, once for all changes until then.
    /// Any thread.
    void credentialsChanged() {
        if (examinationDue.compareAndSet(false, true)) {
            loop.execute(() -> {
                examinationDue.set(false);
                stats.keySet().removeIf(app -> frontend.apps().app(app).isEmpty());
                for (LoopClient client : clients.toArray(LoopClient[]::new)) {
                    client.examine();
                }
            });
        }
    }

    /// The node shuts down: every client is told to come back elsewhere.
    void drain(ErrorInfo reason) {
        for (LoopClient client : clients.toArray(LoopClient[]::new)) {
            client.drain(reason);
        }
    }

    int clientCount() {
        return clients.size();
    }

    @Override
    public void entered(ChannelId channel, Entry entry, boolean logged) {
        channels.entered(channel, entry, logged);
    }

    @Override
    public void pump() {
        // While the loop was busy with one wake-up of all subscribers several commits may have come.
        handOver.ask();
    }

    private void handOver() {
        channels.pump();
        flush();
    }

    @Override
    public void missed(ChannelId channel, long lastLsn) {
        channels.missed(channel, lastLsn);
    }

    @Override
    public void ownerChanged(ChannelId channel) {
        channels.ownerChanged(channel);
        Occupancy now = occupancies.get(channel);
        if (now != null) {
            frontend.router().occupancy(channel, this, now);
        }
    }

    @Override
    public void subscribe(
            ChannelId channel,
            List<Claim> claims,
            MembersWanted members,
            boolean sure,
            BiConsumer<Subscribed, ErrorInfo> answer) {
        frontend.router().subscribe(channel, this, claims, members, sure, new ReplyTo<>(loop, reply -> {
            switch (reply) {
                case ChannelRouter.Answer.Ok<Subscribed>(var subscribed) -> answer.accept(subscribed, null);
                case ChannelRouter.Answer.Refused<Subscribed>(var refusal) -> answer.accept(null, refusal);
            }
        }));
    }

    @Override
    public void unsubscribe(ChannelId channel) {
        FrameRing ring = rings.remove(channel);
        if (ring != null) {
            ring.close();
        }
        frontend.router().unsubscribe(channel, this);
    }

    @Override
    public void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer) {
        frontend.router()
                .read(query)
                .whenComplete((page, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        LOG.warn("reading the log failed: {}", query, failure);
                    }
                    answer.accept(page, failure);
                }));
    }

    @Override
    public void later(long millis, Runnable step) {
        loop.later(millis, step);
    }

    @Override
    public void objects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer) {
        frontend.router().objects(query, new ReplyTo<>(loop, reply -> {
            switch (reply) {
                case ChannelRouter.Answer.Ok<ObjectsPage>(var page) -> answer.accept(page, null);
                case ChannelRouter.Answer.Refused<ObjectsPage>(var refusal) -> answer.accept(null, refusal);
            }
        }));
    }

    @Override
    public void alarm(String what) {
        frontend.metrics().alarms.increment();
        LOG.error("invariant broken: {}", what);
    }
}
