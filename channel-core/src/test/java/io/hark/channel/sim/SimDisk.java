package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.Durability;
import io.hark.channel.Hlc;
import io.hark.channel.IdHash;
import io.hark.channel.InMemoryHistoryStore;
import io.hark.channel.LogRecord;
import io.hark.channel.Receipt;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.channel.StateKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.IntToLongFunction;

/// What outlives a node: a journal of changes, some of them only in the page cache, and the rows that they add
/// up to.
final class SimDisk {
    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final String node;
    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final List<Item> journal = new ArrayList<>();
    private final PriorityQueue<Long> dueMillis = new PriorityQueue<>();
    private final TreeSet<Integer> lost = new TreeSet<>();
    private int synced;
    private long written;
    private int life;

    private InMemoryHistoryStore rows;
    private Map<Integer, TreeMap<Long, LogRecord>> logs;

    /// The same with what has expired.
    private Map<Integer, TreeMap<Long, LogRecord>> everything;

    /// By id, of every publish that was ever written: for those planted bugs that look up ids otherwise.
    private final Map<IdHash, Known> known = new LinkedHashMap<>();

    SimDisk(String node, Scheduler scheduler, SimConfig config, History history) {
        this.node = node;
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
        clear();
    }

    private record Known(Receipt receipt, int epoch, int life) {}

    /// One change, done as a whole or not at all.
    private sealed interface Item {
        /// @param lastNumber of the last entry, see [Event.Written]
        record Write(List<Append> appends, long lastNumber) implements Item {}

        /// Metas and ids of the appends, without the entries: what a planted bug leaves of a batch.
        record Torn(List<Append> appends) implements Item {}

        record Cut(int slot, long lsn) implements Item {}

        record Wipe(int slot) implements Item {}

        record Install(SlotMeta meta, SlotImage page) implements Item {}

        record Proven(int slot) implements Item {}

        record Expire(long nowMillis) implements Item {}
    }

    private void clear() {
        rows = new InMemoryHistoryStore(FOR_EVER, channelMemory());
        logs = new TreeMap<>();
        everything = new TreeMap<>();
        config.slots().forEach(slot -> {
            logs.put(slot, new TreeMap<>());
            everything.put(slot, new TreeMap<>());
        });
    }

    private Duration channelMemory() {
        return config.channelRowsKept()
                ? FOR_EVER
                : config.policies().getFirst().retention().plusMillis(1);
    }

    void write(List<Append> appends) {
        if (appends.isEmpty()) {
            return;
        }
        for (Append append : appends) {
            LogRecord record = append.record();
            written++;
            history.add(new Event.Written(
                    node,
                    written,
                    Place.of(record.head()),
                    record.head().epoch(),
                    record.channel().map(ChannelId::name).orElse(""),
                    history.op(record),
                    record.head().kind(),
                    record.policy().durability()));
            record.ids()
                    .forEach(id -> known.put(
                            id, new Known(record.receipt(), record.head().epoch(), life)));
            long millis = Hlc.millis(record.head().hlc());
            dueMillis.add(millis + record.policy().retention().toMillis());
            dueMillis.add(millis + channelMemory().toMillis());
        }
        add(new Item.Write(appends.stream().map(this::planted).toList(), written));
    }

    private Append planted(Append append) {
        if (!config.has(PlantedBug.MEMBERS_NOT_IN_BATCH)) {
            return append;
        }
        return new Append(append.record().withChanges(List.of()), append.after(), append.present());
    }

    private void add(Item item) {
        journal.add(item);
        apply(item);
    }

    private void apply(Item item) {
        switch (item) {
            case Item.Write(var appends, var number) -> {
                rows.append(appends, done -> {});
                appends.forEach(append -> {
                    logs.get(append.after().slot()).put(append.record().lsn(), append.record());
                    everything.get(append.after().slot()).put(append.record().lsn(), append.record());
                });
            }
            case Item.Torn(var appends) ->
                appends.forEach(append -> {
                    List<SlotRow> kept = new ArrayList<>();
                    LogRecord record = append.record();
                    record.channel().ifPresent(channel -> {
                        record.ids()
                                .forEach(id -> kept.add(new SlotRow.Published(channel.key(), id, record.receipt())));
                        kept.add(new SlotRow.Place(
                                channel, record.lsn(), Hlc.millis(record.head().hlc())));
                    });
                    rows.install(append.after(), new SlotImage(kept, 0, SlotImage.START));
                    rows.proven(append.after().slot());
                });
            case Item.Cut(var slot, var lsn) -> cutRows(slot, lsn);
            case Item.Wipe(var slot) -> {
                rows.wipe(slot);
                logs.get(slot).clear();
                everything.get(slot).clear();
            }
            case Item.Install(var meta, var page) -> rows.install(meta, page);
            case Item.Proven(var slot) -> rows.proven(slot);
            case Item.Expire(var nowMillis) -> {
                rows.expire(nowMillis);
                logs.values().forEach(log -> log.values().removeIf(record -> isExpired(record, nowMillis)));
            }
        }
    }

    private boolean isKeptAtCut(StateKind kind) {
        return config.has(kind.isLasting() ? PlantedBug.CUT_KEEPS_PRESENCE : PlantedBug.CUT_KEEPS_CHANGES);
    }

    /// Rows that a planted mistake forgets to take back.
    private List<SlotRow> stateRows(int slot) {
        if (!config.has(PlantedBug.CUT_KEEPS_PRESENCE) && !config.has(PlantedBug.CUT_KEEPS_CHANGES)) {
            return List.of();
        }
        return now(rows.image(slot, SlotImage.START, Integer.MAX_VALUE)).rows().stream()
                .filter(row -> row instanceof SlotRow.State state
                        && isKeptAtCut(state.row().kind()))
                .toList();
    }

    /// What an in-memory store answers, it has answered.
    static <T> T now(CompletionStage<T> answered) {
        return answered.toCompletableFuture().join();
    }

    private static boolean isExpired(LogRecord record, long nowMillis) {
        return expiryMillis(record) <= nowMillis;
    }

    private static long expiryMillis(LogRecord record) {
        return Hlc.millis(record.head().hlc()) + record.policy().retention().toMillis();
    }

    /// @return the slot's meta from then on; empty when it cannot be cut there
    Optional<SlotMeta> cut(int slot, long lsn) {
        Optional<SlotMeta> cut = cutRows(slot, lsn);
        if (cut.isPresent()) {
            journal.add(new Item.Cut(slot, lsn));
            history.add(new Event.Cut(node, slot, lsn));
        }
        return cut;
    }

    private Optional<SlotMeta> cutRows(int slot, long lsn) {
        List<SlotRow> before = stateRows(slot);
        Optional<SlotMeta> cut = now(rows.truncate(slot, lsn));
        if (cut.isPresent()) {
            logs.get(slot).tailMap(lsn, false).clear();
            everything.get(slot).tailMap(lsn, false).clear();
            if (!before.isEmpty()) {
                rows.install(cut.get(), new SlotImage(before, 0, SlotImage.START));
                rows.proven(slot);
            }
        }
        return cut;
    }

    void wipe(int slot) {
        history.add(new Event.Cut(node, slot, 0));
        add(new Item.Wipe(slot));
    }

    void proven(int slot) {
        add(new Item.Proven(slot));
    }

    void install(SlotMeta meta, SlotImage page) {
        if (page.isLast()) {
            history.add(new Event.Installed(node, meta.slot(), meta.lastLsn()));
        }
        page.rows().forEach(row -> {
            if (row instanceof SlotRow.Place(var channel, var lastLsn, var millis)) {
                dueMillis.add(millis + channelMemory().toMillis());
            }
        });
        add(new Item.Install(meta, page));
    }

    /// Drops what is older than its retention, but nothing that is not committed: replicas may lack it,
    /// and its owner must be able to send it.
    ///
    /// @param committed by slot
    void expire(long wallMillis, IntToLongFunction committed) {
        long nowMillis = wallMillis;
        for (var log : logs.entrySet()) {
            for (LogRecord kept : log.getValue()
                    .tailMap(committed.applyAsLong(log.getKey()), false)
                    .values()) {
                nowMillis = Math.min(nowMillis, expiryMillis(kept) - 1);
            }
        }
        expire(nowMillis);
    }

    private void expire(long nowMillis) {
        boolean due = false;
        while (!dueMillis.isEmpty() && dueMillis.peek() <= nowMillis) {
            dueMillis.poll();
            due = true;
        }
        if (!due) {
            return;
        }
        logs.values()
                .forEach(log -> log.values().stream()
                        .filter(record -> isExpired(record, nowMillis))
                        .forEach(record -> history.add(new Event.Expired(
                                node,
                                Place.of(record.head()),
                                record.channel().map(ChannelId::name).orElse("")))));
        add(new Item.Expire(nowMillis));
        sync(journal.size());
    }

    int journalSize() {
        return journal.size();
    }

    /// Syncs the first `items` of the journal.
    void sync(int items) {
        int upTo = Math.min(items, journal.size());
        for (int at = upTo - 1; at >= synced; at--) {
            if (journal.get(at) instanceof Item.Write(var appends, var lastNumber)) {
                history.add(new Event.Synced(node, lastNumber));
                break;
            }
        }
        synced = Math.max(synced, upTo);
    }

    /// Slots that are not what they were, as long as the region was not told.
    List<Integer> lost() {
        return List.copyOf(lost);
    }

    void lossIsKnown() {
        lost.clear();
    }

    /// The machine loses power: what was not synced is there only by luck.
    void losePower() {
        int kept = scheduler.between(synced, journal.size());
        List<Item> gone = List.copyOf(journal.subList(kept, journal.size()));
        journal.subList(kept, journal.size()).clear();
        for (Item item : gone) {
            switch (item) {
                case Item.Write(var appends, var number) ->
                    appends.forEach(append -> {
                        lost.add(append.after().slot());
                        history.add(new Event.Lost(node, Place.of(append.head()), history.op(append.record())));
                    });
                case Item.Torn(var appends) -> {}
                case Item.Cut(var slot, var lsn) -> lost.add(slot);
                case Item.Wipe(var slot) -> lost.add(slot);
                case Item.Install(var meta, var page) -> lost.add(meta.slot());
                case Item.Proven(var slot) -> {}
                case Item.Expire(var nowMillis) -> {}
            }
        }
        if (config.has(PlantedBug.TORN_BATCH)
                && !gone.isEmpty()
                && gone.getFirst() instanceof Item.Write(var half, var n)) {
            journal.add(new Item.Write(half.subList(0, half.size() / 2), n));
            journal.add(new Item.Torn(half.subList(half.size() / 2, half.size())));
        }
        if (!gone.isEmpty()) {
            rebuild();
        }
    }

    private void rebuild() {
        clear();
        journal.forEach(this::apply);
    }

    /// Another disk takes its place.
    void replace() {
        journal.clear();
        synced = 0;
        known.clear();
        lost.addAll(config.slots());
        history.add(new Event.Replaced(node));
        clear();
    }

    /// A new life of the node begins.
    void open() {
        life++;
        rows.reopen();
        if (!config.has(PlantedBug.RECOVERED_TAIL_NOT_SYNCED)) {
            sync(journal.size());
        }
    }

    InMemoryHistoryStore rows() {
        return rows;
    }

    /// The slot's records that are kept, by LSN.
    TreeMap<Long, LogRecord> log(int slot) {
        return logs.get(slot);
    }

    /// The slot's records, those that have expired among them.
    TreeMap<Long, LogRecord> everything(int slot) {
        return everything.get(slot);
    }

    /// @param epoch the one that the owner of the channel leads in
    Optional<Receipt> receipt(ChannelKey channel, IdHash id, int epoch) {
        if (config.has(PlantedBug.DEDUPE_BY_HIGHEST_SERIAL)) {
            return known.entrySet().stream()
                    .filter(other ->
                            other.getKey().high() == id.high() && other.getKey().low() >= id.low())
                    .map(other -> other.getValue().receipt())
                    .findFirst();
        }
        Optional<Receipt> found = now(rows.findId(channel, id));
        Known own = known.get(id);
        boolean forgotten =
                config.has(PlantedBug.DEDUPE_IN_MEMORY) && (own == null || own.life() != life || own.epoch() != epoch);
        return forgotten ? Optional.empty() : found;
    }

    static boolean wantsSync(Append append) {
        return append.record().policy().durability() == Durability.FSYNC;
    }
}
