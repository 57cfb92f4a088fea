package io.hark.sdk;

import io.hark.protocol.ConnectionDetails;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.ServerMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Confined, but for what is said to be for any thread: everything that a client is, on its loop.
final class ClientCore implements Connection.Listener {
    private final HarkOptions options;
    private final Environment environment;
    private final SerialExecutor loop;
    private final Tokens tokens;
    private final Hosts hosts;
    private final Outbox outbox;
    private final Connection connection;
    private final RecoveryKey recovery;
    private final Ids ids;
    private final Consumer<ConnectionState> watcher;
    private final Map<String, ChannelCore> channels = new HashMap<>();

    /// By the name on the wire.
    private final Map<String, ChannelCore.Line> lines = new HashMap<>();

    /// Why there will be no connection any more, and whether the application wanted it so.
    private Optional<ErrorInfo> over = Optional.empty();

    private Environment.Timer expiry = Environment.Timer.NONE;

    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();

    /// @param watcher is told each state, on the loop
    ClientCore(HarkOptions options, Environment environment, Consumer<ConnectionState> watcher) {
        this.options = options;
        this.environment = environment;
        this.watcher = watcher;
        loop = new SerialExecutor(environment.threads());
        recovery = options.recovery().map(RecoveryKey::parse).orElse(RecoveryKey.NONE);
        ids = new Ids(environment.random());
        tokens = new Tokens(
                options.credentials(), environment, loop, options.timing().connect());
        hosts = new Hosts(options.endpoints(), environment.random());
        outbox = new Outbox(environment, options.timing().idempotence());
        outbox.countFrom(recovery.msgSerial());
        Optional<String> recoverKey = Optional.of(recovery.connectionKey()).filter(key -> !key.isEmpty());
        connection = new Connection(options, environment, loop, tokens, hosts, recoverKey, this);
    }

    /// Any thread.
    HarkOptions options() {
        return options;
    }

    /// Any thread.
    Environment environment() {
        return environment;
    }

    /// Any thread.
    Executor loop() {
        return loop;
    }

    /// Any thread.
    Ids ids() {
        return ids;
    }

    Wire wire() {
        return connection;
    }

    Connection connection() {
        return connection;
    }

    Tokens tokens() {
        return tokens;
    }

    Hosts hosts() {
        return hosts;
    }

    Optional<ErrorInfo> over() {
        return over;
    }

    ChannelCore channel(String name) {
        return channels.computeIfAbsent(
                name,
                key -> new ChannelCore(
                        key, this, Optional.ofNullable(recovery.channelSerials().get(key))));
    }

    void route(String wireName, ChannelCore.Line line) {
        lines.put(wireName, line);
    }

    /// Takes a publish or refuses it. Any thread.
    CompletableFuture<PublishResult> publish(String channel, List<Message> messages) {
        CompletableFuture<PublishResult> done = new CompletableFuture<>();
        int bytes = 0;
        for (Message message : messages) {
            bytes += message.data().size();
        }
        Optional<ErrorInfo> refusal = admit(bytes);
        if (refusal.isPresent()) {
            done.completeExceptionally(new HarkException(refusal.get()));
            return done;
        }
        PublishItem item = new PublishItem(channel, messages, bytes, this, done);
        loop.execute(() -> submit(item));
        return done;
    }

    private void submit(PublishItem item) {
        int max = connection.details().map(ConnectionDetails::maxMessageSize).orElse(0);
        if (max > 0 && item.bytes() > max) {
            item.refused(ClientErrors.tooLarge(item.bytes(), max));
        } else {
            send(item);
        }
    }

    void send(Outbox.Item item) {
        if (over.isPresent()) {
            item.refused(over.get());
        } else {
            outbox.add(item, connection);
        }
    }

    /// Counts what is to be acknowledged; what is taken is [#completed] once. Any thread.
    ///
    /// @return why there is no room for it
    Optional<ErrorInfo> admit(int bytes) {
        Limits limits = options.limits();
        int count = pending.incrementAndGet();
        long all = pendingBytes.addAndGet(bytes);
        // One that is larger than the limit may be the only one.
        if (count <= limits.pendingPublishesMax() && (all <= limits.pendingBytesMax() || count == 1)) {
            return Optional.empty();
        }
        completed(bytes);
        return Optional.of(ClientErrors.tooManyPublishes(count - 1, all - bytes));
    }

    void completed(int bytes) {
        pending.decrementAndGet();
        pendingBytes.addAndGet(-bytes);
    }

    /// What another client needs to go on in this one's place; empty when there is no connection.
    Optional<RecoveryKey> recoveryKey() {
        Map<String, String> places = new HashMap<>(recovery.channelSerials());
        channels.forEach((name, channel) -> {
            places.remove(name);
            channel.place().ifPresent(place -> places.put(name, place));
        });
        return over.isPresent()
                ? Optional.empty()
                : connection
                        .details()
                        .map(details -> new RecoveryKey(details.connectionKey(), outbox.nextMsgSerial(), places));
    }

    @Override
    public void changed(ConnectionState state) {
        watcher.accept(state);
    }

    @Override
    public void up(boolean resumed) {
        expiry.cancel();
        outbox.up(connection, resumed);
        // Before new publishes, so that a subscription that was there first gets them.
        List.copyOf(channels.values()).forEach(ChannelCore::up);
        outbox.sendWaiting(connection);
    }

    @Override
    public void down() {
        List.copyOf(channels.values()).forEach(ChannelCore::down);
        expireLater();
    }

    /// What was sent and not acknowledged is given up even if no transport comes for long.
    private void expireLater() {
        expiry = environment.after(options.timing().idempotence(), () -> loop.execute(outbox::expire));
    }

    @Override
    public boolean received(ServerMessage frame) {
        switch (frame) {
            case ServerMessage.Ack ack -> {
                return outbox.acknowledged(ack);
            }
            case ServerMessage.Nack nack -> {
                return outbox.refused(nack);
            }
            case ServerMessage.Messages messages -> line(messages.channel()).ifPresent(it -> it.received(messages));
            case ServerMessage.Presence presence -> line(presence.channel()).ifPresent(it -> it.received(presence));
            case ServerMessage.Sync sync -> line(sync.channel()).ifPresent(it -> it.received(sync));
            case ServerMessage.Attached attached -> line(attached.channel()).ifPresent(it -> it.received(attached));
            case ServerMessage.Detached detached -> line(detached.channel()).ifPresent(it -> it.received(detached));
            case ServerMessage.Error error ->
                error.channel().flatMap(this::line).ifPresent(it -> it.received(error));
            default -> {} // what was not asked for, or is newer than this client (RTF1)
        }
        return true;
    }

    private Optional<ChannelCore.Line> line(String wireName) {
        return Optional.ofNullable(lines.get(wireName));
    }

    @Override
    public void over(ErrorInfo why) {
        over = Optional.of(why);
        expiry.cancel();
        outbox.fail(why);
        Optional<ErrorInfo> failure =
                connection.state() instanceof ConnectionState.Failed ? Optional.of(why) : Optional.empty();
        channels.values().forEach(channel -> channel.over(why, failure));
    }
}
