package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ChannelState;
import io.ably.lib.realtime.CompletionListener;
import io.ably.lib.realtime.Connection;
import io.ably.lib.realtime.ConnectionState;
import io.ably.lib.rest.AblyRest;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.ChannelOptions;
import io.ably.lib.types.ClientOptions;
import io.ably.lib.types.ErrorInfo;
import io.ably.lib.types.Message;
import io.ably.lib.types.Param;
import io.ably.lib.types.PresenceMessage;
import io.ably.lib.util.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Handle: clients of the `ably-java` SDK for one node, in one format; they end with it.
final class JavaClients implements AutoCloseable {
    private static final int WITHIN_SECONDS = 20;

    private final int port;
    private final boolean binary;
    private final ConcurrentLinkedQueue<AblyRealtime> open = new ConcurrentLinkedQueue<>();

    JavaClients(int port, boolean binary) {
        this.port = port;
        this.binary = binary;
    }

    /// Options that lead to the node; `more` may change them.
    ClientOptions options(String key, Consumer<ClientOptions> more) throws AblyException {
        ClientOptions options = key.isEmpty() ? new ClientOptions() : new ClientOptions(key);
        options.restHost = "localhost";
        options.realtimeHost = "localhost";
        options.port = port;
        options.tls = false;
        options.useBinaryProtocol = binary;
        options.logLevel = Log.NONE;
        more.accept(options);
        return options;
    }

    AblyRest rest(String key) throws AblyException {
        return new AblyRest(options(key, options -> {}));
    }

    AblyRealtime realtime(String key, Consumer<ClientOptions> more) throws AblyException {
        AblyRealtime client = new AblyRealtime(options(key, more));
        open.add(client);
        return client;
    }

    AblyRealtime connected(String key, Consumer<ClientOptions> more) throws Exception {
        AblyRealtime client = realtime(key, more);
        awaitState(client.connection, ConnectionState.connected);
        return client;
    }

    AblyRealtime connected(String key) throws Exception {
        return connected(key, options -> {});
    }

    static void awaitState(Connection connection, ConnectionState state) throws Exception {
        eventually("connection %s, was %s".formatted(state, connection.state), () -> connection.state == state);
    }

    static void awaitState(Channel channel, ChannelState state) throws Exception {
        eventually("channel %s, was %s".formatted(state, channel.state), () -> channel.state == state);
    }

    static ChannelOptions params(String name, String value) {
        ChannelOptions options = new ChannelOptions();
        options.params = Map.of(name, value);
        return options;
    }

    /// What an operation of the SDK ended with.
    interface Operation {
        void run(CompletionListener listener) throws AblyException;
    }

    /// Starts an operation; the stage fails with an [AblyException] when it is refused.
    static CompletableFuture<Void> start(Operation operation) throws AblyException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        operation.run(new CompletionListener() {
            @Override
            public void onSuccess() {
                done.complete(null);
            }

            @Override
            public void onError(ErrorInfo reason) {
                done.completeExceptionally(AblyException.fromErrorInfo(reason));
            }
        });
        return done;
    }

    static void complete(Operation operation) throws Exception {
        start(operation).get(WITHIN_SECONDS, TimeUnit.SECONDS);
    }

    /// Publishes them all at once; completes when the last is acknowledged.
    static CompletableFuture<Void> publishing(Channel channel, List<Object> payloads) throws AblyException {
        List<CompletableFuture<Void>> published = new ArrayList<>();
        for (Object payload : payloads) {
            published.add(start(listener -> channel.publish("event", payload, listener)));
        }
        return CompletableFuture.allOf(published.toArray(CompletableFuture[]::new))
                .orTimeout(WITHIN_SECONDS, TimeUnit.SECONDS);
    }

    /// Payloads that count from one number to before another.
    static List<Object> numbers(int from, int to) {
        return IntStream.range(from, to).<Object>mapToObj(i -> "m" + i).toList();
    }

    /// What the operation is refused with.
    static ErrorInfo refusal(Operation operation) throws InterruptedException, TimeoutException {
        try {
            start(operation).get(WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (AblyException refused) {
            return refused.errorInfo;
        } catch (ExecutionException refused) {
            return ((AblyException) refused.getCause()).errorInfo;
        }
        throw new AssertionError("it was not refused");
    }

    /// Attaches, then keeps what arrives, in order.
    static List<Message> inbox(Channel channel) throws Exception {
        List<Message> messages = new CopyOnWriteArrayList<>();
        channel.subscribe(messages::add);
        awaitState(channel, ChannelState.attached);
        return messages;
    }

    static List<PresenceMessage> presenceInbox(Channel channel) throws Exception {
        List<PresenceMessage> events = new CopyOnWriteArrayList<>();
        complete(listener -> channel.presence.subscribe(events::add, listener));
        return events;
    }

    static List<Object> data(List<Message> messages) {
        return messages.stream().map(message -> message.data).toList();
    }

    static Param[] query(String... namesAndValues) {
        Param[] params = new Param[namesAndValues.length / 2];
        for (int i = 0; i < params.length; i++) {
            params[i] = new Param(namesAndValues[2 * i], namesAndValues[2 * i + 1]);
        }
        return params;
    }

    @Override
    public void close() {
        open.forEach(AblyRealtime::close);
    }
}
