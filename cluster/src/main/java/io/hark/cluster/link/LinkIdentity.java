package io.hark.cluster.link;

import java.util.Objects;
import java.util.function.Supplier;

/// Value: who a node is to the others, and the secret by which they believe it.
///
/// @param node        stable across restarts; of two nodes the one with the smaller id dials
/// @param incarnation the node's life as the control log knows it, asked for each session
/// @param secret      the same on all nodes of the cluster, at least [#SECRET_BYTES_MIN] bytes
public record LinkIdentity(String node, Supplier<String> incarnation, String region, byte[] secret) {
    public static final int SECRET_BYTES_MIN = 16;

    public LinkIdentity {
        Objects.requireNonNull(incarnation, "incarnation");
        Objects.requireNonNull(region, "region");
        if (node.isEmpty()) {
            throw new IllegalArgumentException("a node's id must not be empty");
        }
        if (secret.length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "the cluster secret must have %d bytes or more, has %d".formatted(SECRET_BYTES_MIN, secret.length));
        }
        secret = secret.clone();
    }

    /// Whether this node dials the other one, and not the other way round.
    boolean dials(String other) {
        return node.compareTo(other) < 0;
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "LinkIdentity[node=%s, region=%s]".formatted(node, region);
    }
}
