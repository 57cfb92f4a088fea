package io.hark.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.hark.slot.PeerMessage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a node does to those that do not speak as a node should: by hand, one frame after the other.
class StrangerTest {
    private static final Wire.Frame MESSAGE = Wire.Frame.newBuilder()
            .addMessages(PeerMessageCodec.encode(new PeerMessage.Credit(1, 2)))
            .build();

    private final Handshake asA = handshake("a", TestNode.SECRET);
    private final TestNode b = TestNode.start("b");
    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        b.knows("a", "127.0.0.1:1");
        TestNode.eventually("a to be known", () -> !b.peers().stats().isEmpty());
        channel = channel(b);
    }

    private static ManagedChannel channel(TestNode to) {
        return NettyChannelBuilder.forAddress("127.0.0.1", to.port(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void closeAll() {
        channel.shutdownNow();
        b.close();
    }

    private static Handshake handshake(String node, String secret) {
        return new Handshake(new LinkIdentity(node, () -> node + "-1", "eu", secret.getBytes(StandardCharsets.UTF_8)));
    }

    /// The stranger's end of a stream.
    private static class Call implements StreamObserver<Wire.Frame> {
        private static final Wire.Frame END = Wire.Frame.getDefaultInstance();

        private final BlockingQueue<Wire.Frame> frames = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> ended = new CompletableFuture<>();
        private StreamObserver<Wire.Frame> out;

        static Call begin(ManagedChannel channel) {
            Call call = new Call();
            call.out = NodeLinkGrpc.newStub(channel).session(call);
            return call;
        }

        @Override
        public void onNext(Wire.Frame frame) {
            frames.add(frame);
        }

        @Override
        public void onError(Throwable error) {
            ended.complete(Status.fromThrowable(error));
            frames.add(END);
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
            frames.add(END);
        }

        Wire.Frame next() throws InterruptedException {
            Wire.Frame frame = frames.poll(20, TimeUnit.SECONDS);
            assertThat(frame).as("a frame").isNotNull();
            return frame;
        }

        ByteString challenge() throws InterruptedException {
            return next().getChallenge().getNonce();
        }

        Status end() {
            return ended.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    private Wire.Frame helloOf(Handshake who, ByteString given) {
        return who.hello(LinkProof.Role.DIALER, "b", given, who.nonce(), 1);
    }

    private Call linked() throws InterruptedException {
        Call call = Call.begin(channel);
        call.out.onNext(helloOf(asA, call.challenge()));
        assertThat(call.next().getHello().getNode()).isEqualTo("b");
        b.awaitUp("a");
        return call;
    }

    private void assertRefused(Call call, Status.Code code, String why) {
        Status end = call.end();
        assertThat(end.getCode()).isEqualTo(code);
        assertThat(end.getDescription()).contains(why);
        assertThat(b.events()).isEmpty();
    }

    @Test
    void messagesBeforeAProofAreNotHeard() throws Exception {
        Call call = Call.begin(channel);
        call.challenge();

        call.out.onNext(MESSAGE);

        assertRefused(call, Status.Code.INVALID_ARGUMENT, "a session begins with a hello");
    }

    @Test
    void messagesWithAProofThatDoesNotHoldAreNotHeard() throws Exception {
        Call call = Call.begin(channel);
        Wire.Frame hello = helloOf(handshake("a", "another cluster's secret"), call.challenge());

        call.out.onNext(
                hello.toBuilder().addAllMessages(MESSAGE.getMessagesList()).build());
        call.out.onNext(MESSAGE);

        assertRefused(call, Status.Code.UNAUTHENTICATED, "the proof does not hold");
    }

    @Test
    void aProofThatWasOverheardIsWorthNothing() throws Exception {
        Call first = Call.begin(channel);
        Wire.Frame hello = helloOf(asA, first.challenge());
        try (TestNode unlinked = TestNode.start("b")) {
            ManagedChannel other = channel(unlinked);
            Call second = Call.begin(other);
            second.challenge();

            second.out.onNext(hello);

            assertThat(second.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            other.shutdownNow();
        }
    }

    @Test
    void anotherVersionOfTheProtocolIsRefused() throws Exception {
        Call call = Call.begin(channel);
        Wire.Frame.Builder hello = helloOf(asA, call.challenge()).toBuilder();
        hello.getHelloBuilder().setProtocolVersion(2);

        call.out.onNext(hello.build());

        assertRefused(call, Status.Code.FAILED_PRECONDITION, "speaks version 2 of the link's protocol, b speaks 1");
    }

    @Test
    void theNodeWithTheLargerIdDoesNotDial() throws Exception {
        b.knows("c", "127.0.0.1:1");
        Call call = Call.begin(channel);

        call.out.onNext(helloOf(handshake("c", TestNode.SECRET), call.challenge()));

        assertRefused(call, Status.Code.FAILED_PRECONDITION, "node c is to be dialled by b");
    }

    @Test
    void aNodeDoesNotLinkWithItself() throws Exception {
        Call call = Call.begin(channel);

        call.out.onNext(helloOf(handshake("b", TestNode.SECRET), call.challenge()));

        assertRefused(call, Status.Code.FAILED_PRECONDITION, "node b");
    }

    @Test
    void whoeverSaysNothingIsClosed() {
        long begun = System.nanoTime();
        Call call = Call.begin(channel);

        call.end();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(TestNode.LIMITS.handshakeWithin());
        assertThat(b.events()).isEmpty();
    }

    @Test
    void strangersBeyondTheLimitAreRefusedAtOnce() throws Exception {
        List<ManagedChannel> channels = new ArrayList<>();
        List<Call> waiting = new ArrayList<>();
        for (int i = 0; i < TestNode.LIMITS.unprovenMax(); i++) {
            channels.add(channel(b));
            waiting.add(Call.begin(channels.getLast()));
        }
        for (Call call : waiting) {
            call.challenge();
        }

        assertRefused(Call.begin(channel), Status.Code.RESOURCE_EXHAUSTED, "16 sessions are being begun");

        channels.forEach(ManagedChannel::shutdownNow);
        TestNode.eventually("room for the node", this::canLink);
    }

    private boolean canLink() {
        ManagedChannel fresh = channel(b);
        try {
            Call call = Call.begin(fresh);
            Wire.Frame first = call.next();
            if (!first.hasChallenge()) {
                return false;
            }
            call.out.onNext(helloOf(asA, first.getChallenge().getNonce()));
            b.awaitUp("a");
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            fresh.shutdownNow();
        }
    }

    @Test
    void aMalformedMessageEndsTheSession() throws Exception {
        Call call = linked();
        long session = b.awaitUp("a");
        call.out.onNext(MESSAGE);

        call.out.onNext(Wire.Frame.newBuilder()
                .addMessages(MESSAGE.getMessages(0))
                .addMessages(Wire.PeerMessage.getDefaultInstance())
                .build());

        b.awaitDown("a", session);
        assertThat(call.end().getDescription()).isEqualTo("malformed: a message is of no known kind");
        assertThat(b.messages("a")).containsExactly(new PeerMessage.Credit(1, 2));
    }

    @Test
    void aSecondHandshakeEndsTheSession() throws Exception {
        Call call = linked();
        long session = b.awaitUp("a");

        call.out.onNext(helloOf(asA, asA.nonce()));

        b.awaitDown("a", session);
        assertThat(call.end().getDescription()).isEqualTo("malformed: a handshake within a session");
    }

    @Test
    void bytesThatAreNoFrameEndTheStreamAndNothingElse() throws Exception {
        Call call = linked();
        CompletableFuture<Status> ended = new CompletableFuture<>();
        ManagedChannel second = channel(b);
        ClientCall<byte[], byte[]> raw = second.newCall(rawMethod(), CallOptions.DEFAULT);
        raw.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status);
                    }
                },
                new Metadata());
        raw.request(10);

        raw.sendMessage(new byte[] {(byte) 0xFF, 1, 2, 3});

        assertThat(ended.orTimeout(20, TimeUnit.SECONDS).join().isOk()).isFalse();
        call.out.onNext(MESSAGE);
        b.awaitMessages("a", 1);
        second.shutdownNow();
    }

    private static MethodDescriptor<byte[], byte[]> rawMethod() {
        MethodDescriptor.Marshaller<byte[]> bytes = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                return new byte[0];
            }
        };
        return MethodDescriptor.newBuilder(bytes, bytes)
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setFullMethodName(NodeLinkGrpc.getSessionMethod().getFullMethodName())
                .build();
    }

    @Test
    void theDialerHearsNothingOfWhoeverCannotProveItself() throws Exception {
        Handshake impostor = handshake("b", "not the cluster's secret");
        Server server = NettyServerBuilder.forAddress(
                        new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
                .addService(new NodeLinkGrpc.NodeLinkImplBase() {
                    @Override
                    public StreamObserver<Wire.Frame> session(StreamObserver<Wire.Frame> out) {
                        out.onNext(impostor.challenge(impostor.nonce()));
                        return new Call() {
                            @Override
                            public void onNext(Wire.Frame frame) {
                                Wire.Hello hello = frame.getHello();
                                out.onNext(impostor.hello(
                                        LinkProof.Role.ACCEPTOR, "a", hello.getNonce(), ByteString.EMPTY, 1));
                                out.onNext(MESSAGE);
                            }
                        };
                    }
                })
                .build()
                .start();
        try (TestNode a = TestNode.start("a")) {
            a.peers().nodes(Map.of("b", "127.0.0.1:" + server.getPort()));

            TestNode.eventually(
                    "a refusal", () -> a.peers().lastFailure("b").contains("UNAUTHENTICATED: the proof does not hold"));

            assertThat(a.events()).isEmpty();
        } finally {
            server.shutdownNow();
        }
    }
}
