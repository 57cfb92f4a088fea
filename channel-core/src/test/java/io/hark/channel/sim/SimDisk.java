package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.Hlc;
import io.hark.channel.IdHash;
import io.hark.channel.MemberChange;
import io.hark.channel.Receipt;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import io.hark.presence.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What outlives the node: a journal of batches, some of them only in the page cache, and the rows that they add up to.
final class SimDisk {
    private static final int LINEAGES_KEPT = 16;
    private static final int SEGMENT_MILLIS = 20;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final List<Item> journal = new ArrayList<>();
    private final Set<Place> dropped = new HashSet<>();
    private final long[] trimmed = new long[Slots.COUNT];
    private int synced;
    private long written;
    private int life;

    private SlotMeta[] metas = emptyMetas();
    private Map<ChannelKey, Row> rows = new LinkedHashMap<>();

    SimDisk(Scheduler scheduler, SimConfig config, History history) {
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
    }

    /// One atomic write.
    ///
    /// @param entriesKept how many of the appends have their entry; fewer than all only when a planted bug tears it
    private record Item(List<Append> appends, int entriesKept, List<SlotMeta> metas, long lastNumber, int life) {}

    private record Known(Receipt receipt, int life) {}

    private static final class Row {
        private final ChannelId id;
        private final List<Append> entries = new ArrayList<>();
        private final Map<String, Member> members = new LinkedHashMap<>();
        private final Map<IdHash, Known> ids = new LinkedHashMap<>();
        private long lastLsn;
        private boolean known;

        private Row(ChannelId id) {
            this.id = id;
        }
    }

    private static SlotMeta[] emptyMetas() {
        SlotMeta[] metas = new SlotMeta[Slots.COUNT];
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            metas[slot] = SlotMeta.empty(slot);
        }
        return metas;
    }

    static Place place(Entry entry) {
        return new Place(entry.channel().slot(), entry.origin().lineage(), entry.lsn());
    }

    static String op(Entry entry) {
        return switch (entry.body()) {
            case EntryBody.None() -> "";
            case EntryBody.Messages(var batch) -> batch.id();
            case EntryBody.Presence(var batch) -> batch.id();
        };
    }

    void write(List<Append> appends) {
        for (Append append : appends) {
            Entry entry = append.entry();
            written++;
            append.channel()
                    .ifPresent(channel -> history.add(new Event.Written(
                            written,
                            place(entry),
                            entry.epoch(),
                            channel.name(),
                            op(entry),
                            entry.kind(),
                            append.policy().durability())));
        }
        add(new Item(appends, appends.size(), List.of(), written, life));
    }

    private void add(Item item) {
        journal.add(item);
        apply(item);
    }

    private void apply(Item item) {
        for (int index = 0; index < item.appends().size(); index++) {
            apply(item.appends().get(index), index < item.entriesKept(), item.life());
        }
        item.metas().forEach(meta -> metas[meta.slot()] = meta);
    }

    private void apply(Append append, boolean withEntry, int inLife) {
        Entry entry = append.entry();
        metas[entry.channel().slot()] = append.after();
        if (append.channel().isEmpty()) {
            return;
        }
        Row row = rows.computeIfAbsent(
                entry.channel(), key -> new Row(append.channel().get()));
        append.id().ifPresent(id -> row.ids.put(id, new Known(entry.receipt(), inLife)));
        row.lastLsn = entry.lsn();
        row.known = true;
        if (withEntry && !dropped.contains(place(entry))) {
            row.entries.add(append);
        }
        if (!config.has(PlantedBug.MEMBERS_NOT_IN_BATCH)) {
            append.members().forEach(change -> apply(row, change));
        }
    }

    private static void apply(Row row, MemberChange change) {
        switch (change) {
            case MemberChange.Put(var member) -> row.members.put(member.key(), member);
            case MemberChange.Remove(var key) -> row.members.remove(key);
        }
    }

    int journalSize() {
        return journal.size();
    }

    /// Syncs the first `items` of the journal.
    void sync(int items) {
        int upTo = Math.min(items, journal.size());
        if (upTo > synced) {
            synced = upTo;
            history.add(new Event.Synced(journal.get(upTo - 1).lastNumber()));
        }
    }

    /// The machine loses power: what was not synced is there only by luck, and if something is gone the numbers
    /// that it had are never given again.
    void losePower() {
        int kept = scheduler.between(synced, journal.size());
        List<Item> lost = List.copyOf(journal.subList(kept, journal.size()));
        if (lost.isEmpty()) {
            return;
        }
        journal.subList(kept, journal.size()).clear();
        if (config.has(PlantedBug.TORN_BATCH)) {
            Item torn = lost.getFirst();
            journal.add(
                    new Item(torn.appends(), torn.appends().size() / 2, torn.metas(), torn.lastNumber(), torn.life()));
            forget(torn.appends()
                    .subList(torn.appends().size() / 2, torn.appends().size()));
            lost = lost.subList(1, lost.size());
        }
        lost.forEach(item -> forget(item.appends()));
        rows = new LinkedHashMap<>();
        metas = emptyMetas();
        journal.forEach(this::apply);
        rows.values().forEach(this::forgetIfExpired);
        sync(journal.size());
        if (!config.has(PlantedBug.LINEAGE_NOT_ENDED)) {
            endLineages();
        }
    }

    private void forget(List<Append> appends) {
        for (Append append : appends) {
            append.channel().ifPresent(channel -> history.add(new Event.Lost(place(append.entry()), channel.name())));
        }
    }

    private void endLineages() {
        List<SlotMeta> begun = new ArrayList<>();
        config.channels().stream()
                .map(channel -> channel.key().slot())
                .distinct()
                .forEach(slot -> {
                    history.add(new Event.LineageEnded(slot, metas[slot].lineage(), metas[slot].lastLsn()));
                    begun.add(metas[slot].withNewLineage(LINEAGES_KEPT));
                });
        add(new Item(List.of(), 0, begun, written, life));
        sync(journal.size());
    }

    /// A new life of the node begins.
    void open() {
        life++;
        if (!config.has(PlantedBug.RECOVERED_TAIL_NOT_SYNCED)) {
            sync(journal.size());
        }
    }

    int life() {
        return life;
    }

    /// Drops segments of which everything is older than its retention.
    void expire(long nowMillis) {
        for (Row row : rows.values()) {
            List<Append> expired = row.entries.stream()
                    .filter(append ->
                            endOfSegment(append) + append.policy().retention().toMillis() <= nowMillis)
                    .toList();
            if (!expired.isEmpty()) {
                sync(journal.size());
                row.entries.removeAll(expired);
                for (Append append : expired) {
                    Place place = place(append.entry());
                    dropped.add(place);
                    trimmed[place.slot()] = Math.max(trimmed[place.slot()], place.lsn());
                    history.add(new Event.Expired(place, row.id.name()));
                }
                forgetIfExpired(row);
            }
        }
    }

    private static long endOfSegment(Append append) {
        return (Hlc.millis(append.entry().hlc()) / SEGMENT_MILLIS + 1) * SEGMENT_MILLIS;
    }

    private void forgetIfExpired(Row row) {
        if (row.entries.isEmpty() && !config.channelRowsKept()) {
            row.known = false;
        }
    }

    SlotMeta meta(int slot) {
        return metas[slot];
    }

    List<ChannelId> channelsWithMembers() {
        return rows.values().stream()
                .filter(row -> !row.members.isEmpty())
                .map(row -> row.id)
                .toList();
    }

    ChannelImage image(ChannelKey channel) {
        Row row = rows.get(channel);
        if (row == null) {
            return new ChannelImage(trimmed[channel.slot()], List.of());
        }
        return new ChannelImage(row.known ? row.lastLsn : trimmed[channel.slot()], List.copyOf(row.members.values()));
    }

    Optional<Receipt> receipt(ChannelKey channel, IdHash id) {
        if (config.has(PlantedBug.DEDUPE_BY_HIGHEST_SERIAL)) {
            return rows.values().stream()
                    .flatMap(row -> row.ids.entrySet().stream())
                    .filter(known ->
                            known.getKey().high() == id.high() && known.getKey().low() >= id.low())
                    .map(known -> known.getValue().receipt())
                    .findFirst();
        }
        return Optional.ofNullable(rows.get(channel))
                .map(row -> row.ids.get(id))
                .filter(known -> !config.has(PlantedBug.DEDUPE_IN_MEMORY) || known.life() == life)
                .map(Known::receipt);
    }

    HistoryPage page(HistoryQuery query) {
        List<Append> all = Optional.ofNullable(rows.get(query.channel()))
                .map(row -> row.entries)
                .orElse(List.of());
        long upTo = config.has(PlantedBug.READ_PAST_BOUND) ? Long.MAX_VALUE : query.upToLsn();
        List<Entry> page = new ArrayList<>();
        int bytes = 0;
        for (Append append : query.backwards() ? all.reversed() : all) {
            Entry entry = append.entry();
            long millis = Hlc.millis(entry.hlc());
            boolean wanted = entry.lsn() > query.afterLsn()
                    && entry.lsn() <= upTo
                    && millis >= query.startMillis()
                    && millis <= query.endMillis()
                    && query.kinds().contains(entry.kind());
            if (wanted) {
                if (page.size() >= query.entriesMax() || !page.isEmpty() && bytes >= query.bytesMax()) {
                    return new HistoryPage(page, true);
                }
                page.add(entry);
                bytes += entry.size();
            }
        }
        return new HistoryPage(page, false);
    }
}
