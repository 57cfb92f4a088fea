package io.hark.frontend;

import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.channel.Claim;
import io.hark.objects.ObjectCommand;
import io.hark.protocol.BodyCodec;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectBatch;
import io.hark.rest.ObjectAdmission;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Confined: whether a connection may do what it wants with a channel's objects.
final class ConnectionObjects {
    /// Before it, operations had other fields.
    private static final double VERSION_MIN = 6;

    private static final Set<ChannelMode> MODES = Set.of(ChannelMode.OBJECT_SUBSCRIBE, ChannelMode.OBJECT_PUBLISH);

    private final Frontend frontend;
    private final Connection connection;
    private final ConnectionRights rights;
    private final ConnectionChannels channels;
    private final Claim claim;

    ConnectionObjects(
            Frontend frontend,
            Connection connection,
            ConnectionRights rights,
            ConnectionChannels channels,
            Claim claim) {
        this.frontend = frontend;
        this.connection = connection;
        this.rights = rights;
        this.channels = channels;
        this.claim = claim;
    }

    ObjectAdmission.Result admit(ClientMessage.Objects frame, PublishNumbers.Number number) {
        ChannelName name;
        switch (ChannelName.parse(frame.channel())) {
            case ChannelName.Parsed.Invalid(ErrorInfo error) -> {
                return new ObjectAdmission.Result.Refused(error);
            }
            case ChannelName.Parsed.Valid(ChannelName valid) -> name = valid;
        }
        Optional<ErrorInfo> refusal = refusal(connection.version())
                .or(() -> rights.refusal(name, Operation.OBJECT_PUBLISH))
                .or(() -> channels.missingMode(frame.channel(), ChannelMode.OBJECT_PUBLISH));
        if (refusal.isPresent()) {
            return new ObjectAdmission.Result.Refused(refusal.get());
        }
        ChannelId id = rights.channelId(name);
        byte[] content = BodyCodec.encodeUnlogged(new ObjectBatch("", Optional.empty(), 0, frame.operations()));
        return frontend.admission()
                .objects()
                .admit(new ObjectAdmission.Request(
                        connection.app(),
                        id,
                        connection.identity(),
                        Optional.of(claim),
                        frame.operations().stream().map(ObjectCommand::of).toList(),
                        claim.connectionId() + ':' + number.shown(),
                        Optional.of(number.identity(id, content)),
                        number.mayRepeat(),
                        frontend.wallClock().getAsLong()));
    }

    /// Why a client of that version gets nothing of objects.
    static Optional<ErrorInfo> refusal(double version) {
        return version < VERSION_MIN
                ? Optional.of(ErrorCode.OPERATION_NEEDS_NEWER_SDK.info(
                        "objects need protocol version 6, the connection speaks %s".formatted(version)))
                : Optional.empty();
    }

    /// The modes without those of objects if the client is too old for them.
    static Set<ChannelMode> known(Set<ChannelMode> modes, double version) {
        return modes.stream()
                .filter(mode -> version >= VERSION_MIN || !MODES.contains(mode))
                .collect(Collectors.toUnmodifiableSet());
    }
}
