package io.hark.launcher;

import io.hark.auth.AppDirectory;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.IdHash;
import io.hark.channel.MetaEvent;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.channel.StatsUpdate;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MessageBatch;
import io.hark.rest.ChannelPolicies;
import io.hark.rest.StatsReader;
import io.hark.stats.Interval;
import io.hark.stats.NodeStats;
import io.hark.stats.StatsBook;
import io.hark.stats.StatsReport;
import io.hark.stats.StatsRow;
import io.hark.stats.StatsShape;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: reports what this node counts to where it is kept, and has each app told of its minutes that
/// are over. It works on a thread of its own, once a second.
final class StatsReporter {
    private static final Logger LOG = LoggerFactory.getLogger(StatsReporter.class);

    /// Then all nodes have reported a minute that is over.
    private static final long ANNOUNCED_AFTER_MILLIS = 5_000;

    /// Minutes that wait to be told of; of more the oldest are not.
    private static final int ANNOUNCEMENTS_MAX = 10_000;

    private final String source;
    private final NodeStats stats;
    private final AppDirectory apps;
    private final ChannelRouter router;
    private final StatsReader reader;
    private final ChannelPolicies policies;
    private final StatsConfig config;
    private final LongSupplier wallClock;
    private final ScheduledThreadPoolExecutor thread;
    private final CompletableFuture<Void> flushed = new CompletableFuture<>();

    // What follows is confined to the thread.
    private final Map<String, StatsBook> books = new HashMap<>();
    private final ArrayDeque<Announcement> announcements = new ArrayDeque<>();
    private long reportedMillis;
    private boolean closing;

    private record Announcement(String app, Interval minute) {}

    /// @param source this life of the node, see [StatsReport]
    StatsReporter(
            String source,
            NodeStats stats,
            AppDirectory apps,
            ChannelRouter router,
            ChannelPolicies policies,
            StatsConfig config,
            LongSupplier wallClock) {
        this.source = source;
        this.stats = stats;
        this.apps = apps;
        this.router = router;
        this.reader = new StatsReader(router);
        this.policies = policies;
        this.config = config;
        this.wallClock = wallClock;
        // What comes after its end is of no use to it.
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("hark-stats").daemon().factory(), new ThreadPoolExecutor.DiscardPolicy());
        thread.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        try {
            long now = wallClock.getAsLong();
            look(now);
            boolean due = closing
                    || Math.abs(now - reportedMillis) >= config.reportEvery().toMillis();
            if (due) {
                reportedMillis = now;
            }
            books.forEach((app, book) -> report(app, book, now, due));
            announce(now);
            completeIfFlushed();
        } catch (RuntimeException unexpected) {
            LOG.error("statistics cannot be reported now", unexpected);
        }
    }

    private void look(long now) {
        stats.forEach((app, counted) -> {
            if (apps.app(app).isEmpty()) {
                stats.forget(app);
                books.remove(app);
            } else {
                books.computeIfAbsent(app, id -> new StatsBook(source, counted));
            }
        });
        books.forEach((app, book) -> {
            long lost = book.lostMinutes();
            book.tick(now);
            if (book.lostMinutes() > lost) {
                LOG.warn("statistics of a minute are lost, nobody took them in time: app={}", app);
            }
        });
    }

    /// @param due whether also what goes on is to be reported
    private void report(String app, StatsBook book, long now, boolean due) {
        for (StatsReport report : book.due(now, due, closing)) {
            router.count(
                    new StatsUpdate(app, report, config.retention()),
                    new ReplyTo<>(thread, result -> reported(app, book, report, result)));
        }
        for (Optional<Interval> done = book.takeDone(now); done.isPresent(); done = book.takeDone(now)) {
            announcements.add(new Announcement(app, done.get()));
            if (announcements.size() > ANNOUNCEMENTS_MAX) {
                announcements.remove();
            }
        }
    }

    private void reported(String app, StatsBook book, StatsReport report, PublishResult result) {
        if (result instanceof PublishResult.Refused(ErrorInfo error)) {
            LOG.warn("statistics are reported again later: app={} code={} {}", app, error.code(), error.message());
            book.reported(report, false);
        } else {
            book.reported(report, true);
        }
        completeIfFlushed();
    }

    private void completeIfFlushed() {
        if (closing && books.values().stream().noneMatch(StatsBook::hasOpen)) {
            flushed.complete(null);
        }
    }

    /// Every node that has counted does it; all but the first are repeats, which their owner recognises.
    private void announce(long now) {
        while (!announcements.isEmpty() && now - announcements.peek().minute().endMillis() >= ANNOUNCED_AFTER_MILLIS) {
            Announcement next = announcements.poll();
            reader.one(next.app(), next.minute())
                    .thenAccept(answer -> {
                        if (answer instanceof Answer.Ok<Optional<StatsRow>>(var row)) {
                            row.ifPresent(counted -> publish(next, counted, now));
                        }
                    })
                    .exceptionally(unexpected -> {
                        LOG.error("app {} is not told of its minute", next.app(), unexpected);
                        return null;
                    });
        }
    }

    private void publish(Announcement of, StatsRow row, long now) {
        ChannelId channel = MetaEvent.statsOf(of.app());
        String id = "stats:" + of.minute().id();
        Map<String, Object> tree = new StatsShape(of.app(), of.minute(), row, now).flat();
        router.publish(
                new Publish(
                        channel,
                        Optional.of(IdHash.ofOwn(id)),
                        true,
                        Optional.empty(),
                        new MessageBatch(
                                id, Optional.empty(), 0, List.of(new MetaEvent(channel, "update", tree).message())),
                        policies.ofMeta(),
                        false),
                new ReplyTo<>(Runnable::run, result -> {}));
    }

    /// Reports all that was counted, and ends.
    ///
    /// @param within how long it waits for that
    void close(Duration within) throws InterruptedException {
        thread.execute(() -> {
            closing = true;
            tick();
        });
        try {
            flushed.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            LOG.warn("what was counted last could not be reported within {}", within);
        } catch (ExecutionException unexpected) {
            throw new IllegalStateException(unexpected);
        }
        thread.shutdownNow();
    }
}
