package io.hark.frontend;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Confined: the way to a client that asks for what is due by one HTTP request after another. What is sent waits
/// here until a request is there to take it: as one whole answer, or part by part where the client asked to be
/// answered so.
///
/// All messages take this way, in their order; the requests by which a client sends are answered with none.
final class CometTransport implements Transport {
    /// How long the reason for an end waits for a client that is between two requests.
    private static final int LAST_WORDS_SECONDS = 5;

    /// What the transport tells of itself, in the middle of what it does: what follows from it is for later.
    interface Listener {
        /// The connection is open under this key.
        void opened(ConnectionKey key, String keyText);

        /// Messages of the client may be passed on again, or there is nobody left to pass them to.
        void readable();

        /// There is room again.
        void writable();
    }

    private final FrontendLoop loop;
    private final Format format;
    private final boolean streams;
    private final long outboundBytesMax;
    private final long overfullBytes;
    private final Listener listener;
    private final ArrayDeque<ByteBuf> due = new ArrayDeque<>(2);
    private final List<Runnable> whenClosed = new ArrayList<>(2);
    private Optional<CometRequest> receiver = Optional.empty();
    private long dueBytes;
    private int refusalStatus = 200;
    private boolean full;
    private boolean open;
    private boolean reading = true;
    private Optional<byte[]> lastWords = Optional.empty();
    private boolean closed;

    /// @param streams       whether the client reads an answer part by part
    /// @param overfullBytes see [Transport#isOverfull]
    CometTransport(
            FrontendLoop loop,
            Format format,
            boolean streams,
            long outboundBytesMax,
            long overfullBytes,
            Listener listener) {
        this.loop = loop;
        this.format = format;
        this.streams = streams;
        this.outboundBytesMax = outboundBytesMax;
        this.overfullBytes = overfullBytes;
        this.listener = listener;
    }

    @Override
    public void opened(ConnectionKey key, String keyText) {
        open = true;
        listener.opened(key, keyText);
    }

    /// A request that takes what is due, now or once there is something. The one before it is given up. Not after
    /// the transport's end.
    void receive(CometRequest request) {
        receiver.ifPresent(this::dismiss);
        if (lastWords.isPresent()) {
            request.frames(200, format, lastWords.get(), true);
            closed();
            return;
        }
        receiver = Optional.of(request);
        if (open && streamsTo(request)) {
            request.begin(format);
        }
        flush();
    }

    /// The request's socket is gone.
    void forget(CometRequest request) {
        if (receiver.isPresent() && receiver.get() == request) {
            receiver = Optional.empty();
        }
    }

    boolean hasReceiver() {
        return receiver.isPresent();
    }

    /// Whether an answer is under way that has messages in it.
    boolean isMidAnswer() {
        return receiver.filter(CometRequest::hasCarried).isPresent();
    }

    private boolean streamsTo(CometRequest request) {
        return streams && request.canStream();
    }

    private void dismiss(CometRequest request) {
        if (request.hasBegun()) {
            request.end();
        } else {
            request.frames(200, format, body(List.of()), false);
        }
    }

    @Override
    public void send(ServerMessage message) {
        if (!open) {
            refusalStatus = refusalStatus(message);
        }
        ByteBuf frame = loop.allocator().directBuffer(256);
        loop.scratch().webSocketFrame(format, message, frame);
        send(frame);
    }

    /// HTTP has a way to say that a connection is refused; clients look at the message.
    private static int refusalStatus(ServerMessage message) {
        return switch (message) {
            case ServerMessage.Error(Optional<String> channel, ErrorInfo error) -> error.statusCode();
            case ServerMessage.Disconnected(ErrorInfo error) -> error.statusCode();
            default -> 200;
        };
    }

    @Override
    public void send(ByteBuf frames) {
        if (closed) {
            frames.release();
            return;
        }
        due.add(frames);
        dueBytes += frames.readableBytes();
        full |= !isWritable();
    }

    @Override
    public void flush() {
        if (due.isEmpty() || receiver.isEmpty()) {
            return;
        }
        CometRequest request = receiver.get();
        if (!request.hasBegun() && open && streamsTo(request)) {
            request.begin(format);
        }
        if (!request.hasBegun()) {
            receiver = Optional.empty();
            answer(request);
        } else if (request.isWritable()) {
            request.part(CometBody.line(format, due));
            taken();
        }
    }

    private void answer(CometRequest request) {
        request.frames(open ? 200 : refusalStatus, format, body(due), !due.isEmpty());
        taken();
    }

    /// A client that reads lines waits for the end of one, also in an answer that is given whole.
    private byte[] body(Collection<ByteBuf> frames) {
        return streams ? CometBody.line(format, frames) : CometBody.array(format, frames);
    }

    private void taken() {
        release();
        if (full) {
            full = false;
            listener.writable();
        }
    }

    private void release() {
        due.forEach(ByteBuf::release);
        due.clear();
        dueBytes = 0;
    }

    /// Has the client ask again: that it does so shows that it is there.
    @Override
    public void ping() {
        receiver.ifPresent(request -> {
            receiver = Optional.empty();
            if (request.hasBegun()) {
                request.end();
            } else {
                answer(request);
            }
        });
    }

    @Override
    public boolean isWritable() {
        return dueBytes < outboundBytesMax;
    }

    @Override
    public boolean isOverfull() {
        return dueBytes > overfullBytes;
    }

    @Override
    public void read(boolean enabled) {
        boolean resumes = enabled && !reading;
        reading = enabled;
        if (resumes) {
            listener.readable();
        }
    }

    /// Whether messages of the client are to be passed on.
    boolean isReading() {
        return reading;
    }

    @Override
    public void close(boolean goingAway) {
        if (closed) {
            return;
        }
        if (receiver.isPresent()) {
            finish(receiver.get());
            closed();
        } else if (due.isEmpty()) {
            closed();
        } else if (lastWords.isEmpty()) {
            // As bytes that nobody has to release: the node may end before the client comes.
            lastWords = Optional.of(body(due));
            release();
            loop.loop().eventLoop().schedule(this::closed, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void finish(CometRequest request) {
        receiver = Optional.empty();
        if (!request.hasBegun()) {
            answer(request);
            return;
        }
        if (!due.isEmpty()) {
            request.part(CometBody.line(format, due));
        }
        request.end();
    }

    private void closed() {
        if (!closed) {
            closed = true;
            release();
            listener.readable();
            whenClosed.forEach(Runnable::run);
        }
    }

    @Override
    public void whenClosed(Runnable action) {
        whenClosed.add(action);
    }
}
