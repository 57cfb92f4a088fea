package io.hark.frontend;

import io.hark.auth.App;
import io.hark.auth.Grant;
import io.hark.auth.Identity;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.MetaEvent;
import io.hark.objects.ObjectRules;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ConnectionDetails;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ServerMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: one transport of one realtime connection, from the first byte to the last. What must outlive it
/// is in the
/// connection key that the client holds, in the channels' logs, and for a while in the [ConnectionRegistry].
final class Connection implements LoopClient, ConnectionRegistry.Transport {
    private static final long PUBLISH_STALL_NANOS = TimeUnit.SECONDS.toNanos(4);

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final int MAX_INBOUND_RATE = 250;

    private enum State {
        OPENING,
        OPEN,
        ENDED
    }

    private final Frontend frontend;
    private final FrontendLoop loop;
    private final ConnectionRegistry<Connection> registry;
    private final Transport transport;
    private final OpenRequest request;
    private State state = State.OPENING;
    private ConnectionKey key;
    private String keyText;
    private ConnectionChannels channels;
    private ConnectionPublishes publishes;
    private volatile boolean heard;
    private boolean dirty;
    private boolean overfull;
    private boolean draining;
    private Liveness liveness;
    private final ClientStanding standing;
    private final Succession succession = new Succession();
    private final ConnectionRates rates;
    private final ConnectionCounts counts;
    /// The app that it counts as a connection of; a later token can name another one, and then ends it.
    private Optional<String> countedOf = Optional.empty();

    Connection(
            Frontend frontend,
            FrontendLoop loop,
            ConnectionRegistry<Connection> registry,
            Transport transport,
            OpenRequest request) {
        this.frontend = frontend;
        this.loop = loop;
        this.registry = registry;
        this.transport = transport;
        this.request = request;
        this.standing = new ClientStanding(frontend, request);
        this.counts = new ConnectionCounts(frontend, request.secure());
        this.rates = new ConnectionRates(frontend.rates(), frontend.config().channelsPerConnectionMax());
    }

    /// Authenticates and answers with CONNECTED, or with why not. The WebSocket is open already, so that
    /// the client learns the reason.
    void open() {
        liveness = new Liveness(now(), maxIdleMillis());
        loop.add(this);
        frontend.metrics().connections.incrementAndGet();
        transport.whenClosed(() -> frontend.metrics().connections.decrementAndGet());
        frontend.metrics().connectionsOpened.increment();
        if (frontend.metrics().connections.get() > frontend.config().connectionsMax()) {
            ErrorInfo full = ErrorCode.TOO_MANY_CONNECTIONS.info("the node holds %d connections, its limit"
                    .formatted(frontend.config().connectionsMax()));
            counts.refused(request.credentials(), full);
            disconnect(full);
            return;
        }
        Optional<ErrorInfo> refusal = request.versionRefusal().or(() -> standing.authenticate(request.credentials()));
        Optional<ErrorInfo> full =
                refusal.isPresent() ? Optional.empty() : frontend.rates().connectionOpened(appId());
        if (refusal.isEmpty() && full.isEmpty()) {
            countedOf = Optional.of(appId());
            counts.begin(appId());
        }
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else if (full.isPresent()) {
            // Not for good: it comes back when others have gone.
            frontend.metrics().connectionsRefused.increment();
            counts.refused(request.credentials(), full.get());
            disconnect(full.get());
        } else {
            connect();
        }
        transport.flush();
    }

    private void connect() {
        Optional<String> given = request.resume().or(request::recover);
        if (given.isEmpty()) {
            connectAnew(Optional.empty());
            return;
        }
        Optional<ConnectionKey> old = frontend.keys().decode(given.get());
        if (old.isEmpty()) {
            connectAnew(Optional.of(
                    ErrorCode.INVALID_CONNECTION_KEY.info("the connection key is not one that this server issued")));
            return;
        }
        if (!isCompatible(old.get())) {
            fail(ErrorCode.INCOMPATIBLE_CREDENTIALS.info(
                    "the connection belongs to another app, kind of credentials or clientId"));
            return;
        }
        Optional<ConnectionRegistry.Taken<Connection>> taken = registry.take(old.get(), this, now());
        if (taken.isEmpty()) {
            connectAnew(Optional.of(
                    ErrorCode.CONNECTION_STATE_LOST.info("unable to recover connection: its state is gone")));
            return;
        }
        int generation = taken.get().generation();
        key = request.resume().isPresent()
                ? old.get().resumed(generation, grant().kind())
                : old.get().recovered(generation, grant().kind());
        registry.authenticated(key.connectionId(), this, grant().kind());
        frontend.metrics().connectionsResumed.increment();
        boolean repeats = request.resume().isPresent();
        transport.read(false);
        taken.get()
                .displaced()
                .ifPresentOrElse(
                        // Nothing that the old transport received may overtake what this one
                        // will: it ends first.
                        older -> {
                            succession.await();
                            older.displace(present -> loop.loop().execute(() -> olderEnded(repeats, present)));
                        },
                        () -> connected(Optional.empty(), repeats, taken.get().presentOn()));
    }

    private void olderEnded(boolean repeats, Map<ChannelId, ChannelPolicy> present) {
        succession.olderEnded(present, presentOn -> {
            if (state == State.OPENING) {
                connected(Optional.empty(), repeats, presentOn);
                transport.flush();
            }
        });
    }

    private boolean isCompatible(ConnectionKey old) {
        return standing.isOf(old) && registry.isOfKind(old, grant().kind());
    }

    private void connectAnew(Optional<ErrorInfo> why) {
        key = new ConnectionKey(
                frontend.randomIds().get(),
                0,
                0,
                appId(),
                grant().kind(),
                identity().clientId());
        registry.opened(key.connectionId(), 0, this);
        counts.opened(appId());
        connected(why, false, Map.of());
        report(MetaEvent::ofConnection, "connection.opened", Map.of());
        report(MetaEvent::ofClientConnection, "connection.opened", Map.of());
    }

    /// How something is told of a connection of an app.
    interface Telling {
        MetaEvent of(String app, String name, Map<String, Object> data);
    }

    /// Tells the app something of the connection.
    void report(Telling telling, String name, Map<String, Object> more) {
        Map<String, Object> data = new HashMap<>(more);
        data.put("connectionId", key.connectionId());
        key.clientId().ifPresent(clientId -> data.put("clientId", clientId));
        frontend.router().report(telling.of(key.appId(), name, data));
    }

    private void connected(Optional<ErrorInfo> error, boolean repeats, Map<ChannelId, ChannelPolicy> presentOn) {
        state = State.OPEN;
        keyText = frontend.keys().encode(key);
        ConnectionRights rights = new ConnectionRights(this, request.secure());
        channels = new ConnectionChannels(frontend, loop, this, request, rights, key, presentOn);
        publishes = new ConnectionPublishes(
                frontend, loop, this, rights, channels, key, repeats, request.appendRollupWindow());
        transport.opened(key, keyText);
        sendConnected(error);
        readOrPause();
        examine();
    }

    private void sendConnected(Optional<ErrorInfo> error) {
        FrontendConfig config = frontend.config();
        send(new ServerMessage.Connected(
                key.connectionId(),
                new ConnectionDetails(
                        identity().shown(),
                        keyText,
                        config.messageBytesMax(),
                        config.frameBytesMax(),
                        MAX_INBOUND_RATE,
                        config.connectionStateTtl().toMillis(),
                        maxIdleMillis(),
                        frontend.nodeId(),
                        frontend.region(),
                        ObjectRules.GRACE.toMillis()),
                error));
    }

    /// A frame from the client.
    void received(ClientMessage message) {
        if (state != State.OPEN) {
            return;
        }
        heard = true;
        liveness.received(now());
        frontend.metrics().framesReceived.increment();
        Optional<ErrorInfo> tooFast = rates.frame();
        if (tooFast.isPresent()) {
            fail(tooFast.get());
            return;
        }
        switch (message) {
            case ClientMessage.Heartbeat(Optional<String> id) -> send(new ServerMessage.Heartbeat(id));
            case ClientMessage.Attach attach -> channels.attach(attach);
            case ClientMessage.Detach(String channel) -> channels.detach(channel);
            case ClientMessage.Publish publish -> publishes.publish(publish);
            case ClientMessage.Presence presence -> publishes.presence(presence);
            case ClientMessage.Annotate annotate -> publishes.annotate(annotate);
            case ClientMessage.Objects objects -> publishes.objects(objects);
            case ClientMessage.Sync(String channel, Optional<String> serial) -> channels.sync(channel);
            case ClientMessage.Auth(String accessToken) -> reauthenticate(accessToken);
            case ClientMessage.Close() -> closedByClient();
            case ClientMessage.Disconnect() -> end(false);
            case ClientMessage.Refused refused -> refused(refused);
        }
        checkRoom();
    }

    private void refused(ClientMessage.Refused frame) {
        if (frame.isAuth()) {
            refuse(frame.error());
        } else if (frame.isAttach()) {
            frame.channel().ifPresent(channel -> channels.fail(channel, frame.error()));
        } else {
            publishes.refused(frame);
        }
    }

    /// Stops reading while answers pile up that the client does not read.
    private void checkRoom() {
        if (!overfull && state == State.OPEN && transport.isOverfull()) {
            overfull = true;
            readOrPause();
        }
    }

    /// Reads the socket unless something speaks against it.
    void readOrPause() {
        if (state == State.OPEN) {
            transport.read(!overfull && !draining && !publishes.isFull());
        }
    }

    /// Nothing that still comes is of interest.
    boolean hasEnded() {
        return state == State.ENDED;
    }

    /// A frame that is none; the connection ends, and nothing else does.
    void malformed(ErrorInfo error) {
        frontend.metrics().malformedFrames.increment();
        if (state != State.ENDED) {
            disconnect(error);
        }
    }

    /// Any frame, also one below the protocol, shows that the peer lives.
    void heardFrom() {
        liveness.received(now());
        checkRoom();
    }

    /// Something that only a client does that has read CONNECTED.
    void heardFromClient() {
        heard = true;
        heardFrom();
    }

    private void reauthenticate(String accessToken) {
        Optional<ErrorInfo> refusal = standing.renew(accessToken);
        if (refusal.isPresent()) {
            refuse(refusal.get());
        } else {
            liveness.tokenRenewed(now());
            registry.authenticated(key.connectionId(), this, grant().kind());
            // Answers that are due go first: a client renumbers what is unanswered when it sees CONNECTED.
            publishes.flushAcks();
            sendConnected(Optional.empty());
            channels.reauthorise();
            examine();
        }
    }

    private void closedByClient() {
        publishes.end();
        channels.closed();
        registry.closed(key.connectionId(), this, now());
        report(MetaEvent::ofConnection, "connection.closed", Map.of());
        report(MetaEvent::ofClientConnection, "connection.closed", Map.of());
        send(new ServerMessage.Closed());
        channels.end();
        state = State.ENDED;
        transport.close(false);
        gone();
    }

    /// The socket is gone, or goes.
    void transportLost() {
        end(false);
    }

    /// A newer transport of the connection takes over; `then` gets the channels with members once
    /// nothing of this transport can reach an owner any more. Any thread.
    private void displace(Consumer<Map<ChannelId, ChannelPolicy>> then) {
        loop.loop().execute(() -> {
            Map<ChannelId, ChannelPolicy> present = channels == null ? Map.of() : new HashMap<>(channels.presentOn());
            if (state != State.ENDED) {
                disconnect(ErrorCode.DISCONNECTED.info("a newer transport of this connection took over"));
            }
            succession.displaced(present, then);
        });
    }

    /// Ends the transport, and tells the client to come back.
    void disconnect(ErrorInfo reason) {
        send(new ServerMessage.Disconnected(reason));
        end(false);
    }

    /// Ends the connection for good.
    void fail(ErrorInfo reason) {
        if (state == State.OPEN) {
            report(MetaEvent::ofClientConnection, "connection.failed", MetaEvent.error(reason));
        }
        send(new ServerMessage.Error(Optional.empty(), reason));
        end(false);
    }

    /// Token errors are told so that the client fetches another token and resumes; others end it for good.
    private void refuse(ErrorInfo reason) {
        frontend.metrics().connectionsRefused.increment();
        if (state == State.OPENING) {
            counts.refused(request.credentials(), reason);
        }
        LOG.info("connection refused: code={} message={}", reason.code(), reason.message());
        if (reason.isTokenError()) {
            disconnect(reason);
        } else {
            fail(reason);
        }
    }

    private void end(boolean goingAway) {
        if (state == State.ENDED) {
            return;
        }
        boolean wasOpen = state == State.OPEN;
        state = State.ENDED;
        if (!wasOpen && key != null) {
            // It had taken the connection over, and waited for the transport before it to end.
            registry.lost(key.connectionId(), this, Map.of(), now());
        }
        if (wasOpen) {
            publishes.end();
            long grace = request.remainPresentFor()
                    .orElse(frontend.config().remainPresentFor())
                    .toMillis();
            channels.lost(grace);
            registry.lost(key.connectionId(), this, channels.presentOn(), now());
            channels.end();
        }
        transport.close(goingAway);
        gone();
    }

    private void gone() {
        loop.remove(this);
        counts.end();
        countedOf.ifPresent(frontend.rates()::connectionClosed);
        countedOf = Optional.empty();
    }

    @Override
    public void drain(ErrorInfo reason) {
        if (state == State.OPEN && publishes.hasUnanswered()) {
            // What was received is answered first; the caller asks again.
            draining = true;
            readOrPause();
            return;
        }
        if (state != State.ENDED) {
            send(new ServerMessage.Disconnected(reason));
            end(true);
        }
    }

    @Override
    public void cutOff(ErrorInfo reason) {
        if (state != State.ENDED) {
            disconnect(reason);
        }
    }

    @Override
    public void examine() {
        if (state == State.ENDED || !standing.isKnown()) {
            return;
        }
        Optional<Instant> endBefore = standing.end();
        Optional<ErrorInfo> reason = standing.examine();
        if (reason.isPresent()) {
            refuse(reason.get());
        } else if (state == State.OPEN
                && standing.end().isPresent()
                && !standing.end().equals(endBefore)) {
            // There is time left for another token (RTN22).
            send(new ServerMessage.AuthRequest());
        }
    }

    @Override
    public void tick(long nowMillis) {
        if (state == State.OPEN && publishes.unansweredFor(System.nanoTime()) > PUBLISH_STALL_NANOS) {
            // What became of it is not known, so that it can be neither acknowledged nor refused: the client keeps
            // it and sends it again.
            disconnect(ErrorCode.DISCONNECTED.info(
                    "publishes cannot be stored at the moment; connect again and they are sent again"));
            return;
        }
        if (state != State.OPEN) {
            if (state == State.OPENING && liveness.opensTooSlowly(nowMillis)) {
                end(false);
            }
            return;
        }
        if (standing.isOver()) {
            examine();
            return;
        }
        Optional<Long> expires = grant().expires()
                .map(at -> nowMillis + at.toEpochMilli() - frontend.wallTime().toEpochMilli());
        for (Liveness.Due due : liveness.due(nowMillis, expires)) {
            switch (due) {
                case CUT_OFF ->
                    disconnect(ErrorCode.DISCONNECTED.info("nothing was heard from the client for too long"));
                case EXPIRE ->
                    disconnect(
                            ErrorCode.TOKEN_EXPIRED.info("Key/token status changed (expire): the token has expired"));
                case HEARTBEAT -> {
                    if (request.heartbeats()) {
                        send(new ServerMessage.Heartbeat(Optional.empty()));
                    }
                }
                case PING -> transport.ping();
                case ASK_FOR_TOKEN -> send(new ServerMessage.AuthRequest());
            }
            transport.flush();
        }
    }

    private long maxIdleMillis() {
        return request.heartbeatInterval()
                .orElse(frontend.config().maxIdleInterval())
                .toMillis();
    }

    /// Queues a message; it goes out at the end of this turn of the loop.
    void send(ServerMessage message) {
        if (state != State.ENDED) {
            liveness.sent(now());
            transport.send(message);
            loop.flushLater(this);
        }
    }

    ConnectionRates rates() {
        return rates;
    }

    Transport transport() {
        return transport;
    }

    /// The socket takes more again.
    void writable() {
        if (state == State.OPEN) {
            overfull = false;
            readOrPause();
            channels.pump();
            transport.flush();
        }
    }

    @Override
    public boolean markDirty() {
        boolean before = dirty;
        dirty = true;
        return !before;
    }

    @Override
    public void flush() {
        dirty = false;
        if (state == State.OPEN) {
            publishes.flushAcks();
        }
        transport.flush();
    }

    /// Frames were written past [#send].
    void sent(long entries) {
        liveness.sent(now());
        frontend.metrics().entriesDelivered.add(entries);
        loop.flushLater(this);
    }

    void continuityLost() {
        frontend.metrics().continuityLost.increment();
    }

    Format format() {
        return request.format();
    }

    /// Which protocol the client speaks.
    double version() {
        return request.version().orElse(0.0);
    }

    @Override
    public boolean hasHeardFromClient() {
        return heard;
    }

    /// For logs.
    String describe() {
        return key == null ? "(not yet connected)" : key.connectionId();
    }

    String connectionId() {
        return key.connectionId();
    }

    App app() {
        return standing.app();
    }

    Grant grant() {
        return standing.grant();
    }

    Identity identity() {
        return standing.identity();
    }

    private String appId() {
        return grant().appId();
    }

    private long now() {
        return frontend.clock().getAsLong();
    }
}
