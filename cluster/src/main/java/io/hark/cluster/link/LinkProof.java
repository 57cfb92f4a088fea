package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Proof that the sender of a [Wire.Hello] knows the cluster's secret: an HMAC over everything in it,
/// over the nonce that the other one gave for this session only, and over whom it is for. So what was
/// overheard, or was said to another node or in the other role, proves nothing. Any thread.
///
/// Without TLS it keeps strangers from opening a session; it does not keep those who can change packets
/// on the way from taking one over.
final class LinkProof {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int NONCE_BYTES = 32;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    LinkProof(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /// Which end of a session speaks.
    enum Role {
        DIALER,
        ACCEPTOR
    }

    ByteString nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return ByteString.copyFrom(nonce);
    }

    /// @param hello the proof in it is not looked at
    /// @param to    the node that it is for
    /// @param given the nonce that this node gave
    ByteString of(Role role, Wire.Hello hello, String to, ByteString given) {
        Mac mac = mac();
        number(mac, hello.getProtocolVersion());
        number(mac, role.ordinal());
        number(mac, hello.getSession());
        text(mac, hello.getNode());
        text(mac, hello.getIncarnation());
        text(mac, hello.getRegion());
        text(mac, to);
        bytes(mac, hello.getNonce().toByteArray());
        bytes(mac, given.toByteArray());
        return ByteString.copyFrom(mac.doFinal());
    }

    boolean holds(Role role, Wire.Hello hello, String to, ByteString given) {
        byte[] due = of(role, hello, to, given).toByteArray();
        return MessageDigest.isEqual(due, hello.getProof().toByteArray());
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    private static void text(Mac mac, String text) {
        bytes(mac, text.getBytes(StandardCharsets.UTF_8));
    }

    // Each with its length, so that no two sets of fields give the same bytes.
    private static void bytes(Mac mac, byte[] bytes) {
        number(mac, bytes.length);
        mac.update(bytes);
    }

    private static void number(Mac mac, long number) {
        mac.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
    }
}
