package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: takes the sessions that other nodes begin, once they have proven themselves, to their links.
final class NodeLinkService implements BindableService {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLinkService.class);
    private static final long WARN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Handshake handshake;
    private final LinkLimits limits;
    private final EventLoop loop;
    private final Function<String, Optional<PeerLink>> peers;
    private final AtomicInteger unproven = new AtomicInteger();
    private final AtomicLong warnAt = new AtomicLong(System.nanoTime());

    /// @param loop  for handshakes
    /// @param peers the link of a node, if the node is known
    NodeLinkService(
            Handshake handshake, LinkLimits limits, EventLoop loop, Function<String, Optional<PeerLink>> peers) {
        this.handshake = handshake;
        this.limits = limits;
        this.loop = loop;
        this.peers = peers;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(NodeLinkGrpc.SERVICE_NAME)
                .addMethod(
                        NodeLinkGrpc.getSessionMethod().toBuilder()
                                .setRequestMarshaller(new FrameMarshaller())
                                .build(),
                        ServerCalls.asyncBidiStreamingCall(this::session))
                .build();
    }

    private StreamObserver<Wire.Frame> session(StreamObserver<Wire.Frame> answers) {
        if (unproven.incrementAndGet() > limits.unprovenMax()) {
            unproven.decrementAndGet();
            Status full = Status.RESOURCE_EXHAUSTED.withDescription(
                    "%d sessions are being begun, which is the limit".formatted(limits.unprovenMax()));
            warn(full);
            answers.onError(full.asRuntimeException());
            return new Ignored();
        }
        Accept accept = new Accept();
        LinkStream stream = LinkStream.accepted(
                loop, accept, (ServerCallStreamObserver<Wire.Frame>) answers, PeerLink.readyThresholdBytes(limits));
        stream.run(() -> accept.begin(stream));
        return stream;
    }

    /// Anybody can cause it, so it must not fill the log.
    private void warn(Status why) {
        long now = System.nanoTime();
        long due = warnAt.get();
        if (now - due >= 0 && warnAt.compareAndSet(due, now + WARN_EVERY_NANOS)) {
            LOG.warn("a session was refused: {}: {}", why.getCode(), why.getDescription());
        }
    }

    private Optional<Status> refusal(String node) {
        if (!node.equals(handshake.self().node()) && !handshake.self().dials(node)) {
            return peers.apply(node).isPresent()
                    ? Optional.empty()
                    : Optional.of(Status.PERMISSION_DENIED.withDescription(
                            "node %s is not known to %s as a node of the region"
                                    .formatted(node, handshake.self().node())));
        }
        return Optional.of(Status.FAILED_PRECONDITION.withDescription("node %s is to be dialled by %s, not to dial it"
                .formatted(node, handshake.self().node())));
    }

    /// Confined: a session in the handshake.
    private final class Accept implements LinkStream.Owner {
        private final ByteString nonce = handshake.nonce();
        private LinkStream stream;
        private Future<?> timeout;
        private boolean counted = true;

        void begin(LinkStream begun) {
            stream = begun;
            timeout = loop.schedule(
                    () -> stream.run(() -> refuse(
                            Status.DEADLINE_EXCEEDED.withDescription("the other node did not prove itself in time"))),
                    limits.handshakeWithin().toMillis(),
                    TimeUnit.MILLISECONDS);
            stream.send(handshake.challenge(nonce));
            stream.request(1);
        }

        @Override
        public void frame(Wire.Frame frame) {
            Optional<Status> refusal = handshake
                    .refusal(LinkProof.Role.DIALER, frame, nonce)
                    .or(() -> NodeLinkService.this.refusal(frame.getHello().getNode()));
            Optional<PeerLink> peer = peers.apply(frame.getHello().getNode());
            if (refusal.isPresent() || peer.isEmpty()) {
                refuse(refusal.orElse(Status.PERMISSION_DENIED.withDescription("the node was just removed")));
                return;
            }
            over();
            Wire.Hello hello = frame.getHello();
            PeerLink link = peer.get();
            stream.moveTo(link.loop(), this);
            stream.run(() -> link.accept(
                    stream,
                    hello,
                    number -> handshake.hello(
                            LinkProof.Role.ACCEPTOR, hello.getNode(), hello.getNonce(), ByteString.EMPTY, number)));
        }

        private void refuse(Status why) {
            over();
            if (stream.abort(why)) {
                warn(why);
            }
        }

        private void over() {
            timeout.cancel(false);
            if (counted) {
                counted = false;
                unproven.decrementAndGet();
            }
        }

        @Override
        public void ready() {}

        @Override
        public void halfClosed() {
            refuse(Status.INVALID_ARGUMENT.withDescription("closed before the session began"));
        }

        @Override
        public void closed(Status why) {
            over();
        }
    }

    /// Makes of bytes that are no frame a frame that is refused like others: gRPC would log a stack for
    /// each, at the will of any stranger. Any thread.
    private static final class FrameMarshaller implements MethodDescriptor.Marshaller<Wire.Frame> {
        private static final Wire.Frame NONSENSE = Wire.Frame.newBuilder()
                .addMessages(Wire.PeerMessage.getDefaultInstance())
                .build();

        private final MethodDescriptor.Marshaller<Wire.Frame> frames =
                ProtoUtils.marshaller(Wire.Frame.getDefaultInstance());

        @Override
        public InputStream stream(Wire.Frame frame) {
            return frames.stream(frame);
        }

        @Override
        public Wire.Frame parse(InputStream stream) {
            try {
                return frames.parse(stream);
            } catch (StatusRuntimeException e) {
                return NONSENSE;
            }
        }
    }

    /// Value: hears nothing of a stream that was refused at once.
    private record Ignored() implements StreamObserver<Wire.Frame> {
        @Override
        public void onNext(Wire.Frame frame) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }
}
