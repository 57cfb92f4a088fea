package io.hark.frontend;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: turns the requests of one comet connection into protocol messages, wherever their sockets live.
///
/// Loss is never silent: where messages may have been in an answer that nobody read, the transport ends, and the
/// client resumes from what it has.
final class CometHandler implements CometTransport.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(CometHandler.class);

    /// Batches of a client that wait to be passed on. SDKs send one at a time.
    private static final int HELD_BATCHES_MAX = 16;

    /// How long a client that gave up a request may take to make another, or to say goodbye.
    private static final int RETURN_SECONDS_MAX = 2;

    /// What one request brings.
    private record Batch(Iterator<ClientMessage> messages, int bytes, CometRequest request) {}

    private final FrontendLoop loop;
    private final long heldBytesMax;
    private final Opened whenOpened;
    private final CometTransport transport;
    private final Connection connection;
    private final ArrayDeque<Batch> held = new ArrayDeque<>(1);
    private Optional<CometRequest> lastReceive = Optional.empty();
    private Optional<String> lastSend = Optional.empty();
    private Optional<Future<?>> farewell = Optional.empty();
    private long heldBytes;
    private boolean broken;

    /// Gets to know the key of a connection that is open.
    interface Opened {
        void opened(CometHandler handler, ConnectionKey key, String keyText);
    }

    /// @param streams whether the client reads an answer part by part
    CometHandler(
            Frontend frontend,
            FrontendLoop loop,
            ConnectionRegistry<Connection> registry,
            OpenRequest open,
            boolean streams,
            Opened whenOpened) {
        this.loop = loop;
        this.whenOpened = whenOpened;
        this.heldBytesMax = frontend.config().bodyBytesMax();
        int outbound = frontend.config().outboundBytesMax();
        transport = new CometTransport(
                loop, open.format(), streams, outbound, (long) outbound * Realtime.OVERFULL_FACTOR, this);
        connection = new Connection(frontend, loop, registry, transport, open);
    }

    CometTransport transport() {
        return transport;
    }

    /// Opens the connection; the request gets CONNECTED, or why not.
    void open(CometRequest request) {
        lastReceive = Optional.of(request);
        transport.receive(request);
        connection.open();
    }

    /// Has something done on the connection's loop; what goes wrong there ends the connection, and nothing else.
    /// Any thread.
    void execute(Runnable action) {
        loop.loop().execute(() -> {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.error("connection {} ends on an internal error", connection.describe(), e);
                connection.disconnect(ErrorCode.INTERNAL.info("the connection met an internal error; reconnect"));
            }
        });
    }

    /// A request for what is due. A client that has lost an answer is told, in whatever way it shows: by the same
    /// request again, or by another one before the answer's end.
    void receive(CometRequest request) {
        if (broken || repeatsAnswered(request) || transport.isMidAnswer()) {
            request.refuse(ErrorCode.DISCONNECTED.info(
                    "an answer to this client was lost on its way; connect again with resume"));
            broken = true;
            connection.transportLost();
            return;
        }
        lastReceive = Optional.of(request);
        comesBack();
        connection.heardFromClient();
        transport.receive(request);
    }

    private boolean repeatsAnswered(CometRequest request) {
        return request.nonce().isPresent()
                && lastReceive
                        .filter(last -> last.hasCarried() && last.nonce().equals(request.nonce()))
                        .isPresent();
    }

    /// A request that brings messages, in their order. It is answered when all were passed on: a client that waits
    /// for that is slowed down by it.
    ///
    /// @param bytes the size of its body
    void send(CometRequest request, List<ClientMessage> messages, int bytes) {
        connection.heardFromClient();
        if (request.nonce().isPresent() && request.nonce().equals(lastSend)) {
            request.done();
            return;
        }
        if (held.size() >= HELD_BATCHES_MAX || !held.isEmpty() && heldBytes + bytes > heldBytesMax) {
            request.refuse(ErrorCode.OVERLOADED.info(
                    "%d requests with %d bytes wait to be processed; await the answer to one before the next"
                            .formatted(held.size(), heldBytes)));
            return;
        }
        lastSend = request.nonce();
        held.add(new Batch(messages.iterator(), bytes, request));
        heldBytes += bytes;
        passOn();
    }

    private void passOn() {
        while (!held.isEmpty() && (transport.isReading() || connection.hasEnded())) {
            Batch batch = held.peek();
            if (batch.messages().hasNext()) {
                connection.received(batch.messages().next());
            } else {
                held.poll();
                heldBytes -= batch.bytes();
                batch.request().done();
            }
        }
    }

    /// A body that holds something else than frames; the connection ends.
    void malformed(CometRequest request, ErrorInfo error) {
        connection.malformed(error);
        request.refuse(error);
    }

    /// The client ends the connection.
    void close(CometRequest request) {
        comesBack();
        connection.received(new ClientMessage.Close());
        request.done();
    }

    /// The client leaves the transport, and may resume the connection by another.
    void disconnect(CometRequest request) {
        comesBack();
        connection.transportLost();
        request.done();
    }

    /// The socket of a request for what is due has ended. SDKs also end it when they are about to say goodbye by
    /// another one, or a browser asks again by itself.
    void lost(CometRequest request) {
        broken |= request.hasCarried();
        transport.forget(request);
        boolean away = broken || !transport.hasReceiver();
        if (away && farewell.isEmpty() && !connection.hasEnded()) {
            farewell = Optional.of(
                    loop.loop().eventLoop().schedule(connection::transportLost, RETURN_SECONDS_MAX, TimeUnit.SECONDS));
        }
    }

    private void comesBack() {
        farewell.ifPresent(timer -> timer.cancel(false));
        farewell = Optional.empty();
    }

    /// The socket takes more of an answer in parts.
    void flush() {
        transport.flush();
    }

    @Override
    public void opened(ConnectionKey key, String keyText) {
        whenOpened.opened(this, key, keyText);
    }

    @Override
    public void readable() {
        execute(this::passOn);
    }

    @Override
    public void writable() {
        execute(connection::writable);
    }
}
