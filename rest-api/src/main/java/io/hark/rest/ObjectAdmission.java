package io.hark.rest;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.auth.App;
import io.hark.auth.Identity;
import io.hark.channel.ChannelId;
import io.hark.channel.Claim;
import io.hark.channel.IdHash;
import io.hark.channel.ObjectUpdate;
import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectPublish;
import io.hark.objects.ObjectRules;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Value: makes an [ObjectUpdate] of what a client sent, or says why not. The one place for what holds
/// for operations on objects over REST and realtime, whatever objects there are (RTO11 to RTO15). Any
/// thread. Capability and namespace are [ChannelAccess]'s business.
public final class ObjectAdmission {
    private static final byte FRAME_ID = 4;

    private final PublishLimits limits;
    private final ChannelPolicies policies;

    ObjectAdmission(PublishLimits limits, ChannelPolicies policies) {
        this.limits = limits;
        this.policies = policies;
    }

    /// Value: what is to be done, by whom.
    ///
    /// @param publisher     the publishing connection; empty over REST
    /// @param frameId       the base of the operations' ids
    /// @param identity      for dedupe; made of `frameId` when empty
    /// @param mayRepeat     whether an update with that identity may have been sent before
    public record Request(
            App app,
            ChannelId channel,
            Identity sender,
            Optional<Claim> publisher,
            List<ObjectCommand> commands,
            String frameId,
            Optional<IdHash> identity,
            boolean mayRepeat,
            long nowMillis) {}

    /// The update for the router, or an error for the client.
    public sealed interface Result {
        record Admitted(ObjectUpdate update) implements Result {}

        /// Nothing of it is to be done.
        record Refused(ErrorInfo error) implements Result {}
    }

    public Result admit(Request request) {
        try {
            checkBounds(request.commands());
            List<ObjectCommand> admitted = new ArrayList<>(request.commands().size());
            for (ObjectCommand command : request.commands()) {
                admitted.add(admitted(command, request));
            }
            return new Result.Admitted(new ObjectUpdate(
                    request.channel(),
                    request.identity().orElseGet(() -> hash(request.frameId())),
                    request.mayRepeat(),
                    request.publisher(),
                    request.frameId(),
                    request.publisher().map(Claim::connectionId),
                    admitted,
                    policies.of(request.app(), request.channel().name()),
                    limits.objectsBytesMax()));
        } catch (Refusal refusal) {
            return new Result.Refused(refusal.error());
        }
    }

    private void checkBounds(List<ObjectCommand> commands) throws Refusal {
        if (commands.isEmpty()) {
            throw new Refusal(ErrorCode.INVALID_PUBLISH, "there is no operation in this publish");
        }
        if (commands.size() > limits.messagesMax()) {
            throw new Refusal(
                    ErrorCode.TOO_MANY_MESSAGES,
                    "%d operations in one publish, the limit is %d; send fewer at once"
                            .formatted(commands.size(), limits.messagesMax()));
        }
        long bytes = 0;
        int entries = 0;
        for (ObjectCommand command : commands) {
            bytes += command.message().size();
            if (command.message().operation() instanceof ObjectOperation.MapCreate create) {
                entries += create.entries().size();
            }
        }
        if (bytes > limits.bytesMax()) {
            throw new Refusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the publish is %d bytes, the limit is %d; split it".formatted(bytes, limits.bytesMax()));
        }
        if (entries > ObjectPublish.KEYS_MAX) {
            throw new Refusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the new maps have %d keys together, the limit is %d; split the publish"
                            .formatted(entries, ObjectPublish.KEYS_MAX));
        }
    }

    /// The command with the clientId that it stands for.
    private static ObjectCommand admitted(ObjectCommand command, Request request) throws Refusal {
        ObjectMessage message = command.message();
        ObjectOperation operation = message.operation();
        Optional<Boolean> proven = switch (operation) {
            case ObjectOperation.MapCreate(var id, var initial, var entries) -> Optional.of(initial.isPresent());
            case ObjectOperation.CounterCreate(var id, var initial, var count) -> Optional.of(initial.isPresent());
            default -> Optional.empty();
        };
        if (request.publisher().isPresent() && proven.equals(Optional.of(false))) {
            throw new Refusal(
                    ErrorCode.OBJECT_INVALID,
                    "the creation of an object has an initialValue and a nonce, of which its id is made");
        }
        boolean named = proven.isPresent() || command.path().isEmpty();
        Refusal.throwIf(ObjectRules.refusal(operation, named, request.nowMillis()));
        Optional<String> clientId = Refusal.orThrow(request.sender().checkClientId(message.clientId()));
        return new ObjectCommand(message.withClientId(clientId), command.path());
    }

    private static IdHash hash(String id) {
        return IdHash.of(Hashing.xxh3_128().hashStream().putByte(FRAME_ID).putString(id));
    }
}
