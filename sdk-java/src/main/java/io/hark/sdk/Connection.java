package io.hark.sdk;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ConnectionDetails;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// Confined: keeps one transport up: opens it, watches over it, and when it is gone opens the next with
/// the key of the connection, for as long as it takes (RTN).
final class Connection implements Wire {
    private static final Duration STEADY = Duration.ofSeconds(1);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final HarkOptions options;
    private final Environment environment;
    private final Executor loop;
    private final Tokens tokens;
    private final Hosts hosts;
    private final Listener listener;

    private ConnectionState state = new ConnectionState.Connecting();
    private Optional<Transport> transport = Optional.empty();

    /// Which transport is the present one; what an earlier one still says is not heard.
    private long attempt;

    /// Transports in a row that failed or did not last.
    private int failures;

    private boolean tokenRefused;
    private String connectionId = "";
    private Optional<ConnectionDetails> details = Optional.empty();
    private Optional<String> recoverKey;
    private long connectedNanos;
    private long heardNanos;

    private boolean closing;

    /// Until the state changes: that the connection is there, the next attempt, or the end.
    private Environment.Timer waiting = Environment.Timer.NONE;

    private Environment.Timer silence = Environment.Timer.NONE;
    private Environment.Timer renewal = Environment.Timer.NONE;

    private final List<CompletableFuture<Duration>> pings = new ArrayList<>();
    private long pingSentNanos;

    /// What else the client does with a connection. Called on the loop.
    interface Listener {
        void changed(ConnectionState state);

        /// @param resumed whether it is the connection from before, so that what it was sent is known
        ///                to it
        void up(boolean resumed);

        void down();

        /// A frame that is not about the connection.
        ///
        /// @return false when it shows that the server is not to be trusted
        boolean received(ServerMessage frame);

        /// It will not be up again.
        void over(ErrorInfo why);
    }

    /// @param recoverKey of another client's connection, to be taken over
    Connection(
            HarkOptions options,
            Environment environment,
            Executor loop,
            Tokens tokens,
            Hosts hosts,
            Optional<String> recoverKey,
            Listener listener) {
        this.options = options;
        this.environment = environment;
        this.loop = loop;
        this.tokens = tokens;
        this.hosts = hosts;
        this.recoverKey = recoverKey;
        this.listener = listener;
    }

    @Override
    public boolean isUp() {
        return state instanceof ConnectionState.Connected;
    }

    @Override
    public void send(ClientMessage frame) {
        transport.orElseThrow().send(frame);
    }

    @Override
    public String connectionId() {
        return connectionId;
    }

    Optional<ConnectionDetails> details() {
        return details;
    }

    ConnectionState state() {
        return state;
    }

    void open() {
        if (state.isFinal()) {
            return;
        }
        become(new ConnectionState.Connecting());
        long number = ++attempt;
        Duration patience = options.timing().connect();
        waiting = environment.after(
                patience,
                () -> onLoop(
                        number, () -> failed(ClientErrors.timedOut("connecting to " + hosts.current(), patience))));
        tokens.current().whenComplete((shown, failure) -> {
            if (number != attempt) {
                return;
            }
            if (failure instanceof HarkException refused) {
                noToken(refused.info());
            } else {
                dial(number, shown);
            }
        });
    }

    private void noToken(ErrorInfo why) {
        if (why.statusCode() == 403) {
            fail(why); // RSA4d: whoever gives tokens has decided
        } else {
            failed(why);
        }
    }

    private void dial(long number, Tokens.Shown shown) {
        Optional<String> resumeKey = details.map(ConnectionDetails::connectionKey);
        URI uri = ConnectionUri.of(hosts.current(), options, shown, resumeKey, recoverKey);
        transport = Optional.of(
                environment.open(uri, options.format(), options.limits().frameBytesMax(), new Attempt(number)));
    }

    /// What one transport says, brought onto the loop.
    private final class Attempt implements Transport.Listener {
        private final long number;

        Attempt(long number) {
            this.number = number;
        }

        @Override
        public void frame(ServerMessage frame) {
            onLoop(number, () -> {
                received(frame);
                transport.ifPresent(Transport::dealtWith);
            });
        }

        @Override
        public void heard() {
            onLoop(number, () -> heardNanos = environment.nanos());
        }

        @Override
        public void ended(String why) {
            onLoop(number, () -> failed(ClientErrors.disconnected(why)));
        }
    }

    private void onLoop(long number, Runnable task) {
        loop.execute(() -> {
            if (number == attempt) {
                task.run();
            }
        });
    }

    private void received(ServerMessage frame) {
        heardNanos = environment.nanos();
        switch (frame) {
            case ServerMessage.Connected connected -> connected(connected);
            case ServerMessage.Disconnected(ErrorInfo error) -> refused(error);
            case ServerMessage.Error(var channel, ErrorInfo error)
            when channel.isEmpty() -> {
                if (error.isTokenError()) {
                    refused(error);
                } else {
                    fail(error);
                }
            }
            case ServerMessage.Closed() -> closed();
            case ServerMessage.Heartbeat(var id) -> answered();
            case ServerMessage.AuthRequest() -> reauthenticate();
            default -> {
                if (!listener.received(frame)) {
                    failed(ClientErrors.protocol("it acknowledged what it was not sent"));
                }
            }
        }
    }

    private void connected(ServerMessage.Connected frame) {
        details = Optional.of(frame.details());
        if (isUp()) {
            return; // The answer to a new token: nothing else has changed (RTN24).
        }
        boolean recovered = recoverKey.isPresent() && frame.error().isEmpty();
        boolean resumed = frame.connectionId().equals(connectionId);
        recoverKey = Optional.empty();
        connectionId = frame.connectionId();
        connectedNanos = environment.nanos();
        tokenRefused = false;
        clearTimers();
        watch();
        renewInTime();
        become(new ConnectionState.Connected(connectionId));
        listener.up(resumed || recovered);
    }

    /// Ends the transport when the server has been silent for longer than it promised (RTN23a).
    private void watch() {
        long promised = details.map(ConnectionDetails::maxIdleInterval).orElse(0L);
        if (promised > 0) {
            watch(Duration.ofMillis(promised).plus(options.timing().request()), Duration.ZERO);
        }
    }

    private void watch(Duration patience, Duration silent) {
        long number = attempt;
        silence = environment.after(
                patience.minus(silent),
                () -> onLoop(number, () -> {
                    Duration now = Duration.ofNanos(environment.nanos() - heardNanos);
                    if (now.compareTo(patience) >= 0) {
                        failed(ClientErrors.disconnected("nothing was heard for " + now));
                    } else {
                        watch(patience, now);
                    }
                }));
    }

    private void renewInTime() {
        long number = attempt;
        renewal.cancel();
        tokens.renewIn()
                .ifPresent(wait -> renewal = environment.after(wait, () -> onLoop(number, this::reauthenticate)));
    }

    /// Gives the server a new token while the connection goes on (RTC8a).
    private void reauthenticate() {
        if (!tokens.canRenew() || !isUp()) {
            return; // The server says so when the one there is has expired.
        }
        long number = attempt;
        tokens.renewed().whenComplete((shown, failure) -> {
            if (number == attempt && isUp() && shown != null) {
                send(new ClientMessage.Auth(shown.value()));
                renewInTime();
            }
        });
    }

    /// The server ends the transport, and says why.
    private void refused(ErrorInfo error) {
        if (!error.isTokenError()) {
            failed(error);
        } else if (!tokens.canRenew()) {
            fail(ClientErrors.noRenewal(error));
        } else {
            tokens.refused();
            boolean again = tokenRefused;
            tokenRefused = true;
            if (!again) {
                failures = 0; // A first refusal says nothing against connecting at once with another token (RTN15h2).
            }
            failed(error);
        }
    }

    /// The transport is gone, or did not come up; the next is opened at once if this one was steady.
    private void failed(ErrorInfo why) {
        if (closing) {
            closed();
            return;
        }
        boolean wasUp = isUp();
        if (wasUp && environment.nanos() - connectedNanos >= STEADY.toNanos()) {
            failures = 0;
        }
        drop();
        become(new ConnectionState.Disconnected(why));
        if (wasUp) {
            listener.down();
        }
        boolean anotherHost = !wasUp && hosts.next();
        Duration wait = anotherHost ? Duration.ZERO : options.timing().retryAfter(failures, environment.random());
        if (!anotherHost) {
            failures++;
        }
        long number = attempt;
        waiting = environment.after(wait, () -> onLoop(number, this::open));
    }

    private void drop() {
        attempt++;
        clearTimers();
        transport.ifPresent(Transport::close);
        transport = Optional.empty();
        pings.forEach(ping -> environment
                .threads()
                .execute(() -> ping.completeExceptionally(
                        new HarkException(ClientErrors.disconnected("before the server answered the ping")))));
        pings.clear();
    }

    private void clearTimers() {
        waiting.cancel();
        silence.cancel();
        renewal.cancel();
    }

    /// Asks the server for a sign of life.
    void ping(CompletableFuture<Duration> answered) {
        if (!isUp()) {
            environment
                    .threads()
                    .execute(() -> answered.completeExceptionally(
                            new HarkException(ClientErrors.disconnected("there is none, so nothing to ping"))));
            return;
        }
        if (pings.isEmpty()) {
            pingSentNanos = environment.nanos();
            send(new ClientMessage.Heartbeat(Optional.of("ping")));
        }
        pings.add(answered);
    }

    private void answered() {
        Duration took = Duration.ofNanos(environment.nanos() - pingSentNanos);
        List<CompletableFuture<Duration>> answered = List.copyOf(pings);
        pings.clear();
        environment.threads().execute(() -> answered.forEach(ping -> ping.complete(took)));
    }

    /// Ends the connection: members leave at once, nothing can be resumed.
    void close() {
        if (state.isFinal() || closing) {
            return;
        }
        closing = true;
        if (isUp()) {
            send(new ClientMessage.Close());
            long number = attempt;
            waiting = environment.after(CLOSE_PATIENCE, () -> onLoop(number, this::closed));
        } else {
            closed();
        }
    }

    private void closed() {
        end(new ConnectionState.Closed(), ClientErrors.closed());
    }

    private void fail(ErrorInfo why) {
        end(new ConnectionState.Failed(why), why);
    }

    private void end(ConnectionState last, ErrorInfo why) {
        if (state.isFinal()) {
            return;
        }
        become(last);
        drop();
        listener.over(why);
    }

    private void become(ConnectionState next) {
        state = next;
        listener.changed(next);
    }
}
