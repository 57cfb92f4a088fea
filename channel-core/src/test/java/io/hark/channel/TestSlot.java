package io.hark.channel;

import io.hark.presence.Member;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// A slot owner whose disk answers when the test says so.
final class TestSlot implements SlotEffects {
    static final ChannelId CHANNEL = ChannelId.of("app", "orders");
    static final ChannelPolicy POLICY = new ChannelPolicy(Durability.FSYNC, Duration.ofMinutes(2));
    static final long NOW = 1_700_000_000_000L;
    static final int EPOCH = 1;
    static final MemberGrace GRACE = new MemberGrace(15_000, POLICY);

    final List<Append> appends = new ArrayList<>();
    final List<MetaEvent> reports = new ArrayList<>();
    final List<Entry> delivered = new ArrayList<>();
    final Feed feed = (channel, entry, encoded, logged) -> delivered.add(entry);
    private final ArrayDeque<BiConsumer<Optional<Receipt>, Throwable>> lookups = new ArrayDeque<>();
    private final ArrayDeque<BiConsumer<ChannelImage, Throwable>> loads = new ArrayDeque<>();
    private final Map<ChannelKey, ChannelImage> images = new LinkedHashMap<>();
    final NavigableMap<String, StateValue> rows = new TreeMap<>();
    final List<StateChange> changedRows = new ArrayList<>();
    private final ArrayDeque<Runnable> rowReads = new ArrayDeque<>();
    boolean rowsByHand;
    final SlotOwner owner;
    final NavigableMap<String, StateRow> state = new TreeMap<>();
    ObjectsMemory objectsMemory = new ObjectsMemory(1 << 30);
    boolean overloaded;
    boolean loadsByHand;
    boolean stateFails;
    int loaded;
    long wallMillis = NOW;

    TestSlot() {
        this(SlotLimits.DEFAULTS);
    }

    TestSlot(SlotLimits limits) {
        owner = new SlotOwner(SlotMeta.empty(CHANNEL.key().slot()), EPOCH, 1, "eu", this, limits, GRACE, NOW);
        commitAll();
        appends.clear();
    }

    static Entry entry(Append append) {
        try {
            return append.record().entry();
        } catch (DamagedEntry e) {
            throw new AssertionError(e);
        }
    }

    /// The entry that was appended as the `index`th.
    Entry entry(int index) {
        return entry(appends.get(index));
    }

    Entry lastEntry() {
        return entry(appends.getLast());
    }

    void image(long lastLsn, Member... members) {
        images.put(CHANNEL.key(), new ChannelImage(lastLsn, List.of(members)));
    }

    @Override
    public long wallMillis() {
        return wallMillis;
    }

    @Override
    public void report(MetaEvent event) {
        reports.add(event);
    }

    @Override
    public void append(Append append) {
        appends.add(append);
        for (StateChange change : append.record().changes()) {
            if (change.kind() == StateKind.OBJECT) {
                change.after()
                        .ifPresentOrElse(
                                value -> state.put(
                                        change.key(),
                                        new StateRow(change.kind(), change.key(), change.lifetime(), value)),
                                () -> state.remove(change.key()));
            }
        }
    }

    @Override
    public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer) {
        lookups.add(answer);
    }

    /// Shows what is committed, once the test says so when it wants to.
    @Override
    public void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer) {
        List<RowsPage> pages = new ArrayList<>();
        for (RowsRead read : reads) {
            List<StateRow> found = new ArrayList<>();
            for (RowsRead.Range range : read.ranges()) {
                rows.tailMap(range.from(), true).forEach((key, value) -> {
                    if (key.compareTo(range.through()) <= 0 || key.startsWith(range.through())) {
                        found.add(new StateRow(read.kind(), key, Lifetime.LASTING, value));
                    }
                });
            }
            boolean more = found.size() > read.rowsMax();
            pages.add(new RowsPage(more ? found.subList(0, read.rowsMax()) : found, more));
        }
        if (rowsByHand) {
            rowReads.add(() -> answer.accept(pages, null));
        } else {
            answer.accept(pages, null);
        }
    }

    /// Answers the oldest read of rows with what was there when it was asked for.
    void answerRows() {
        rowReads.remove().run();
    }

    @Override
    public void changed(ChannelId channel, List<StateChange> changes) {
        changedRows.addAll(changes);
        changes.forEach(change -> change.after()
                .ifPresentOrElse(value -> rows.put(change.key(), value), () -> rows.remove(change.key())));
    }

    @Override
    public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer) {
        loads.add(answer);
        loaded++;
        if (!loadsByHand) {
            answerLoad();
        }
    }

    @Override
    public <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> answer) {
        loads.add((image, failure) -> {
            try {
                answer.accept(failure == null ? reading.read(new Rows()) : null, failure);
            } catch (DamagedEntry damaged) {
                answer.accept(null, damaged);
            }
        });
        loaded++;
        if (!loadsByHand) {
            answerLoad();
        }
    }

    /// Rows as the last appended entry left them.
    private StatePage appended(StateQuery query) {
        Map<String, StateRow> rows = new TreeMap<>();
        for (Append append : appends) {
            boolean same = append.record().channel().map(ChannelId::key).equals(Optional.of(query.channel()));
            for (StateChange change : same ? append.record().changes() : List.<StateChange>of()) {
                String row = change.kind() + " " + change.key() + ' ' + change.lifetime();
                rows.remove(row);
                change.after()
                        .ifPresent(value ->
                                rows.put(row, new StateRow(change.kind(), change.key(), change.lifetime(), value)));
            }
        }
        return new StatePage(
                rows.values().stream()
                        .filter(row -> row.kind() == query.kind())
                        .filter(row -> row.key().compareTo(query.fromKey()) >= 0
                                && (row.key().compareTo(query.throughKey()) <= 0
                                        || row.key().startsWith(query.throughKey())))
                        .toList(),
                false);
    }

    /// A store of rows alone.
    private final class Rows implements StoreView {
        @Override
        public StatePage state(StateQuery query) throws DamagedEntry {
            if (stateFails) {
                throw new DamagedEntry("the disk cannot be read");
            }
            if (query.kind() != StateKind.OBJECT) {
                return appended(query);
            }
            List<StateRow> rows =
                    List.copyOf(state.tailMap(query.fromKey(), true).values());
            return new StatePage(
                    rows.subList(0, Math.min(rows.size(), query.rowsMax())), rows.size() > query.rowsMax());
        }

        @Override
        public HistoryPage read(HistoryQuery query) {
            throw new UnsupportedOperationException("nothing here changes messages");
        }

        @Override
        public Optional<Entry> entry(ChannelKey channel, long lsn) {
            return appends.stream()
                    .map(TestSlot::entry)
                    .filter(entry -> entry.lsn() == lsn)
                    .findFirst();
        }

        @Override
        public Optional<LogRecord> record(ChannelKey channel, long lsn) {
            throw new UnsupportedOperationException("nothing here changes messages");
        }
    }

    @Override
    public ObjectsMemory objectsMemory() {
        return objectsMemory;
    }

    @Override
    public boolean overloaded() {
        return overloaded;
    }

    void answerLoad() {
        loads.remove().accept(images.getOrDefault(CHANNEL.key(), new ChannelImage(0, List.of())), null);
    }

    void failLoad() {
        loads.remove().accept(null, new DamagedEntry("a bit is not what it was"));
    }

    void answerLookup(Optional<Receipt> found) {
        lookups.remove().accept(found, null);
    }

    void failLookup() {
        lookups.remove().accept(null, new DamagedEntry("a bit is not what it was"));
    }

    int lookups() {
        return lookups.size();
    }

    void commitAll() {
        if (!appends.isEmpty()) {
            owner.committed(appends.getLast().head().lsn());
        }
    }

    void subscribe() {
        subscribe(feed);
    }

    void subscribe(Feed to, Claim... alive) {
        owner.subscribe(CHANNEL, to, List.of(alive), MembersWanted.ALL, NOW, (subscribed, refusal) -> {});
    }

    List<PublishResult> publish(String id) {
        return publish(id, false, Optional.empty());
    }

    List<PublishResult> publish(String id, Claim publisher) {
        return publish(id, false, Optional.of(publisher));
    }

    List<PublishResult> repeat(String id) {
        return publish(id, true, Optional.empty());
    }

    List<PublishResult> repeat(String id, Claim publisher) {
        return publish(id, true, Optional.of(publisher));
    }

    List<PublishResult> publishEphemeral(String id) {
        List<PublishResult> results = new ArrayList<>();
        owner.publish(
                new Publish(CHANNEL, Optional.empty(), false, Optional.empty(), batch(id), POLICY, true),
                NOW,
                results::add);
        return results;
    }

    private List<PublishResult> publish(String id, boolean mayRepeat, Optional<Claim> publisher) {
        List<PublishResult> results = new ArrayList<>();
        owner.publish(
                new Publish(
                        CHANNEL,
                        Optional.of(new IdHash(1, id.hashCode())),
                        mayRepeat,
                        publisher,
                        batch(id),
                        POLICY,
                        false),
                NOW,
                results::add);
        return results;
    }

    static MessageBatch batch(String id) {
        return new MessageBatch(id, Optional.of("conn"), 0, List.of(Message.of(Optional.empty(), Payload.text(id))));
    }

    List<PublishResult> present(Claim claim, int frame, PresenceAction action, String clientId) {
        return present(claim, frame, 100, event(action, clientId));
    }

    List<PublishResult> present(Claim claim, int frame, int membersMax, PresenceMessage... events) {
        return present(claim, frame, false, membersMax, events);
    }

    List<PublishResult> present(Claim claim, int frame, boolean mayRepeat, int membersMax, PresenceMessage... events) {
        List<PublishResult> results = new ArrayList<>();
        owner.presence(
                new PresenceUpdate(
                        CHANNEL,
                        claim.connectionId(),
                        claim.generation(),
                        claim.connectionId() + ':' + frame,
                        List.of(events),
                        mayRepeat,
                        POLICY,
                        membersMax),
                feed,
                NOW,
                results::add);
        return results;
    }

    static PresenceMessage event(PresenceAction action, String clientId) {
        return new PresenceMessage(
                action,
                Optional.empty(),
                Optional.of(clientId),
                Optional.empty(),
                0,
                Payload.text("data of " + clientId),
                Optional.empty(),
                Map.of());
    }

    static Member member(Claim claim, String clientId) {
        PresenceMessage event = event(PresenceAction.PRESENT, clientId)
                .identified(claim.connectionId() + ":0:0", claim.connectionId(), NOW);
        return new Member(event, claim.generation());
    }

    /// The presence actions of the newest append.
    List<PresenceAction> told() {
        return lastEntry().body() instanceof EntryBody.Presence(var batch)
                ? batch.presence().stream().map(PresenceMessage::action).toList()
                : List.of();
    }

    List<String> members() {
        List<String> keys = new ArrayList<>();
        owner.status(CHANNEL, NOW, (status, refusal) -> status.members().forEach(member -> keys.add(member.key())));
        return keys;
    }

    static ErrorInfo refusal(List<PublishResult> results) {
        return ((PublishResult.Refused) results.getFirst()).error();
    }
}
