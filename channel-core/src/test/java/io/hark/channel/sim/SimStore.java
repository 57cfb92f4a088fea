package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.HistoryStore;
import io.hark.channel.IdHash;
import io.hark.channel.LogPage;
import io.hark.channel.LogRecord;
import io.hark.channel.Receipt;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import io.hark.channel.StateKind;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StoreView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/// The store of one life of a node: one writer that joins what waits, syncs where a policy asks for it
/// and otherwise within 50 ms, and fails at times. What it wrote is on the [SimDisk].
final class SimStore implements HistoryStore {
    private static final int BACKGROUND_SYNC_MICROS = 50_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final SimDisk disk;
    private final Consumer<List<Append>> appendTap;
    private final IntUnaryOperator epochs;
    private final IntPredicate leads;
    private final SlotMeta[] recovered = new SlotMeta[Slots.COUNT];
    private final BitSet recoveredUnproven = new BitSet(Slots.COUNT);
    private final ArrayDeque<Job> waiting = new ArrayDeque<>();
    private final Map<List<Object>, Receipt> uncommitted = new LinkedHashMap<>();

    /// What was handed in, written or not, by slot.
    private final Map<Integer, TreeMap<Long, LogRecord>> handedIn = new TreeMap<>();

    private List<Append> writing = List.of();
    private boolean busy;
    private boolean dead;
    private boolean failed;
    private boolean syncDue;

    /// @param appendTap sees what is appended before it is written
    /// @param epochs    the epoch that the node answers in, by slot
    /// @param leads     whether the node leads the slot
    SimStore(
            Scheduler scheduler,
            SimConfig config,
            SimDisk disk,
            Consumer<List<Append>> appendTap,
            IntUnaryOperator epochs,
            IntPredicate leads) {
        this.scheduler = scheduler;
        this.config = config;
        this.disk = disk;
        this.appendTap = appendTap;
        this.epochs = epochs;
        this.leads = leads;
        disk.open();
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            recovered[slot] = disk.rows().recovered(slot);
            recoveredUnproven.set(slot, disk.rows().isUnproven(slot));
        }
        config.slots().forEach(slot -> handedIn.put(slot, new TreeMap<>(disk.everything(slot))));
    }

    private sealed interface Job {
        record Write(List<Append> appends, Consumer<Optional<Throwable>> done) implements Job {}

        /// @param step is taken in turn with the writes
        record Change(Runnable step, boolean synced, Consumer<Throwable> failed, Runnable done) implements Job {}
    }

    @Override
    public SlotMeta recovered(int slot) {
        return recovered[slot];
    }

    @Override
    public boolean isUnproven(int slot) {
        return recoveredUnproven.get(slot);
    }

    @Override
    public void proven(int slot) {
        change(false, () -> {
            disk.proven(slot);
            return null;
        });
    }

    @Override
    public void append(List<Append> batch, Consumer<Optional<Throwable>> done) {
        if (dead) {
            return;
        }
        appendTap.accept(batch);
        batch.forEach(append -> {
            handedIn.get(append.after().slot()).put(append.record().lsn(), append.record());
            append.record()
                    .ids()
                    .forEach(id ->
                            uncommitted.put(key(append, id), append.record().receipt()));
        });
        boolean early = config.has(PlantedBug.ACK_BEFORE_DURABLE)
                || config.has(PlantedBug.REPLICA_ACKS_BEFORE_DURABLE)
                        && batch.stream()
                                .noneMatch(append -> leads.test(append.after().slot()));
        waiting.add(new Job.Write(List.copyOf(batch), early ? failure -> {} : done));
        if (early) {
            done.accept(Optional.empty());
        }
        start();
    }

    private static List<Object> key(Append append, IdHash id) {
        return List.of(append.head().channel(), id);
    }

    /// The receipt of a publish that is appended but not written.
    Optional<Receipt> uncommitted(ChannelKey channel, IdHash id) {
        return Optional.ofNullable(uncommitted.get(List.of(channel, id)));
    }

    /// The record that the node has at that place, written or not.
    Optional<LogRecord> handedIn(int slot, long lsn) {
        return Optional.ofNullable(handedIn.get(slot).get(lsn));
    }

    private void start() {
        if (failed) {
            refuse();
        }
        if (busy || failed || waiting.isEmpty()) {
            return;
        }
        busy = true;
        if (waiting.peek() instanceof Job.Change change) {
            waiting.poll();
            later(config.writeMicros(), () -> changed(change));
            return;
        }
        List<Job.Write> jobs = new ArrayList<>();
        List<Append> appends = new ArrayList<>();
        int joined = scheduler.between(1, config.joinMax());
        while (jobs.size() < joined && waiting.peek() instanceof Job.Write job) {
            waiting.poll();
            jobs.add(job);
            appends.addAll(job.appends());
        }
        writing = appends;
        later(config.writeMicros(), () -> written(jobs, appends));
    }

    /// Nothing is taken after a failure.
    private void refuse() {
        List<Job> refused = List.copyOf(waiting);
        waiting.clear();
        later(
                config.writeMicros(),
                () -> refused.forEach(job -> {
                    switch (job) {
                        case Job.Write(var appends, var done) -> done.accept(Optional.of(new IOException("EIO")));
                        case Job.Change change -> change.failed().accept(new IOException("EIO"));
                    }
                }));
    }

    private void changed(Job.Change change) {
        if (scheduler.fault(config.writeFailure())) {
            failed = true;
            change.failed().accept(new IOException("EIO"));
            refuse();
            return;
        }
        change.step().run();
        if (change.synced()) {
            int upTo = disk.journalSize();
            later(config.syncMicros(), () -> {
                disk.sync(upTo);
                change.done().run();
                finished();
            });
        } else {
            change.done().run();
            finished();
        }
    }

    private void written(List<Job.Write> jobs, List<Append> appends) {
        writing = List.of();
        failed = scheduler.fault(config.writeFailure());
        if (failed) {
            if (scheduler.chance(0.5)) {
                disk.write(appends); // Nobody knows what became of it.
            }
            jobs.forEach(job -> job.done().accept(Optional.of(new IOException("EIO"))));
            refuse();
            return;
        }
        disk.write(appends);
        if (appends.stream().anyMatch(SimDisk::wantsSync) && !config.has(PlantedBug.ACK_BEFORE_SYNC)) {
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

    private void done(List<Job.Write> jobs) {
        jobs.forEach(job -> {
            job.appends().forEach(append -> append.record().ids().forEach(id -> uncommitted.remove(key(append, id))));
            job.done().accept(Optional.empty());
        });
        finished();
    }

    private void finished() {
        busy = false;
        start();
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

    private <T> CompletionStage<T> change(boolean synced, Supplier<T> step) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        List<T> result = new ArrayList<>(1);
        waiting.add(new Job.Change(
                () -> result.add(step.get()),
                synced,
                answer::completeExceptionally,
                () -> answer.complete(result.getFirst())));
        start();
        return answer;
    }

    @Override
    public CompletionStage<Optional<SlotMeta>> truncate(int slot, long lsn) {
        return change(true, () -> {
            Optional<SlotMeta> cut = disk.cut(slot, lsn);
            if (cut.isPresent()) {
                handedIn.get(slot).tailMap(lsn, false).clear();
            }
            return cut;
        });
    }

    @Override
    public CompletionStage<Void> wipe(int slot) {
        handedIn.get(slot).clear();
        return change(false, () -> {
            disk.wipe(slot);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> install(SlotMeta meta, SlotImage page) {
        return change(false, () -> {
            disk.install(meta, page);
            return null;
        });
    }

    /// The process ends: what it was writing is in the page cache or not.
    void kill() {
        if (!dead && !failed && !writing.isEmpty() && scheduler.chance(0.5)) {
            disk.write(writing);
        }
        dead = true;
    }

    @Override
    public CompletionStage<List<ChannelId>> channelsWith(StateKind kind, int slot) {
        return answer(() -> config.has(PlantedBug.MEMBERS_NOT_RECLAIMED)
                ? List.of()
                : SimDisk.now(disk.rows().channelsWith(kind, slot)));
    }

    @Override
    public CompletionStage<HistoryPage> read(HistoryQuery query) {
        HistoryQuery planted = config.has(PlantedBug.READ_PAST_BOUND)
                ? new HistoryQuery(
                        query.channel(),
                        query.afterLsn(),
                        Long.MAX_VALUE,
                        query.startMillis(),
                        query.endMillis(),
                        query.backwards(),
                        query.kinds(),
                        query.entriesMax(),
                        query.bytesMax(),
                        query.form(),
                        query.orLast())
                : query;
        return answer(() -> SimDisk.now(disk.rows().read(planted)));
    }

    @Override
    public <T> CompletionStage<T> consult(StoreView.Reading<T> reading) {
        return answer(() -> SimDisk.now(disk.rows().consult(reading)));
    }

    @Override
    public CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id) {
        return answer(() -> disk.receipt(channel, id, epochs.applyAsInt(channel.slot())));
    }

    @Override
    public CompletionStage<ChannelImage> channel(ChannelKey channel) {
        return answer(() -> SimDisk.now(disk.rows().channel(channel)));
    }

    @Override
    public CompletionStage<StatePage> state(StateQuery query) {
        return answer(() -> SimDisk.now(disk.rows().state(query)));
    }

    @Override
    public CompletionStage<LogPage> log(int slot, long afterLsn, int recordsMax, int bytesMax) {
        int atOnce = scheduler.chance(0.5) ? scheduler.between(1, 20) : recordsMax;
        return answer(() -> SimDisk.now(disk.rows().log(slot, afterLsn, Math.min(atOnce, recordsMax), bytesMax)));
    }

    @Override
    public CompletionStage<SlotImage> image(int slot, byte[] from, int rowsMax) {
        int atOnce = scheduler.chance(0.5) ? scheduler.between(1, 20) : rowsMax;
        return answer(() -> SimDisk.now(disk.rows().image(slot, from, Math.min(atOnce, rowsMax))));
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

    /// A clean shutdown: everything that was taken is written and synced.
    @Override
    public void close() {
        if (!dead && !failed) {
            disk.write(writing);
            waiting.forEach(job -> {
                switch (job) {
                    case Job.Write(var appends, var done) -> disk.write(appends);
                    case Job.Change change -> change.step().run();
                }
            });
            disk.sync(disk.journalSize());
        }
        dead = true;
    }
}
