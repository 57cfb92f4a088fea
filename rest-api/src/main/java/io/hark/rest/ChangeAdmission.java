package io.hark.rest;

import io.hark.auth.Identity;
import io.hark.auth.Operation;
import io.hark.channel.Publish;
import io.hark.protocol.ContentSize;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.MessageVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The rules for updates, deletes and appends of messages (RSL15, RTL32), part of [PublishAdmission].
final class ChangeAdmission {
    /// A serial as every server of the protocol spells it, but for what it says of where the message was accepted.
    private static final Pattern SERIAL = Pattern.compile("[0-9]{14}-[0-9]{3}@[^/:]{1,64}(:[0-9]{1,3})?");

    private ChangeAdmission() {}

    static boolean isChange(List<Message> messages) {
        for (Message message : messages) {
            if (message.action() != MessageAction.CREATE) {
                return true;
            }
        }
        return false;
    }

    /// @param connectionId of the connection that changes the message, if it is one
    /// @param identity     of whoever changes it
    static Publish.Change content(
            PublishAdmission.Request request, Optional<String> connectionId, Identity identity, PublishLimits limits)
            throws Refusal {
        requireMutable(request);
        if (request.messages().size() != 1) {
            throw new Refusal(
                    ErrorCode.INVALID_PUBLISH,
                    "an update, delete or append is of one message, this publish has %d; send them one by one"
                            .formatted(request.messages().size()));
        }
        Message message = request.messages().getFirst();
        Optional<String> owner = owner(request, identity, message.action());
        String serial = serial(message.serial());
        PublishAdmission.checkPrivileged(message, request);
        MessageVersion version = version(message, identity);
        long bytes = ContentSize.of(message) + size(version);
        if (bytes > limits.bytesMax()) {
            throw new Refusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the change is %d bytes, the limit is %d".formatted(bytes, limits.bytesMax()));
        }
        Message change = new Message(
                Optional.empty(),
                message.name(),
                message.data(),
                message.encoding(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                PublishAdmission.extras(message, false),
                message.action(),
                Optional.of(serial),
                Optional.of(version),
                Map.of());
        return new Publish.Change(
                new MessageBatch(request.frameId(), connectionId, 0, List.of(change)), owner, limits.bytesMax());
    }

    private static void requireMutable(PublishAdmission.Request request) throws Refusal {
        if (!ChannelAccess.isMutable(request.app(), request.channel())) {
            throw new Refusal(ErrorCode.MUTABLE_MESSAGES_NOT_ENABLED.info());
        }
    }

    /// @throws Refusal 40003 for what no message can have as its serial, 40400 for one that was not given here
    static String serial(Optional<String> serial) throws Refusal {
        String text = serial.orElse("");
        if (MessageSerial.parse(text).isEmpty()) {
            throw SERIAL.matcher(text).matches()
                    ? new Refusal(ErrorCode.NOT_FOUND, "there is no message %s on the channel".formatted(text))
                    : new Refusal(
                            ErrorCode.INVALID_PARAMETER_VALUE, "'%s' is not the serial of a message".formatted(text));
        }
        return text;
    }

    private static MessageVersion version(Message message, Identity identity) throws Refusal {
        MessageVersion given = message.version().orElseGet(MessageVersion::new);
        return new MessageVersion(
                Optional.empty(),
                0,
                Refusal.orThrow(identity.checkClientId(given.clientId())),
                given.description(),
                given.metadata());
    }

    private static long size(MessageVersion version) {
        long size = version.description().map(String::length).orElse(0);
        for (Map.Entry<String, String> each : version.metadata().entrySet()) {
            size += each.getKey().length() + each.getValue().length();
        }
        return size;
    }

    /// @return whose message it must be; empty when it may be anybody's
    private static Optional<String> owner(PublishAdmission.Request request, Identity identity, MessageAction action)
            throws Refusal {
        boolean delete = action == MessageAction.DELETE;
        if (request.permits().test(delete ? Operation.MESSAGE_DELETE_ANY : Operation.MESSAGE_UPDATE_ANY)) {
            return Optional.empty();
        }
        Operation own = delete ? Operation.MESSAGE_DELETE_OWN : Operation.MESSAGE_UPDATE_OWN;
        if (!request.permits().test(own)) {
            throw new Refusal(
                    ErrorCode.CAPABILITY_REFUSED,
                    "changing a message needs the capability %s, or the one for any message".formatted(own.word()));
        }
        if (identity.clientId().isEmpty()) {
            throw new Refusal(
                    ErrorCode.ANONYMOUS_OWNS_NOTHING,
                    "the capability is for own messages only, and a client without a clientId has none");
        }
        return identity.clientId();
    }
}
