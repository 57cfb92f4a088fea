package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Confined: one attempt to begin a session with a node, up to the handshake's end.
final class Dial implements LinkStream.Owner {
    private final PeerLink peer;
    private final Handshake handshake;
    private final long number;
    private final ManagedChannel channel;
    private final LinkStream stream;
    private final ByteString nonce;
    private final Future<?> timeout;
    private boolean challenged;

    /// @param number of the session that it is for
    Dial(PeerLink peer, Handshake handshake, LinkLimits limits, ManagedChannel channel, long number) {
        this.peer = peer;
        this.handshake = handshake;
        this.number = number;
        this.channel = channel;
        this.nonce = handshake.nonce();
        this.stream = LinkStream.dialling(peer.loop(), this, channel::shutdownNow);
        this.timeout = peer.loop()
                .schedule(
                        () -> stream.run(
                                () -> fail(Status.DEADLINE_EXCEEDED.withDescription("no answer to the handshake"))),
                        limits.handshakeWithin().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    void start(int readyThresholdBytes) {
        NodeLinkGrpc.newStub(channel).withOnReadyThreshold(readyThresholdBytes).session(stream);
    }

    @Override
    public void frame(Wire.Frame frame) {
        if (challenged) {
            accepted(frame);
            return;
        }
        challenged = true;
        if (!frame.hasChallenge()) {
            fail(Status.INVALID_ARGUMENT.withDescription("a session begins with a challenge"));
            return;
        }
        Optional<Status> refusal = handshake.versionRefusal(frame.getChallenge().getProtocolVersion());
        if (refusal.isPresent()) {
            fail(refusal.get());
            return;
        }
        ByteString given = frame.getChallenge().getNonce();
        stream.send(handshake.hello(LinkProof.Role.DIALER, peer.id(), given, nonce, number));
        stream.request(1);
    }

    private void accepted(Wire.Frame frame) {
        Optional<Status> refusal = handshake.refusal(LinkProof.Role.ACCEPTOR, frame, nonce);
        if (refusal.isPresent()) {
            fail(refusal.get());
            return;
        }
        Wire.Hello hello = frame.getHello();
        if (!hello.getNode().equals(peer.id())) {
            fail(Status.FAILED_PRECONDITION.withDescription("node %s answered".formatted(hello.getNode())));
            return;
        }
        timeout.cancel(false);
        peer.dialled(this, stream, number, hello);
    }

    /// Gives up without a word to the peer's link.
    void abandon() {
        timeout.cancel(false);
        stream.abort(Status.CANCELLED.withDescription("given up"));
    }

    private void fail(Status why) {
        if (stream.abort(why)) {
            closed(why);
        }
    }

    @Override
    public void ready() {}

    @Override
    public void halfClosed() {}

    @Override
    public void closed(Status why) {
        timeout.cancel(false);
        peer.dialFailed(this, why);
    }
}
