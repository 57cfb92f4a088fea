package io.hark.auth;

import java.util.OptionalDouble;

/// Value: the most messages that a token's holder may publish in a second on one channel
/// (`ably.limits.publish.perAttachment.maxRate.*`).
public record PublishRates(ByResource<Double> perAttachment) {
    public static final PublishRates NONE = new PublishRates(ByResource.none());

    /// @param channelBaseName without qualifier
    public OptionalDouble on(String channelBaseName) {
        return perAttachment.of(channelBaseName).map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
    }

    /// Whether no channel is limited.
    public boolean isEmpty() {
        return perAttachment.entries().isEmpty();
    }
}
