package io.hark.cluster.link;

import java.time.Duration;

/// Value: the bounds of the links.
///
/// @param frameBytes      what waits is sent in frames of about this size
/// @param messageBytesMax a frame beyond it ends the session; so no message may come near it
/// @param queueBytesMax   a session for which more than this waits to be sent is ended; an estimate is counted
/// @param heartbeatEvery  a session on which nothing was sent for so long sends an empty frame
/// @param silenceMax      a session on which nothing came for so long is ended; at least twice `heartbeatEvery`
/// @param handshakeWithin a session that has not begun after this is given up
/// @param unprovenMax     sessions in the handshake beyond it are refused
/// @param redialMin       pause before the first redial; doubled up to `redialMax` until a session begins
/// @param closeWithin     after it, sessions that are still to be closed are cut off
public record LinkLimits(
        int frameBytes,
        int messageBytesMax,
        long queueBytesMax,
        Duration heartbeatEvery,
        Duration silenceMax,
        Duration handshakeWithin,
        int unprovenMax,
        Duration redialMin,
        Duration redialMax,
        Duration closeWithin) {
    public static final LinkLimits DEFAULT = new LinkLimits(
            256 << 10,
            64 << 20,
            64L << 20,
            Duration.ofSeconds(1),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3),
            16,
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2));

    public LinkLimits {
        check(frameBytes > 0, "frameBytes must be positive, was " + frameBytes);
        check(messageBytesMax > frameBytes, "messageBytesMax must be more than frameBytes, was " + messageBytesMax);
        check(queueBytesMax > 0, "queueBytesMax must be positive, was " + queueBytesMax);
        check(heartbeatEvery.isPositive(), "heartbeatEvery must be positive, was " + heartbeatEvery);
        check(
                silenceMax.compareTo(heartbeatEvery.multipliedBy(2)) >= 0,
                "silenceMax must be at least twice heartbeatEvery, was " + silenceMax);
        check(handshakeWithin.isPositive(), "handshakeWithin must be positive, was " + handshakeWithin);
        check(unprovenMax > 0, "unprovenMax must be positive, was " + unprovenMax);
        check(redialMin.isPositive(), "redialMin must be positive, was " + redialMin);
        check(redialMax.compareTo(redialMin) >= 0, "redialMax must not be below redialMin, was " + redialMax);
        check(closeWithin.isPositive(), "closeWithin must be positive, was " + closeWithin);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("links: " + otherwise);
        }
    }

    /// For a JVM with so much heap: several links may have their queues full at once.
    public static LinkLimits forHeap(long heapBytes) {
        return DEFAULT.withQueueBytesMax(Math.clamp(heapBytes / 32, 4L << 20, DEFAULT.queueBytesMax()));
    }

    public LinkLimits withQueueBytesMax(long bytes) {
        return new LinkLimits(
                frameBytes,
                messageBytesMax,
                bytes,
                heartbeatEvery,
                silenceMax,
                handshakeWithin,
                unprovenMax,
                redialMin,
                redialMax,
                closeWithin);
    }

    public LinkLimits withSilence(Duration heartbeat, Duration silence) {
        return new LinkLimits(
                frameBytes,
                messageBytesMax,
                queueBytesMax,
                heartbeat,
                silence,
                handshakeWithin,
                unprovenMax,
                redialMin,
                redialMax,
                closeWithin);
    }
}
