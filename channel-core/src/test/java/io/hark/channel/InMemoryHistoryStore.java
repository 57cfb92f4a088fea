package io.hark.channel;

import io.hark.presence.Member;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Confined: a store that keeps the port's promises without threads, files or clocks: everything is done
/// when a call returns, and time passes only by [#expire].
public final class InMemoryHistoryStore implements HistoryStore {
    private final Duration dedupeWindow;
    private final Duration channelMemory;
    private final List<NavigableMap<Long, LogRecord>> logs = new ArrayList<>();
    private final Map<Publication, Receipt> receipts = new LinkedHashMap<>();
    private final Map<ChannelKey, Place> places = new TreeMap<>();
    private final Map<ChannelKey, StoredState> state = new TreeMap<>();
    private final SlotMeta[] metas = new SlotMeta[Slots.COUNT];
    private final long[] trimmed = new long[Slots.COUNT];
    private SlotMeta[] recovered;
    private final BitSet unproven = new BitSet(Slots.COUNT);
    private BitSet recoveredUnproven = new BitSet(Slots.COUNT);
    private boolean closed;

    private record Publication(ChannelKey channel, IdHash id) {}

    private record Place(ChannelId channel, long lsn, long millis) {}

    private record StoredState(ChannelId channel, NavigableMap<RowKey, StateRow> rows) {
        boolean hasAny(StateKind kind) {
            return rows.keySet().stream().anyMatch(key -> key.kind() == kind);
        }
    }

    /// In the order that rows have on a disk.
    private record RowKey(StateKind kind, String key) implements Comparable<RowKey> {
        static final Comparator<RowKey> ORDER =
                Comparator.comparing(RowKey::kind).thenComparing(RowKey::key, StateQuery.BY_BYTES);

        @Override
        public int compareTo(RowKey other) {
            return ORDER.compare(this, other);
        }
    }

    /// @param dedupeWindow  how long ids are remembered
    /// @param channelMemory how long after its last entry a channel's position is known exactly
    public InMemoryHistoryStore(Duration dedupeWindow, Duration channelMemory) {
        this.dedupeWindow = dedupeWindow;
        this.channelMemory = channelMemory;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            metas[slot] = SlotMeta.empty(slot);
            logs.add(new TreeMap<>());
        }
        recovered = metas.clone();
    }

    /// Takes appends again, like a store that was closed and opened.
    public void reopen() {
        recovered = metas.clone();
        recoveredUnproven = (BitSet) unproven.clone();
        closed = false;
    }

    /// Forgets what is older at `nowMillis` than its time.
    public void expire(long nowMillis) {
        logs.forEach(log -> log.values()
                .removeIf(record -> millis(record) + record.policy().retention().toMillis() <= nowMillis));
        receipts.values().removeIf(receipt -> Hlc.millis(receipt.hlc()) + dedupeWindow.toMillis() <= nowMillis);
        places.entrySet().removeIf(place -> {
            boolean expired = place.getValue().millis() + channelMemory.toMillis() <= nowMillis;
            if (expired) {
                int slot = place.getKey().slot();
                trimmed[slot] = Math.max(trimmed[slot], place.getValue().lsn());
            }
            return expired;
        });
        for (StoredState stored : state.values()) {
            stored.rows().values().removeIf(row -> isExpired(row.lifetime(), nowMillis));
        }
        state.values().removeIf(stored -> stored.rows().isEmpty());
    }

    private static boolean isExpired(Lifetime lifetime, long nowMillis) {
        return !lifetime.isLasting() && lifetime.millis() + lifetime.retention().toMillis() <= nowMillis;
    }

    private static long millis(LogRecord record) {
        return Hlc.millis(record.head().hlc());
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
        unproven.clear(slot);
    }

    @Override
    public CompletionStage<List<ChannelId>> channelsWith(StateKind kind, int slot) {
        return answer(() -> state.values().stream()
                .filter(stored -> stored.hasAny(kind))
                .map(StoredState::channel)
                .filter(channel -> channel.key().slot() == slot)
                .toList());
    }

    @Override
    public CompletionStage<StatePage> state(StateQuery query) {
        return consult(view -> view.state(query));
    }

    private StatePage rows(StateQuery query) {
        List<StateRow> rows = state.containsKey(query.channel())
                ? state.get(query.channel()).rows().values().stream()
                        .filter(row -> isAskedFor(row, query))
                        .toList()
                : List.of();
        return new StatePage(rows.stream().limit(query.rowsMax()).toList(), rows.size() > query.rowsMax());
    }

    private static boolean isAskedFor(StateRow row, StateQuery query) {
        long millis = row.lifetime().millis();
        return query.asksFor(row.kind(), row.key())
                && (row.kind().isLasting() || millis >= query.startMillis() && millis <= query.endMillis());
    }

    @Override
    public void append(List<Append> batch, Consumer<Optional<Throwable>> done) {
        if (closed) {
            done.accept(Optional.of(new IllegalStateException("the store is closed")));
            return;
        }
        batch.forEach(this::add);
        done.accept(Optional.empty());
    }

    private void add(Append append) {
        LogRecord record = append.record();
        ChannelKey key = record.head().channel();
        logs.get(key.slot()).put(record.lsn(), record);
        record.ids().forEach(id -> receipts.put(new Publication(key, id), record.receipt()));
        record.channel().ifPresent(channel -> {
            places.put(key, new Place(channel, record.lsn(), millis(record)));
            if (!append.present()) {
                record.changes().forEach(change -> set(channel, change, change.after()));
            }
        });
        metas[append.after().slot()] = append.after();
    }

    private void set(ChannelId channel, StateChange change, Optional<StateValue> value) {
        RowKey key = new RowKey(change.kind(), change.key());
        StoredState stored = state.computeIfAbsent(channel.key(), any -> new StoredState(channel, new TreeMap<>()));
        value.ifPresentOrElse(
                present ->
                        stored.rows().put(key, new StateRow(change.kind(), change.key(), change.lifetime(), present)),
                () -> stored.rows().remove(key));
        if (stored.rows().isEmpty()) {
            state.remove(channel.key());
        }
    }

    @Override
    public <T> CompletionStage<T> consult(StoreView.Reading<T> reading) {
        return answer(() -> reading.read(new View()));
    }

    private final class View implements StoreView {
        @Override
        public HistoryPage read(HistoryQuery query) throws DamagedEntry {
            return page(query);
        }

        @Override
        public StatePage state(StateQuery query) {
            return rows(query);
        }

        @Override
        public Optional<Entry> entry(ChannelKey channel, long lsn) throws DamagedEntry {
            Optional<LogRecord> record = record(channel, lsn);
            return record.isEmpty()
                    ? Optional.empty()
                    : Optional.of(record.get().entry());
        }

        @Override
        public Optional<LogRecord> record(ChannelKey channel, long lsn) {
            return Optional.ofNullable(logs.get(channel.slot()).get(lsn))
                    .filter(record -> record.head().channel().equals(channel));
        }
    }

    private HistoryPage page(HistoryQuery query) throws DamagedEntry {
        if (query.afterLsn() >= query.upToLsn()) {
            return new HistoryPage(List.of(), false);
        }
        NavigableMap<Long, LogRecord> range =
                logs.get(query.channel().slot()).subMap(query.afterLsn(), false, query.upToLsn(), true);
        List<Entry> page = new ArrayList<>();
        long bytes = 0;
        for (LogRecord record : (query.backwards() ? range.descendingMap() : range).values()) {
            boolean wanted = record.head().channel().equals(query.channel())
                    && millis(record) >= query.startMillis()
                    && millis(record) <= query.endMillis()
                    && query.kinds().contains(record.head().kind());
            if (wanted && (page.size() >= query.entriesMax() || !page.isEmpty() && bytes >= query.bytesMax())) {
                return new HistoryPage(page, true);
            }
            if (wanted) {
                page.add(record.entry());
                bytes += record.encoded().length;
            }
        }
        return new HistoryPage(page, false);
    }

    @Override
    public CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id) {
        return answer(() -> Optional.ofNullable(receipts.get(new Publication(channel, id))));
    }

    @Override
    public CompletionStage<ChannelImage> channel(ChannelKey channel) {
        return answer(() -> {
            Place place = places.get(channel);
            List<Member> present = new ArrayList<>();
            List<String> due = new ArrayList<>();
            if (state.containsKey(channel)) {
                for (StateRow row : state.get(channel).rows().values()) {
                    if (row.kind() == StateKind.PRESENCE) {
                        present.add(MemberCodec.decode(row.value().bytes()));
                    } else if (row.kind() == StateKind.SUMMARY_DUE) {
                        due.add(row.key());
                    }
                }
            }
            long bound = trimmed[channel.slot()];
            return new ChannelImage(place != null ? Math.max(place.lsn(), bound) : bound, present, due);
        });
    }

    @Override
    public CompletionStage<LogPage> log(int slot, long afterLsn, int recordsMax, int bytesMax) {
        return answer(() -> {
            List<LogRecord> page = new ArrayList<>();
            long bytes = 0;
            for (LogRecord record : logs.get(slot).tailMap(afterLsn, false).values()) {
                if (page.size() >= recordsMax || !page.isEmpty() && bytes >= bytesMax) {
                    return new LogPage(page, true);
                }
                page.add(LogRecordCodec.decode(record.companion(), record.encoded()));
                bytes += record.size();
            }
            return new LogPage(page, false);
        });
    }

    @Override
    public CompletionStage<Optional<SlotMeta>> truncate(int slot, long lsn) {
        return change(() -> {
            SlotMeta meta = metas[slot];
            NavigableMap<Long, LogRecord> log = logs.get(slot);
            if (lsn == meta.lastLsn()) {
                return Optional.of(meta);
            }
            boolean isKept = lsn == 0 || log.containsKey(lsn);
            if (lsn > meta.lastLsn()
                    || log.tailMap(lsn, false).size() != meta.lastLsn() - lsn
                    || !isKept && meta.isEndOfLineage(lsn)) {
                return Optional.empty();
            }
            SlotMeta cut;
            if (lsn == 0) {
                cut = SlotMeta.empty(slot);
            } else if (isKept) {
                cut = meta.cutTo(log.get(lsn).head());
            } else {
                cut = meta.before(log.get(lsn + 1).head());
            }
            Set<ChannelKey> placed = new HashSet<>();
            Map<ChannelId, Long> placesBefore = new LinkedHashMap<>();
            for (LogRecord record : log.tailMap(lsn, false).descendingMap().values()) {
                takeBack(record, placesBefore);
                placed.add(record.head().channel());
            }
            placed.forEach(places::remove);
            placesBefore.forEach((channel, before) -> {
                if (before > 0 && lsn > 0) {
                    places.put(channel.key(), new Place(channel, Math.min(before, lsn), Hlc.millis(cut.hlc())));
                }
            });
            // Of an image that was ahead of the log.
            places.replaceAll((key, place) ->
                    key.slot() == slot && place.lsn() > lsn ? new Place(place.channel(), lsn, place.millis()) : place);
            log.tailMap(lsn, false).clear();
            trimmed[slot] = Math.min(trimmed[slot], lsn);
            metas[slot] = cut;
            return Optional.of(cut);
        });
    }

    private void takeBack(LogRecord record, Map<ChannelId, Long> placesBefore) {
        record.ids().stream()
                .map(id -> new Publication(record.head().channel(), id))
                .forEach(publication -> receipts.computeIfPresent(
                        publication, (same, receipt) -> receipt.lsn() == record.lsn() ? null : receipt));
        record.channel().ifPresent(channel -> {
            placesBefore.put(channel, record.head().prevLsn());
            record.changes().reversed().forEach(change -> set(channel, change, change.before()));
        });
    }

    @Override
    public CompletionStage<SlotImage> image(int slot, byte[] from, int rowsMax) {
        return answer(() -> {
            NavigableMap<String, SlotRow> all = new TreeMap<>();
            receipts.forEach((of, receipt) -> {
                if (of.channel().slot() == slot) {
                    all.put("1 " + of, new SlotRow.Published(of.channel(), of.id(), receipt));
                }
            });
            places.forEach((key, place) -> {
                if (key.slot() == slot) {
                    all.put("2 " + key, new SlotRow.Place(place.channel(), place.lsn(), place.millis()));
                }
            });
            for (StoredState stored : state.values()) {
                if (stored.channel().key().slot() == slot) {
                    for (StateRow row : stored.rows().values()) {
                        all.put(
                                "3 " + stored.channel().key() + row.kind() + row.key(),
                                new SlotRow.State(stored.channel(), row));
                    }
                }
            }
            return page(all.tailMap(new String(from, StandardCharsets.UTF_8), false), rowsMax, trimmed[slot]);
        });
    }

    private static SlotImage page(NavigableMap<String, SlotRow> rest, int rowsMax, long trimmedLsn) {
        List<SlotRow> rows = rest.values().stream().limit(rowsMax).toList();
        byte[] next = rows.size() == rest.size()
                ? SlotImage.START
                : rest.keySet().stream()
                        .skip(rowsMax - 1)
                        .findFirst()
                        .orElseThrow()
                        .getBytes(StandardCharsets.UTF_8);
        return new SlotImage(rows, trimmedLsn, next);
    }

    @Override
    public CompletionStage<Void> wipe(int slot) {
        return change(() -> {
            logs.get(slot).clear();
            receipts.keySet().removeIf(publication -> publication.channel().slot() == slot);
            places.keySet().removeIf(channel -> channel.slot() == slot);
            state.keySet().removeIf(channel -> channel.slot() == slot);
            metas[slot] = SlotMeta.empty(slot);
            trimmed[slot] = 0;
            unproven.clear(slot);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> install(SlotMeta meta, SlotImage page) {
        return change(() -> {
            for (SlotRow row : page.rows()) {
                switch (row) {
                    case SlotRow.Published(var channel, var id, var receipt) ->
                        receipts.put(new Publication(channel, id), receipt);
                    case SlotRow.Place(var channel, var lastLsn, var millis) ->
                        places.put(channel.key(), new Place(channel, lastLsn, millis));
                    case SlotRow.State(var channel, StateRow state) ->
                        set(
                                channel,
                                new StateChange(
                                        state.kind(),
                                        state.key(),
                                        state.lifetime(),
                                        Optional.empty(),
                                        Optional.of(state.value())),
                                Optional.of(state.value()));
                }
            }
            trimmed[meta.slot()] = Math.max(trimmed[meta.slot()], page.trimmedLsn());
            metas[meta.slot()] = meta;
            unproven.set(meta.slot());
            return null;
        });
    }

    @Override
    public void close() {
        closed = true;
    }

    private interface Step<T> {
        T take() throws DamagedEntry;
    }

    private <T> CompletionStage<T> change(Step<T> step) {
        return closed ? CompletableFuture.failedStage(new IllegalStateException("the store is closed")) : answer(step);
    }

    private static <T> CompletionStage<T> answer(Step<T> step) {
        try {
            return CompletableFuture.completedStage(step.take());
        } catch (DamagedEntry e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
