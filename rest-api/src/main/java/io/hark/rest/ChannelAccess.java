package io.hark.rest;

import io.hark.auth.App;
import io.hark.auth.Delivery;
import io.hark.auth.Grant;
import io.hark.auth.Identity;
import io.hark.auth.Namespace;
import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.Optional;
import java.util.Set;

/// Whether a client may do something on a channel; the same over REST and realtime.
public final class ChannelAccess {
    /// Clients compare this text for equality.
    private static final String DENIED = "Unable to perform channel operation (permission denied)";

    private static final Set<Operation> READS =
            Set.of(Operation.SUBSCRIBE, Operation.HISTORY, Operation.CHANNEL_METADATA);

    private ChannelAccess() {}

    /// What capabilities call the channel: params do not matter to them, `[meta]` and `[filter]` do.
    public static String resource(ChannelName channel) {
        return isFiltered(channel) ? "[filter]" + channel.base() : id(channel);
    }

    /// The channel whose log it is: a filtered channel has that of the one that it filters.
    public static String id(ChannelName channel) {
        return isMeta(channel) ? "[meta]" + channel.base() : channel.base();
    }

    /// Whether the channel is one of the server's own reports. It has no rules.
    public static boolean isMeta(ChannelName channel) {
        return channel.qualifier().isPresent() && channel.qualifier().get() instanceof ChannelName.Qualifier.Meta;
    }

    /// Whether the channel is what an expression selects of another one's messages. One can only listen
    /// to it.
    public static boolean isFiltered(ChannelName channel) {
        return channel.qualifier().isPresent() && channel.qualifier().get() instanceof ChannelName.Qualifier.Filter;
    }

    /// How live messages reach those who are attached.
    public static Delivery delivery(App app, ChannelName channel) {
        return isMeta(channel)
                ? Delivery.AT_ONCE
                : app.namespaceOf(channel.base()).delivery();
    }

    /// Whether messages of the channel can be updated, deleted, appended to and annotated.
    public static boolean isMutable(App app, ChannelId channel) {
        return app.namespaceOf(channel.name()).mutableMessages();
    }

    /// All that stands between the client and the operation: capability, then the rules of the namespace.
    public static Optional<ErrorInfo> refusal(
            App app, Grant grant, Identity identity, boolean secure, ChannelName channel, Operation operation) {
        return capabilityRefusal(grant, channel, operation).or(() -> namespaceRefusal(app, identity, secure, channel));
    }

    /// @return 40160 when the capability does not grant the operation, for anything but reading on a
    ///         metachannel, and for anything but listening on a filtered channel
    public static Optional<ErrorInfo> capabilityRefusal(Grant grant, ChannelName channel, Operation operation) {
        if (isFiltered(channel) && operation != Operation.SUBSCRIBE) {
            return Optional.of(ErrorCode.CAPABILITY_REFUSED.info(
                    "one can only subscribe to a filtered channel; use channel " + channel.base()));
        }
        boolean possible = !isMeta(channel) || READS.contains(operation);
        return possible && grant.capability().permits(operation, resource(channel))
                ? Optional.empty()
                : Optional.of(ErrorCode.CAPABILITY_REFUSED.info(DENIED));
    }

    /// @return 40161 for anonymous clients where identified ones are wanted, 40311 for plain HTTP where TLS is
    public static Optional<ErrorInfo> namespaceRefusal(
            App app, Identity identity, boolean secure, ChannelName channel) {
        if (isMeta(channel)) {
            return Optional.empty();
        }
        Namespace rules = app.namespaceOf(channel.base());
        if (rules.identified() && identity.clientId().isEmpty()) {
            return Optional.of(ErrorCode.IDENTIFIED_CLIENT_REQUIRED.info(
                    "Access denied to channel: namespace %s requires identified clients".formatted(rules.id())));
        }
        return rules.tlsOnly() && !secure
                ? Optional.of(ErrorCode.TLS_REQUIRED.info(
                        "Access denied to channel: namespace %s is reachable over TLS only".formatted(rules.id())))
                : Optional.empty();
    }
}
