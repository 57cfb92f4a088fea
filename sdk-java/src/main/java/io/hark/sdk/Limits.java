package io.hark.sdk;

/// Value: how much a client keeps in memory, and what happens beyond that.
///
/// @param pendingPublishesMax publishes and presence changes that wait for their acknowledgement;
///                            another one is refused with 42910
/// @param pendingBytesMax     the same in bytes of their data
/// @param bufferMessagesMax   what a subscription keeps for a subscriber that has not asked for it yet;
///                            beyond it the subscription leaves its place in the channel and comes back
///                            to it when half is taken
/// @param bufferBytesMax      the same in bytes of data
/// @param frameBytesMax       one frame or answer of the server; a larger one ends the transport
public record Limits(
        int pendingPublishesMax, long pendingBytesMax, int bufferMessagesMax, long bufferBytesMax, int frameBytesMax) {
    public static final Limits DEFAULTS = new Limits(10_000, 64 << 20, 1_024, 8 << 20, 16 << 20);

    public Limits {
        positive("pendingPublishesMax", pendingPublishesMax);
        positive("pendingBytesMax", pendingBytesMax);
        positive("bufferMessagesMax", bufferMessagesMax);
        positive("bufferBytesMax", bufferBytesMax);
        positive("frameBytesMax", frameBytesMax);
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("limits.%s must be positive, was %d".formatted(name, value));
        }
    }

    public Limits withPendingPublishesMax(int value) {
        return new Limits(value, pendingBytesMax, bufferMessagesMax, bufferBytesMax, frameBytesMax);
    }

    public Limits withBufferMessagesMax(int value) {
        return new Limits(pendingPublishesMax, pendingBytesMax, value, bufferBytesMax, frameBytesMax);
    }
}
