package io.hark.rest;

import io.hark.channel.ChannelId;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.Publish;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Handle: what is left of the rates that channels, keys and apps have on this node. Any thread. What is refused
/// takes nothing from anybody.
public final class Rates {
    /// Channels, keys or apps in use at once, each within about a second; what one more sends is refused.
    private static final int GATES_MAX = 200_000;

    private static final String FORM =
            "Rate limit exceeded; request rejected (nonfatal); metric = %s; limit = %d/s; of = %s; send it again later";

    private final RateLimits limits;
    private final LongSupplier nanos;
    private final boolean unlimited;
    private final AppConnections connections;
    private final RateGates<ChannelId> channelMessages = new RateGates<>(GATES_MAX);
    private final RateGates<ChannelId> channelBytes = new RateGates<>(GATES_MAX);
    private final RateGates<String> keyMessages = new RateGates<>(GATES_MAX);
    private final RateGates<String> appMessages = new RateGates<>(GATES_MAX);
    private final RateGates<String> appRequests = new RateGates<>(GATES_MAX);
    private final RateGates<String> appTokenRequests = new RateGates<>(GATES_MAX);
    private final RateGates<String> appConnections = new RateGates<>(GATES_MAX);

    /// @param nanos a clock that only goes forward
    public Rates(RateLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
        this.unlimited = limits.equals(RateLimits.NONE);
        this.connections = new AppConnections(limits.appConnectionsMax());
    }

    public RateLimits limits() {
        return limits;
    }

    public long nowNanos() {
        return nanos.getAsLong();
    }

    private record Taken(RateGate gate, double amount, double perSecond) {}

    /// Value: what a publish takes from the rates.
    ///
    /// @param bytes    asked for only where bytes are limited
    /// @param mustPass whether it may have been sent before, and so be stored already
    public record Cost(ChannelId channel, int messages, LongSupplier bytes, boolean mustPass) {
        public static Cost of(Publish publish) {
            return new Cost(
                    publish.channel(), publish.count(), () -> PublishAdmission.bytes(publish), publish.mayRepeat());
        }

        public static Cost of(ObjectUpdate update) {
            return new Cost(
                    update.channel(),
                    update.commands().size(),
                    () -> update.commands().stream()
                            .mapToLong(command -> command.message().size())
                            .sum(),
                    update.mayRepeat());
        }
    }

    /// Takes what a publish costs its channel, key and app.
    ///
    /// @return which of them has nothing left, if one has
    public Optional<ErrorInfo> publish(Cost cost, String keyName) {
        if (unlimited) {
            return Optional.empty();
        }
        long bytes = limits.channelBytes() == 0 ? 0 : cost.bytes().getAsLong();
        return publish(cost.channel(), keyName, cost.messages(), bytes, cost.mustPass());
    }

    Optional<ErrorInfo> publish(ChannelId channel, String keyName, int messages, long bytes, boolean mustPass) {
        long now = nanos.getAsLong();
        List<Taken> taken = new ArrayList<>(4);
        Optional<ErrorInfo> refusal = take(
                        channelMessages,
                        channel,
                        messages,
                        limits.channelMessages(),
                        now,
                        mustPass,
                        taken,
                        ErrorCode.CHANNEL_MESSAGE_RATE,
                        "channel.maxRate")
                .or(() -> take(
                        channelBytes,
                        channel,
                        bytes,
                        limits.channelBytes(),
                        now,
                        mustPass,
                        taken,
                        ErrorCode.CHANNEL_BANDWIDTH,
                        "channel.maxBandwidth"))
                .or(() -> take(
                        keyMessages,
                        keyName,
                        messages,
                        limits.keyMessages(),
                        now,
                        mustPass,
                        taken,
                        ErrorCode.KEY_MESSAGE_RATE,
                        "key.messages.maxRate"))
                .or(() -> take(
                        appMessages,
                        channel.app(),
                        messages,
                        limits.appMessages(),
                        now,
                        mustPass,
                        taken,
                        ErrorCode.APP_MESSAGE_RATE,
                        "app.messages.maxRate"));
        if (refusal.isPresent()) {
            taken.forEach(one -> one.gate().giveBack(one.amount(), one.perSecond()));
        }
        return refusal;
    }

    /// Takes an HTTP request.
    public Optional<ErrorInfo> request(String appId) {
        return takeOne(appRequests, appId, limits.appRequests(), ErrorCode.APP_REQUEST_RATE, "app.apiRequests.maxRate");
    }

    public Optional<ErrorInfo> tokenRequest(String appId) {
        return takeOne(
                appTokenRequests,
                appId,
                limits.appTokenRequests(),
                ErrorCode.APP_REQUEST_RATE,
                "app.tokenRequests.maxRate");
    }

    /// Takes a connection that opens. If this answers nothing, [#connectionClosed] gives its place back.
    public Optional<ErrorInfo> connectionOpened(String appId) {
        return takeOne(
                        appConnections,
                        appId,
                        limits.appConnections(),
                        ErrorCode.TOO_MANY_CONNECTIONS,
                        "app.connections.maxRate")
                .or(() -> connections.opened(appId));
    }

    public void connectionClosed(String appId) {
        connections.closed(appId);
    }

    private Optional<ErrorInfo> takeOne(
            RateGates<String> gates, String of, int perSecond, ErrorCode code, String metric) {
        return take(gates, of, 1, perSecond, nanos.getAsLong(), false, new ArrayList<>(1), code, metric);
    }

    private static <K> Optional<ErrorInfo> take(
            RateGates<K> gates,
            K of,
            double amount,
            int perSecond,
            long now,
            boolean mustPass,
            List<Taken> taken,
            ErrorCode code,
            String metric) {
        if (perSecond == 0) {
            return Optional.empty();
        }
        Optional<RateGate> gate = gates.of(of, now);
        if (mustPass) {
            gate.ifPresent(known -> known.force(amount, perSecond, now));
            return Optional.empty();
        }
        if (gate.isPresent() && gate.get().take(amount, perSecond, now)) {
            taken.add(new Taken(gate.get(), amount, perSecond));
            return Optional.empty();
        }
        return Optional.of(code.info(FORM.formatted(metric, perSecond, of)));
    }
}
