package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.util.Optional;

/// What is said before a session begins, and what is wrong with what the other one said. Any thread.
///
/// The acceptor gives a nonce; the dialer proves itself over it and gives one; the acceptor proves itself over
/// that.
final class Handshake {
    static final int PROTOCOL_VERSION = 1;

    private final LinkIdentity self;
    private final LinkProof proof;

    Handshake(LinkIdentity self) {
        this.self = self;
        this.proof = new LinkProof(self.secret());
    }

    LinkIdentity self() {
        return self;
    }

    ByteString nonce() {
        return proof.nonce();
    }

    Wire.Frame challenge(ByteString nonce) {
        return Wire.Frame.newBuilder()
                .setChallenge(Wire.Challenge.newBuilder()
                        .setProtocolVersion(PROTOCOL_VERSION)
                        .setNonce(nonce))
                .build();
    }

    /// @param given the other one's nonce
    /// @param nonce for the other one; empty in an acceptor's
    Wire.Frame hello(LinkProof.Role role, String to, ByteString given, ByteString nonce, long session) {
        Wire.Hello hello = Wire.Hello.newBuilder()
                .setProtocolVersion(PROTOCOL_VERSION)
                .setNode(self.node())
                .setIncarnation(self.incarnation().get())
                .setRegion(self.region())
                .setSession(session)
                .setNonce(nonce)
                .build();
        return Wire.Frame.newBuilder()
                .setHello(hello.toBuilder().setProof(proof.of(role, hello, to, given)))
                .build();
    }

    /// Why the other one is refused; the proof is looked at before anything that it claims.
    ///
    /// @param role  the other one's
    /// @param given the nonce that it was given
    Optional<Status> refusal(LinkProof.Role role, Wire.Frame frame, ByteString given) {
        if (!frame.hasHello()) {
            return Optional.of(Status.INVALID_ARGUMENT.withDescription("a session begins with a hello"));
        }
        Wire.Hello hello = frame.getHello();
        Optional<Status> version = versionRefusal(hello.getProtocolVersion());
        if (version.isPresent()) {
            return version;
        }
        if (!proof.holds(role, hello, self.node(), given)) {
            return Optional.of(Status.UNAUTHENTICATED.withDescription(
                    "the proof does not hold: node %s has another cluster secret, or meant another node than %s"
                            .formatted(printable(hello.getNode()), self.node())));
        }
        if (!hello.getRegion().equals(self.region())) {
            return Optional.of(Status.FAILED_PRECONDITION.withDescription("node %s is of region %s, this is region %s"
                    .formatted(hello.getNode(), hello.getRegion(), self.region())));
        }
        return Optional.empty();
    }

    Optional<Status> versionRefusal(int version) {
        return version == PROTOCOL_VERSION
                ? Optional.empty()
                : Optional.of(Status.FAILED_PRECONDITION.withDescription(
                        "the other node speaks version %d of the link's protocol, %s speaks %d"
                                .formatted(version, self.node(), PROTOCOL_VERSION)));
    }

    /// A name from a stranger, fit for a log line.
    private static String printable(String claimed) {
        String shown = claimed.length() > 64 ? claimed.substring(0, 64) : claimed;
        return shown.replaceAll("[^\\w.:-]", "?");
    }
}
