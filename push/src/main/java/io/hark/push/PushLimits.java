package io.hark.push;

/// Value: the bounds of what is kept and done for one app.
///
/// @param devicesMax                 registrations; one more is refused
/// @param devicesPerClientMax        registrations with the same clientId; one more is refused
/// @param subscriptionsPerChannelMax subscriptions to one channel; one more is refused
/// @param subscriptionsMax           subscriptions to all channels together; one more is refused
/// @param waitingMax                 notifications that wait to be delivered; one more is refused, or
///                                   told of on the metachannel
/// @param payloadBytesMax            of a notification; a larger one is refused
public record PushLimits(
        int devicesMax,
        int devicesPerClientMax,
        int subscriptionsPerChannelMax,
        int subscriptionsMax,
        int waitingMax,
        int payloadBytesMax) {
    public static final PushLimits DEFAULTS = new PushLimits(1_000_000, 100, 1_000_000, 10_000_000, 100_000, 64 << 10);

    public PushLimits {
        if (devicesMax < 1
                || devicesPerClientMax < 1
                || subscriptionsPerChannelMax < 1
                || subscriptionsMax < 1
                || waitingMax < 1
                || payloadBytesMax < 1) {
            throw new IllegalArgumentException("limits of push must be positive");
        }
    }
}
