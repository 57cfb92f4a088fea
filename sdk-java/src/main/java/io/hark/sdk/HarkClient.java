package io.hark.sdk;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Handle: a client of a Hark server, with one connection that is kept up until it is closed. Any
/// thread.
///
/// ```java
/// HarkOptions options = HarkOptions.of("http://localhost:8080", Credentials.key(key));
/// try (HarkClient client = HarkClient.connect(options)) {
///     Channel<String> orders = client.channel("orders", Codec.text());
///     orders.publish("created", "42").join();
/// }
/// ```
///
/// Nothing waits for the connection: what is published or subscribed to before it is there, or while it
/// is away, is done when it is. What the client calls, or completes, runs on virtual threads and may
/// wait.
public final class HarkClient implements AutoCloseable {
    private final ClientCore core;
    private final HarkRest rest;
    private final List<Consumer<ConnectionState>> watchers = new CopyOnWriteArrayList<>();
    private final SerialExecutor watching;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile ConnectionState state = new ConnectionState.Connecting();

    private HarkClient(HarkOptions options, Environment environment) {
        watching = new SerialExecutor(environment.threads());
        core = new ClientCore(options, environment, this::changed);
        rest = new HarkRest(
                options, environment, core.ids(), new Http(options, environment, core.loop(), core.tokens()));
    }

    /// Begins to connect, and returns at once.
    public static HarkClient connect(HarkOptions options) {
        return connect(options, new SystemEnvironment(options.http()));
    }

    static HarkClient connect(HarkOptions options, Environment environment) {
        HarkClient client = new HarkClient(options, environment);
        client.core.loop().execute(client.core.connection()::open);
        return client;
    }

    private void changed(ConnectionState next) {
        state = next;
        watching.execute(() -> watchers.forEach(watcher -> watcher.accept(next)));
        core.environment().threads().execute(() -> complete(next));
    }

    private void complete(ConnectionState next) {
        switch (next) {
            case ConnectionState.Connected now -> connected.complete(null);
            case ConnectionState.Failed(var reason) -> {
                connected.completeExceptionally(new HarkException(reason));
                closed.complete(null);
            }
            case ConnectionState.Closed now -> {
                connected.completeExceptionally(new HarkException(ClientErrors.closed()));
                closed.complete(null);
            }
            case ConnectionState.Connecting now -> {}
            case ConnectionState.Disconnected now -> {}
        }
    }

    public ConnectionState state() {
        return state;
    }

    /// Completes with the first connection; fails with [HarkException] when the server refuses it for
    /// good.
    public CompletableFuture<Void> connected() {
        return connected.copy();
    }

    /// Tells the watcher how the connection is, now and from now on.
    public void watch(Consumer<ConnectionState> watcher) {
        watching.execute(() -> {
            watchers.add(watcher);
            watcher.accept(state);
        });
    }

    /// The channel with whatever its messages carry, as plain values.
    public Channel<Object> channel(String name) {
        return channel(name, Codec.plain());
    }

    /// The channel with messages of one type. Channels of one name are one channel, whatever their
    /// types.
    public <T> Channel<T> channel(String name, Codec<T> codec) {
        return new Channel<>(name, codec, core, rest);
    }

    public HarkRest rest() {
        return rest;
    }

    /// How long a frame to the server and its answer take.
    ///
    /// @return fails with [HarkException] when there is no connection, or it ends before
    public CompletableFuture<Duration> ping() {
        CompletableFuture<Duration> answered = new CompletableFuture<>();
        core.loop().execute(() -> core.connection().ping(answered));
        return answered;
    }

    /// What another client needs to take over this one's connection, and each channel's first
    /// subscription behind what its subscriber was handed: see [HarkOptions#withRecovery]. It holds a
    /// secret.
    ///
    /// @return empty when there has been no connection
    public CompletableFuture<Optional<String>> recoveryKey() {
        CompletableFuture<Optional<String>> key = new CompletableFuture<>();
        core.loop().execute(() -> {
            Optional<String> text = core.recoveryKey().map(RecoveryKey::text);
            core.environment().threads().execute(() -> key.complete(text));
        });
        return key;
    }

    /// Ends the connection; publishes that are not acknowledged fail with 80017, subscriptions complete.
    public CompletableFuture<Void> closeAsync() {
        core.loop().execute(core.connection()::close);
        return closed.copy();
    }

    /// As [#closeAsync], and waits for it, at most a few seconds.
    @Override
    public void close() {
        closeAsync().join();
    }
}
