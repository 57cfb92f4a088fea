package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.presence.Member;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.PresenceMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Confined: makes appends as an owner does, slot by slot and channel by channel.
public final class LogScript {
    private final Map<Integer, SlotMeta> metas = new HashMap<>();
    private final Map<ChannelKey, Long> lastLsns = new HashMap<>();
    private final Map<ChannelKey, Map<String, Member>> members = new HashMap<>();
    private final Map<ChannelKey, Map<String, StateValue>> versions = new HashMap<>();
    private int epoch = 1;
    List<Append> pending = new ArrayList<>();

    public LogScript message(ChannelId channel, ChannelPolicy policy, long millis, String text) {
        return message(channel, policy, millis, text, Optional.empty());
    }

    public LogScript message(ChannelId channel, ChannelPolicy policy, long millis, String text, Optional<IdHash> id) {
        return message(channel, policy, millis, text, id.stream().toList());
    }

    LogScript message(ChannelId channel, ChannelPolicy policy, long millis, String text, List<IdHash> ids) {
        Message message = Message.of(Optional.of("event"), Payload.text(text));
        MessageBatch batch = new MessageBatch("c1:0", Optional.of("c1"), millis, List.of(message));
        return add(Optional.of(channel), channel.key(), policy, millis, new EntryBody.Messages(batch), ids, List.of());
    }

    /// A message that is the channel's last from then on, with the row that keeps it.
    LogScript last(ChannelId channel, ChannelPolicy policy, long millis, String text) throws DamagedEntry {
        message(channel, policy, millis, text);
        Append plain = pending.removeLast();
        Entry entry = plain.record().entry();
        StateChange row = new StateChange(
                StateKind.LAST,
                LastPublishReader.key(entry.hlc()),
                new Lifetime(Hlc.millis(entry.hlc()), LastPublish.KEPT),
                Optional.empty(),
                Optional.of(new StateValue(EntryCodec.encode(entry))));
        LogRecord record = LogRecord.of(Optional.of(channel), entry, List.of(), policy, List.of(row));
        pending.add(new Append(record, plain.after()));
        return this;
    }

    public LogScript enter(ChannelId channel, ChannelPolicy policy, long millis, String clientId) {
        Member member = member(clientId, millis);
        return presence(
                channel,
                policy,
                millis,
                member.event().withAction(PresenceAction.ENTER),
                List.of(new MemberChange.Put(
                        member, Optional.ofNullable(members(channel).put(member.key(), member)))));
    }

    public LogScript leave(ChannelId channel, ChannelPolicy policy, long millis, String clientId) {
        Member member = member(clientId, millis);
        Optional<Member> gone = Optional.ofNullable(members(channel).remove(member.key()));
        return presence(
                channel,
                policy,
                millis,
                member.event().withAction(PresenceAction.LEAVE),
                gone.<MemberChange>map(MemberChange.Remove::new).stream().toList());
    }

    /// An entry that leaves a row of a kind that expires, or takes it away when `value` is empty.
    ///
    /// @param ofMillis when what the row is about was appended, which its key begins with
    public LogScript version(
            ChannelId channel, ChannelPolicy policy, long millis, long ofMillis, Optional<String> value) {
        return row(channel, policy, millis, StateKind.MESSAGE, ofMillis, value);
    }

    /// The same of any kind that expires.
    public LogScript row(
            ChannelId channel,
            ChannelPolicy policy,
            long millis,
            StateKind kind,
            long ofMillis,
            Optional<String> value) {
        String key = versionKey(ofMillis);
        Map<String, StateValue> rows = versions.computeIfAbsent(channel.key(), any -> new HashMap<>());
        Optional<StateValue> before = Optional.ofNullable(rows.get(kind + key));
        Optional<StateValue> after = value.map(text -> new StateValue(text.getBytes(StandardCharsets.UTF_8)));
        after.ifPresentOrElse(row -> rows.put(kind + key, row), () -> rows.remove(kind + key));
        List<StateChange> changes = before.isEmpty() && after.isEmpty()
                ? List.of()
                : List.of(new StateChange(kind, key, new Lifetime(ofMillis, policy.retention()), before, after));
        Message message = Message.of(Optional.of("version"), Payload.text(value.orElse("")));
        MessageBatch batch = new MessageBatch("c1:0", Optional.of("c1"), millis, List.of(message));
        return add(
                Optional.of(channel), channel.key(), policy, millis, new EntryBody.Messages(batch), List.of(), changes);
    }

    /// The rows of versions that a store has of the channel.
    public static List<StateRow> rows(HistoryStore store, ChannelId channel) throws Exception {
        return HistoryStoreContract.get(
                        store.state(StateQuery.startingWith(channel.key(), StateKind.MESSAGE, "", 1_000_000)))
                .rows();
    }

    static String versionKey(long ofMillis) {
        return "%014d".formatted(ofMillis);
    }

    private Map<String, Member> members(ChannelId channel) {
        return members.computeIfAbsent(channel.key(), key -> new HashMap<>());
    }

    /// What follows is appended by another owner.
    public LogScript epoch(int next) {
        epoch = next;
        return this;
    }

    public LogScript noop(int slot, ChannelPolicy policy, long millis) {
        return add(Optional.empty(), new ChannelKey(slot, 0, 0), policy, millis, EntryBody.NONE, List.of(), List.of());
    }

    private LogScript presence(
            ChannelId channel, ChannelPolicy policy, long millis, PresenceMessage event, List<MemberChange> changes) {
        PresenceBatch batch = new PresenceBatch("c1:0", Optional.of("c1"), millis, List.of(event));
        return add(
                Optional.of(channel),
                channel.key(),
                policy,
                millis,
                new EntryBody.Presence(batch),
                List.of(),
                changes.stream().map(MemberChange::row).toList());
    }

    private LogScript add(
            Optional<ChannelId> channel,
            ChannelKey key,
            ChannelPolicy policy,
            long millis,
            EntryBody body,
            List<IdHash> ids,
            List<StateChange> changes) {
        SlotMeta meta = meta(key.slot());
        Entry entry = new Entry(
                meta.lastLsn() + 1,
                epoch,
                new Origin("eu", meta.lineage()),
                meta.oseq() + 1,
                key,
                lastLsns.getOrDefault(key, 0L),
                Hlc.next(meta.hlc(), millis),
                body);
        LogRecord record = LogRecord.of(channel, entry, ids, policy, changes);
        SlotMeta after = meta.after(record.head());
        metas.put(key.slot(), after);
        lastLsns.put(key, entry.lsn());
        pending.add(new Append(record, after));
        return this;
    }

    /// Goes on with a channel where the store has recovered it.
    public LogScript goOn(HistoryStore store, ChannelId channel) throws Exception {
        return goOn(store.recovered(channel.key().slot()), store, channel);
    }

    /// Goes on with a channel as the store has it now, in a slot that is at `meta`.
    public LogScript goOn(SlotMeta meta, HistoryStore store, ChannelId channel) throws Exception {
        ChannelImage image = HistoryStoreContract.get(store.channel(channel.key()));
        metas.put(meta.slot(), meta);
        lastLsns.put(channel.key(), image.lastLsn());
        members(channel).clear();
        image.members().forEach(member -> members(channel).put(member.key(), member));
        versions.computeIfAbsent(channel.key(), any -> new HashMap<>()).clear();
        rows(store, channel).forEach(row -> versions.get(channel.key()).put(row.kind() + row.key(), row.value()));
        return this;
    }

    public SlotMeta meta(int slot) {
        return metas.getOrDefault(slot, SlotMeta.empty(slot));
    }

    /// What was scripted since the last time.
    public List<Append> take() {
        List<Append> taken = pending;
        pending = new ArrayList<>();
        return taken;
    }

    /// Appends what was scripted as one batch and waits for it.
    public void appendTo(HistoryStoreContract.Subject subject) throws Exception {
        CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
        subject.store().append(take(), done::complete);
        assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();
    }

    /// Appends a record as a replica does, which got it from another store.
    public static void append(HistoryStoreContract.Subject subject, LogRecord record, SlotMeta after) throws Exception {
        CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
        subject.store().append(List.of(new Append(record, after)), done::complete);
        assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();
    }

    public static Member member(String clientId, long millis) {
        PresenceMessage event = new PresenceMessage(
                PresenceAction.PRESENT,
                Optional.of("c1:0:0"),
                Optional.of(clientId),
                Optional.of("c1"),
                millis,
                Payload.text("data of " + clientId),
                Optional.empty(),
                Map.of());
        return new Member(event, 3);
    }

    /// The payload of an entry's only message.
    public static String text(Entry entry) {
        if (entry.body() instanceof EntryBody.Messages(MessageBatch batch)
                && batch.messages().getFirst().data() instanceof Payload.Text(String text)) {
            return text;
        }
        throw new AssertionError("not one text message: " + Arrays.toString(EntryCodec.encode(entry)));
    }
}
