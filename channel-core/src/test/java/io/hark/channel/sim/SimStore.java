package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Durability;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.HistoryStore;
import io.hark.channel.IdHash;
import io.hark.channel.Receipt;
import io.hark.channel.SlotMeta;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The store of one life of the node: one writer that joins what waits, syncs where a policy asks for it and otherwise
/// within 50 ms, and fails at times. What it wrote is on the [SimDisk].
final class SimStore implements HistoryStore {
    private static final int BACKGROUND_SYNC_MICROS = 50_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final SimDisk disk;
    private final Consumer<List<Append>> appendTap;
    private final ArrayDeque<Job> waiting = new ArrayDeque<>();
    private final Map<List<Object>, Receipt> uncommitted = new LinkedHashMap<>();
    private List<Append> writing = List.of();
    private boolean busy;
    private boolean dead;
    private boolean failed;
    private boolean syncDue;

    /// @param appendTap sees what is appended before it is written
    SimStore(Scheduler scheduler, SimConfig config, SimDisk disk, Consumer<List<Append>> appendTap) {
        this.scheduler = scheduler;
        this.config = config;
        this.disk = disk;
        this.appendTap = appendTap;
        disk.open();
    }

    private record Job(List<Append> appends, Consumer<Optional<Throwable>> done) {}

    @Override
    public SlotMeta recovered(int slot) {
        return disk.meta(slot);
    }

    @Override
    public List<ChannelId> channelsWithMembers() {
        return config.has(PlantedBug.MEMBERS_NOT_RECLAIMED) ? List.of() : disk.channelsWithMembers();
    }

    @Override
    public void append(List<Append> batch, Consumer<Optional<Throwable>> done) {
        if (dead) {
            return;
        }
        appendTap.accept(batch);
        batch.forEach(append -> append.id()
                .ifPresent(id -> uncommitted.put(
                        List.of(append.entry().channel(), id), append.entry().receipt())));
        boolean early = config.has(PlantedBug.ACK_BEFORE_DURABLE);
        waiting.add(new Job(List.copyOf(batch), early ? failure -> {} : done));
        if (early) {
            done.accept(Optional.empty());
        }
        startWrite();
    }

    /// The receipt of a publish that is appended but not committed.
    Optional<Receipt> uncommitted(ChannelKey channel, IdHash id) {
        return Optional.ofNullable(uncommitted.get(List.of(channel, id)));
    }

    private void startWrite() {
        if (busy || waiting.isEmpty()) {
            return;
        }
        busy = true;
        List<Job> jobs = new ArrayList<>();
        List<Append> appends = new ArrayList<>();
        int joined = scheduler.between(1, config.joinMax());
        while (!waiting.isEmpty() && jobs.size() < joined) {
            Job job = waiting.poll();
            jobs.add(job);
            appends.addAll(job.appends());
        }
        writing = appends;
        later(config.writeMicros(), () -> written(jobs, appends));
    }

    private void written(List<Job> jobs, List<Append> appends) {
        writing = List.of();
        if (failed) {
            return;
        }
        failed = scheduler.fault(config.writeFailure());
        if (failed) {
            if (scheduler.chance(0.5)) {
                disk.write(appends); // Nobody knows what became of it.
            }
            jobs.forEach(job -> job.done().accept(Optional.of(new IOException("EIO"))));
            finished();
            return;
        }
        disk.write(appends);
        boolean sync = appends.stream().anyMatch(append -> append.policy().durability() == Durability.FSYNC);
        if (sync && !config.has(PlantedBug.ACK_BEFORE_SYNC)) {
            int upTo = disk.journalSize();
            later(config.syncMicros(), () -> {
                disk.sync(upTo);
                done(jobs);
            });
        } else {
            backgroundSync();
            done(jobs);
        }
    }

    private void done(List<Job> jobs) {
        jobs.forEach(job -> {
            job.appends()
                    .forEach(append -> append.id()
                            .ifPresent(id ->
                                    uncommitted.remove(List.of(append.entry().channel(), id))));
            job.done().accept(Optional.empty());
        });
        finished();
    }

    private void finished() {
        busy = false;
        startWrite();
    }

    private void backgroundSync() {
        if (!syncDue) {
            syncDue = true;
            later(BACKGROUND_SYNC_MICROS, () -> {
                syncDue = false;
                disk.sync(disk.journalSize());
            });
        }
    }

    /// The process ends: what it was writing is in the page cache or not.
    void kill() {
        if (!dead && !failed && !writing.isEmpty() && scheduler.chance(0.5)) {
            disk.write(writing);
        }
        dead = true;
    }

    @Override
    public CompletionStage<HistoryPage> read(HistoryQuery query) {
        return answer(() -> disk.page(query));
    }

    @Override
    public CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id) {
        return answer(() -> disk.receipt(channel, id));
    }

    @Override
    public CompletionStage<ChannelImage> channel(ChannelKey channel) {
        return answer(() -> disk.image(channel));
    }

    /// Reads at some time between now and the answer.
    private <T> CompletionStage<T> answer(Supplier<T> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Optional<T> now = scheduler.chance(0.5) ? Optional.of(read.get()) : Optional.empty();
        boolean damaged = scheduler.fault(config.readFailure());
        later(config.writeMicros(), () -> {
            if (damaged) {
                answer.completeExceptionally(new DamagedEntry("a bit is not what it was"));
            } else {
                answer.complete(now.orElseGet(read));
            }
        });
        return answer;
    }

    private void later(int microsMax, Runnable step) {
        scheduler.after(scheduler.delay(microsMax), () -> {
            if (!dead) {
                step.run();
            }
        });
    }

    @Override
    public void close() {
        kill();
    }
}
