package io.hark.channel;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/// A slot owner over a store in memory: what it appends is stored at once, and committed when the test
/// says so.
final class StoredSlot implements SlotEffects {
    static final ChannelId CHANNEL = ChannelId.of("app", "mutable:room");
    static final ChannelPolicy POLICY = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(1));
    static final long NOON = 1_700_000_000_000L;
    static final int BYTES_MAX = 65_536;

    final InMemoryHistoryStore store = new InMemoryHistoryStore(Duration.ofMinutes(2), Duration.ofHours(1));
    final List<Append> appends = new ArrayList<>();
    final List<Entry> delivered = new ArrayList<>();
    final Feed feed = (channel, entry, encoded, logged) -> delivered.add(entry);
    private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
    SlotOwner owner;
    ChannelPolicy policy = POLICY;
    long now = NOON;
    private int epoch = 1;
    private int frames;

    /// Whether what the store answers waits for [#answerAll].
    boolean answersLater;

    StoredSlot() {
        open(SlotMeta.empty(CHANNEL.key().slot()));
    }

    @Override
    public void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer) {
        throw new AssertionError("nothing here changes rows by themselves");
    }

    @Override
    public void changed(ChannelId channel, List<StateChange> changes) {}

    @Override
    public void report(MetaEvent event) {}

    @Override
    public ObjectsMemory objectsMemory() {
        return new ObjectsMemory(1 << 20);
    }

    private void open(SlotMeta meta) {
        owner = new SlotOwner(meta, epoch, 1, "eu", this, SlotLimits.DEFAULTS, new MemberGrace(15_000, POLICY), now);
        commit();
    }

    /// Another owner takes over; what was not committed is lost.
    void failOver() {
        long committed = owner.committedLsn();
        owner.close();
        answers.clear();
        epoch++;
        Optional<SlotMeta> cut = answer(store.truncate(CHANNEL.key().slot(), committed));
        appends.removeIf(append -> append.record().lsn() > committed);
        open(cut.orElseThrow());
    }

    static <T> T answer(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Override
    public void append(Append append) {
        appends.add(append);
        store.append(List.of(append), failure -> {});
    }

    @Override
    public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> reply) {
        answer(() -> reply.accept(answer(store.findId(channel, id)), null));
    }

    @Override
    public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> reply) {
        answer(() -> reply.accept(answer(store.channel(channel)), null));
    }

    @Override
    public <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> reply) {
        answer(() -> reply.accept(answer(store.consult(reading)), null));
    }

    private void answer(Runnable step) {
        if (answersLater) {
            answers.add(step);
        } else {
            step.run();
        }
    }

    void answerAll() {
        while (!answers.isEmpty()) {
            answers.poll().run();
        }
    }

    @Override
    public long wallMillis() {
        return now;
    }

    @Override
    public boolean overloaded() {
        return false;
    }

    long lastLsn() {
        return appends.getLast().record().lsn();
    }

    void commit() {
        owner.committed(lastLsn());
    }

    void subscribe() {
        owner.subscribe(CHANNEL, feed, List.of(), MembersWanted.NONE, now, (subscribed, refusal) -> {});
    }

    String publish(String name, Payload data, Optional<String> clientId) {
        return publish(Message.of(Optional.of(name), data).withClientId(clientId));
    }

    String publish(Message message) {
        List<PublishResult> results =
                send(new Publish.Create(new MessageBatch(frame(), Optional.of("conn"), 0, List.of(message)), false));
        commit();
        return serial(results);
    }

    String publish(String text) {
        return publish("name", Payload.text(text), Optional.of("ann"));
    }

    String frame() {
        return "conn:" + frames++;
    }

    List<PublishResult> change(String serial, MessageAction action, Payload data) {
        return change(serial, action, Message.of(Optional.empty(), data), Optional.empty(), BYTES_MAX);
    }

    List<PublishResult> change(
            String serial, MessageAction action, Message message, Optional<String> owner, int bytesMax) {
        MessageVersion version = new MessageVersion(
                Optional.empty(), 0, Optional.of("editor"), Optional.of("because"), Map.of("k", action.name()));
        Message change = message.withAction(action).withSerial(serial, Optional.of(version));
        return send(new Publish.Change(
                new MessageBatch(frame(), Optional.of("other"), 0, List.of(change)), owner, bytesMax));
    }

    List<PublishResult> annotate(Annotation... annotations) {
        return send(new Publish.Annotate(
                new AnnotationBatch(frame(), Optional.of("conn"), 0, List.of(annotations)), BYTES_MAX));
    }

    List<PublishResult> send(Publish.Content content) {
        return send(content, List.of(new IdHash(1, frames)), false);
    }

    List<PublishResult> send(Publish.Content content, List<IdHash> ids, boolean mayRepeat) {
        List<PublishResult> results = new ArrayList<>();
        owner.publish(new Publish(CHANNEL, ids, mayRepeat, Optional.empty(), content, policy), now, results::add);
        return results;
    }

    static String serial(List<PublishResult> results) {
        return ((PublishResult.Stored) results.getFirst()).receipt().serials().getFirst();
    }

    static ErrorInfo refusal(List<PublishResult> results) {
        return ((PublishResult.Refused) results.getFirst()).error();
    }

    Optional<MessageDetails> look(String serial, MessageQuery.Wanted wanted) {
        List<Optional<MessageDetails>> found = new ArrayList<>();
        owner.look(new MessageQuery(CHANNEL, serial, wanted), (details, failure) -> found.add(details));
        return found.getFirst();
    }

    Message latest(String serial) {
        return look(serial, new MessageQuery.Latest()).orElseThrow().messages().getFirst();
    }

    List<Message> versions(String serial) {
        return look(serial, new MessageQuery.Versions("", 1_000)).orElseThrow().messages();
    }

    /// History as a client is given it, oldest first.
    List<Message> history() {
        HistoryQuery query = HistoryQuery.after(CHANNEL.key(), 0, owner.committedLsn(), 10_000, 1 << 30)
                .inForm(new EntryForm(owner.committedLsn(), 0));
        return answer(store.read(query)).entries().stream()
                .flatMap(entry -> EntryMessages.of(entry).stream())
                .toList();
    }

    static String text(Message message) {
        return switch (message.data()) {
            case Payload.None() -> "";
            case Payload.Text(String text) -> text;
            case Payload.Binary(byte[] bytes) -> "binary " + bytes.length;
        };
    }
}
