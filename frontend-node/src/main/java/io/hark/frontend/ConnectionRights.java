package io.hark.frontend;

import io.hark.auth.Capability;
import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.ChannelAccess;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Confined: what the connection's credentials allow at the moment; they change when it authenticates again.
final class ConnectionRights {
    private final Connection connection;
    private final boolean secure;

    ConnectionRights(Connection connection, boolean secure) {
        this.connection = connection;
        this.secure = secure;
    }

    ChannelId channelId(ChannelName name) {
        return ChannelId.of(connection.grant().appId(), ChannelAccess.id(name));
    }

    boolean permits(ChannelName name, Operation operation) {
        return ChannelAccess.capabilityRefusal(connection.grant(), name, operation)
                .isEmpty();
    }

    Optional<ErrorInfo> refusal(ChannelName name, Operation operation) {
        return ChannelAccess.refusal(
                connection.app(), connection.grant(), connection.identity(), secure, name, operation);
    }

    /// What stands between the client and the channel whatever it wants to do there.
    Optional<ErrorInfo> namespaceRefusal(ChannelName name) {
        return ChannelAccess.namespaceRefusal(connection.app(), connection.identity(), secure, name);
    }

    /// @param granted what [#granted] gave
    Optional<ErrorInfo> attachRefusal(ChannelName name, Set<ChannelMode> granted) {
        if (granted.isEmpty()) {
            return Optional.of(ErrorCode.CAPABILITY_REFUSED.info(
                    "Channel denied access based on given capability; channel %s".formatted(name.full())));
        }
        return namespaceRefusal(name);
    }

    /// The modes asked for, as far as the capability goes; the defaults when none were asked for.
    Set<ChannelMode> granted(ChannelName name, Optional<Set<ChannelMode>> requested) {
        Capability capability = connection.grant().capability();
        Set<Operation> operations = capability.permitsAny(ChannelAccess.resource(name));
        boolean listensOnly = ChannelAccess.isMeta(name) || ChannelAccess.isFiltered(name);
        EnumSet<ChannelMode> modes = EnumSet.noneOf(ChannelMode.class);
        for (ChannelMode mode : requested.orElse(ChannelMode.DEFAULTS)) {
            boolean possible = !listensOnly || mode == ChannelMode.SUBSCRIBE;
            if (possible && operations(mode).stream().anyMatch(operations::contains)) {
                modes.add(mode);
            }
        }
        return modes;
    }

    private static List<Operation> operations(ChannelMode mode) {
        return switch (mode) {
            case PRESENCE -> List.of(Operation.PRESENCE);
            case PUBLISH -> List.of(Operation.PUBLISH);
            case SUBSCRIBE, PRESENCE_SUBSCRIBE -> List.of(Operation.SUBSCRIBE);
            case ANNOTATION_PUBLISH -> List.of(Operation.ANNOTATION_PUBLISH);
            case ANNOTATION_SUBSCRIBE -> List.of(Operation.ANNOTATION_SUBSCRIBE);
            case OBJECT_SUBSCRIBE -> List.of(Operation.OBJECT_SUBSCRIBE, Operation.SUBSCRIBE);
            case OBJECT_PUBLISH -> List.of(Operation.OBJECT_PUBLISH);
        };
    }
}
