package io.hark.channel;

import io.hark.presence.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Confined: a store that keeps the port's promises without threads, files or clocks: everything is done when a call
/// returns, and time passes only by [#expire].
public final class InMemoryHistoryStore implements HistoryStore {
    private final Duration dedupeWindow;
    private final Duration channelMemory;
    private final Map<ChannelKey, NavigableMap<Long, StoredEntry>> entries = new TreeMap<>();
    private final Map<Publication, Receipt> receipts = new LinkedHashMap<>();
    private final Map<ChannelKey, Place> places = new TreeMap<>();
    private final Map<ChannelKey, StoredMembers> members = new TreeMap<>();
    private final SlotMeta[] metas = new SlotMeta[Slots.COUNT];
    private final long[] trimmed = new long[Slots.COUNT];
    private SlotMeta[] recovered;
    private List<ChannelId> recoveredMembers = List.of();
    private boolean closed;

    private record StoredEntry(byte[] encoded, long millis, Duration retention) {}

    private record Publication(ChannelKey channel, IdHash id) {}

    private record Place(long lsn, long millis) {}

    private record StoredMembers(ChannelId channel, NavigableMap<String, byte[]> byKey) {}

    /// @param dedupeWindow  how long ids are remembered
    /// @param channelMemory how long after its last entry a channel's position is known exactly
    public InMemoryHistoryStore(Duration dedupeWindow, Duration channelMemory) {
        this.dedupeWindow = dedupeWindow;
        this.channelMemory = channelMemory;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            metas[slot] = SlotMeta.empty(slot);
        }
        recovered = metas.clone();
    }

    /// Takes appends again, like a store that was closed and opened.
    public void reopen() {
        recovered = metas.clone();
        recoveredMembers = members.values().stream().map(StoredMembers::channel).toList();
        closed = false;
    }

    /// Forgets what is older at `nowMillis` than its time.
    public void expire(long nowMillis) {
        entries.values()
                .forEach(log -> log.values()
                        .removeIf(entry -> entry.millis() + entry.retention().toMillis() <= nowMillis));
        entries.values().removeIf(Map::isEmpty);
        receipts.values().removeIf(receipt -> Hlc.millis(receipt.hlc()) + dedupeWindow.toMillis() <= nowMillis);
        places.entrySet().removeIf(place -> {
            boolean expired = place.getValue().millis() + channelMemory.toMillis() <= nowMillis;
            if (expired) {
                int slot = place.getKey().slot();
                trimmed[slot] = Math.max(trimmed[slot], place.getValue().lsn());
            }
            return expired;
        });
    }

    @Override
    public SlotMeta recovered(int slot) {
        return recovered[slot];
    }

    @Override
    public List<ChannelId> channelsWithMembers() {
        return recoveredMembers;
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
        Entry entry = append.entry();
        long millis = Hlc.millis(entry.hlc());
        entries.computeIfAbsent(entry.channel(), key -> new TreeMap<>())
                .put(
                        entry.lsn(),
                        new StoredEntry(
                                EntryCodec.encode(entry),
                                millis,
                                append.policy().retention()));
        append.id().ifPresent(id -> receipts.put(new Publication(entry.channel(), id), entry.receipt()));
        append.channel().ifPresent(channel -> {
            places.put(channel.key(), new Place(entry.lsn(), millis));
            append.members().forEach(change -> change(channel, change));
        });
        metas[append.after().slot()] = append.after();
    }

    private void change(ChannelId channel, MemberChange change) {
        StoredMembers stored =
                members.computeIfAbsent(channel.key(), key -> new StoredMembers(channel, new TreeMap<>()));
        switch (change) {
            case MemberChange.Put(var member) -> stored.byKey().put(member.key(), MemberCodec.encode(member));
            case MemberChange.Remove(var gone) -> stored.byKey().remove(gone);
        }
        if (stored.byKey().isEmpty()) {
            members.remove(channel.key());
        }
    }

    @Override
    public CompletionStage<HistoryPage> read(HistoryQuery query) {
        return answer(() -> page(query));
    }

    private HistoryPage page(HistoryQuery query) throws DamagedEntry {
        NavigableMap<Long, StoredEntry> log = entries.getOrDefault(query.channel(), new TreeMap<>());
        if (query.afterLsn() >= query.upToLsn()) {
            return new HistoryPage(List.of(), false);
        }
        NavigableMap<Long, StoredEntry> range = log.subMap(query.afterLsn(), false, query.upToLsn(), true);
        List<Entry> page = new ArrayList<>();
        long bytes = 0;
        for (StoredEntry stored : (query.backwards() ? range.descendingMap() : range).values()) {
            Entry entry = EntryCodec.decode(stored.encoded());
            boolean wanted = stored.millis() >= query.startMillis()
                    && stored.millis() <= query.endMillis()
                    && query.kinds().contains(entry.kind());
            if (wanted && (page.size() >= query.entriesMax() || !page.isEmpty() && bytes >= query.bytesMax())) {
                return new HistoryPage(page, true);
            }
            if (wanted) {
                page.add(entry);
                bytes += stored.encoded().length;
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
            if (members.containsKey(channel)) {
                for (byte[] member : members.get(channel).byKey().values()) {
                    present.add(MemberCodec.decode(member));
                }
            }
            return new ChannelImage(place != null ? place.lsn() : trimmed[channel.slot()], present);
        });
    }

    @Override
    public void close() {
        closed = true;
    }

    private interface Read<T> {
        T read() throws DamagedEntry;
    }

    private static <T> CompletionStage<T> answer(Read<T> read) {
        try {
            return CompletableFuture.completedStage(read.read());
        } catch (DamagedEntry e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
