package io.hark.cluster.link;

import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: one gRPC stream, whichever end dialled. gRPC calls in on its own threads; here everything
/// happens on one loop, which the stream may change while nothing is requested from it.
final class LinkStream implements ClientResponseObserver<Wire.Frame, Wire.Frame> {
    private static final Logger LOG = LoggerFactory.getLogger(LinkStream.class);

    /// Confined: what the stream's events are for. After `closed`, or after the owner has aborted it, comes
    /// nothing.
    interface Owner {
        void frame(Wire.Frame frame);

        /// More can be sent without waiting in memory.
        void ready();

        /// The other end sends no more.
        void halfClosed();

        void closed(Status why);
    }

    private final Runnable release;
    private volatile EventLoop loop;
    private volatile CallStreamObserver<Wire.Frame> out;
    private Owner owner;
    private boolean closed;

    private LinkStream(EventLoop loop, Owner owner, Runnable release) {
        this.loop = loop;
        this.owner = owner;
        this.release = release;
    }

    /// A stream for this node to dial with.
    ///
    /// @param release called once when it is over
    static LinkStream dialling(EventLoop loop, Owner owner, Runnable release) {
        return new LinkStream(loop, owner, release);
    }

    /// Must be called within the service's method.
    static LinkStream accepted(
            EventLoop loop, Owner owner, ServerCallStreamObserver<Wire.Frame> out, int readyThresholdBytes) {
        LinkStream stream = new LinkStream(loop, owner, () -> {});
        stream.out = out;
        out.disableAutoRequest();
        out.setOnReadyThreshold(readyThresholdBytes);
        out.setOnReadyHandler(stream::onReady);
        out.setOnCancelHandler(() -> stream.onClosed(Status.CANCELLED.withDescription("the connection is gone")));
        return stream;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Wire.Frame> call) {
        out = call;
        call.disableAutoRequestWithInitial(1);
        call.setOnReadyHandler(this::onReady);
    }

    @Override
    public void onNext(Wire.Frame frame) {
        run(() -> {
            if (!closed) {
                owner.frame(frame);
            }
        });
    }

    @Override
    public void onError(Throwable error) {
        onClosed(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        if (out instanceof ClientCallStreamObserver<Wire.Frame>) {
            onClosed(Status.OK.withDescription("the other node closed it"));
        } else {
            run(() -> {
                if (!closed) {
                    owner.halfClosed();
                }
            });
        }
    }

    private void onReady() {
        run(() -> {
            if (!closed) {
                owner.ready();
            }
        });
    }

    private void onClosed(Status why) {
        run(() -> {
            if (close()) {
                owner.closed(why);
            }
        });
    }

    /// Runs it on the stream's loop, at once when this is the loop. A failure ends the stream.
    void run(Runnable task) {
        if (!loop.inEventLoop()) {
            post(task);
            return;
        }
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("a link to another node ends, as what it brought or was to send could not be handled", e);
            Status why = Status.INTERNAL.withDescription(
                    "the other node failed: " + e.getClass().getSimpleName());
            if (abort(why)) {
                owner.closed(why);
            }
        }
    }

    /// Runs it on the stream's loop, but not at once; and not at all once the loops are gone, as all sessions
    /// are then.
    void post(Runnable task) {
        try {
            loop.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("something came for a stream after the links were closed", e);
        }
    }

    /// From here on events come to another loop and owner.
    ///
    /// The caller is on the present loop, and nothing was requested that has not come: else frames could
    /// pass each other.
    void moveTo(EventLoop next, Owner nextOwner) {
        owner = nextOwner;
        loop = next;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isReady() {
        return !closed && out.isReady();
    }

    void send(Wire.Frame frame) {
        if (!closed) {
            out.onNext(frame);
        }
    }

    void request(int frames) {
        out.request(frames);
    }

    /// Ends the sending half. For the end that accepted, this is the end of the stream; the one that
    /// dialled is told by `closed` when the other one has followed.
    ///
    /// @return whether the stream is over now
    boolean complete() {
        if (closed) {
            return true;
        }
        out.onCompleted();
        return out instanceof ServerCallStreamObserver<Wire.Frame> && close();
    }

    /// Ends the stream at once; the owner is not told.
    ///
    /// @param why told to the dialer when the acceptor aborts
    /// @return whether it was open
    boolean abort(Status why) {
        if (closed) {
            return false;
        }
        closed = true;
        switch (out) {
            case ClientCallStreamObserver<Wire.Frame> call -> call.cancel(why.getDescription(), null);
            case ServerCallStreamObserver<Wire.Frame> call -> call.onError(why.asRuntimeException());
            default -> throw new IllegalStateException("a stream was dialled or accepted");
        }
        release.run();
        return true;
    }

    private boolean close() {
        if (closed) {
            return false;
        }
        closed = true;
        release.run();
        return true;
    }
}
