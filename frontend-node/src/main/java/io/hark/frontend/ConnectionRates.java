package io.hark.frontend;

import io.hark.auth.Grant;
import io.hark.channel.ChannelId;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.RateGate;
import io.hark.rest.RateGates;
import io.hark.rest.RateLimits;
import io.hark.rest.Rates;
import java.util.Optional;
import java.util.OptionalDouble;

/// Confined: how fast one connection may send.
final class ConnectionRates {
    /// Times the limit: a client that sends so much does not listen to refusals.
    static final int FATAL_FACTOR = 20;

    private static final String FORM =
            "Rate limit exceeded; request rejected (nonfatal); metric = %s; limit = %s/s; send it again later";

    private final Rates rates;
    private final RateLimits limits;
    private final int channelsMax;
    private final Optional<RateGate> frames;
    private final Optional<RateGate> messages;
    private final Optional<RateGate> attempts;

    /// Made when a token has rates of its own.
    private Optional<RateGates<ChannelId>> perChannel = Optional.empty();

    /// @param channelsMax channels that a token's own rates are kept for at once
    ConnectionRates(Rates rates, int channelsMax) {
        this.rates = rates;
        this.limits = rates.limits();
        this.channelsMax = channelsMax;
        frames = gate(limits.connectionFrames());
        messages = gate(limits.connectionMessages());
        attempts = gate(limits.connectionMessages());
    }

    private Optional<RateGate> gate(int perSecond) {
        return perSecond == 0 ? Optional.empty() : Optional.of(new RateGate(rates.nowNanos()));
    }

    /// Takes a frame.
    ///
    /// @return why the connection must end, if so
    Optional<ErrorInfo> frame() {
        int max = limits.connectionFrames();
        return frames.isEmpty() || frames.get().take(1, max, rates.nowNanos())
                ? Optional.empty()
                : Optional.of(ErrorCode.CONNECTION_FRAME_RATE_FATAL.info(
                        "the connection sends more than %d frames a second; connect again and send less"
                                .formatted(max)));
    }

    /// Takes the attempt to publish.
    ///
    /// @return why the connection must end, if so
    Optional<ErrorInfo> attempt(int count) {
        int max = limits.connectionMessages();
        return attempts.isEmpty() || attempts.get().take(count, (double) max * FATAL_FACTOR, rates.nowNanos())
                ? Optional.empty()
                : Optional.of(ErrorCode.CONNECTION_MESSAGE_RATE_FATAL.info(
                        "the connection publishes more than %d times the %d messages a second that it may"
                                .formatted(FATAL_FACTOR, max)));
    }

    /// Takes a publish: from the connection, what its token allows on the channel, the channel, key and app.
    Optional<ErrorInfo> publish(Rates.Cost cost, Grant grant) {
        long now = rates.nowNanos();
        int count = cost.messages();
        boolean mustPass = cost.mustPass();
        int max = limits.connectionMessages();
        if (mustPass) {
            messages.ifPresent(gate -> gate.force(count, max, now));
        } else if (messages.isPresent() && !messages.get().take(count, max, now)) {
            return Optional.of(
                    ErrorCode.CONNECTION_MESSAGE_RATE.info(FORM.formatted("connection.inbound.maxRate", max)));
        }
        Optional<ErrorInfo> refusal =
                ofToken(cost.channel(), grant, count, mustPass, now).or(() -> rates.publish(cost, grant.keyName()));
        if (refusal.isPresent()) {
            messages.ifPresent(gate -> gate.giveBack(count, max));
        }
        return refusal;
    }

    private Optional<ErrorInfo> ofToken(ChannelId channel, Grant grant, int count, boolean mustPass, long now) {
        if (mustPass || grant.terms().publishRates().isEmpty()) {
            return Optional.empty();
        }
        OptionalDouble max = grant.terms().publishRates().on(channel.name());
        return max.isEmpty() || takeOnChannel(channel, count, max.getAsDouble(), now)
                ? Optional.empty()
                : Optional.of(ErrorCode.CONNECTION_MESSAGE_RATE.info(
                        FORM.formatted("attachment.publish.maxRate of the token", max.getAsDouble())));
    }

    private boolean takeOnChannel(ChannelId channel, int count, double perSecond, long now) {
        if (perChannel.isEmpty()) {
            perChannel = Optional.of(new RateGates<>(channelsMax));
        }
        return perSecond > 0
                && perChannel
                        .get()
                        .of(channel, now)
                        .filter(gate -> gate.take(count, perSecond, now))
                        .isPresent();
    }
}
