package io.hark.rest;

import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectId;
import io.hark.objects.ObjectPath;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectOperation.InitialValue;
import io.hark.protocol.ObjectRequest;
import io.hark.protocol.ProtocolCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Value: the operations of one REST publish, with ids for the objects that they create.
///
/// @param frameId   the ids that the caller gave, or one that nobody had before
/// @param mayRepeat whether the caller may have sent it before
record ObjectRequests(List<ObjectCommand> commands, String frameId, boolean mayRepeat) {
    private static final int ID_CHARS_MAX = 1_024;

    /// @param randomIds some ten characters each
    static ObjectRequests of(Call call, Supplier<String> randomIds) throws Refusal {
        List<ObjectRequest> requests = Bodies.objectRequests(call.request());
        List<ObjectCommand> commands = new ArrayList<>(requests.size());
        StringBuilder ids = new StringBuilder();
        for (ObjectRequest request : requests) {
            commands.add(command(request, call.nowMillis(), randomIds));
            ids.append(ids.isEmpty() ? "" : ",").append(request.id().orElse(""));
        }
        boolean named = requests.stream().anyMatch(request -> request.id().isPresent());
        if (ids.length() > ID_CHARS_MAX) {
            throw new Refusal(
                    ErrorCode.INVALID_MESSAGE_ID,
                    "the ids have %d characters together, the limit is %d".formatted(ids.length(), ID_CHARS_MAX));
        }
        return new ObjectRequests(commands, named ? ids.toString() : randomIds.get(), named);
    }

    private static ObjectCommand command(ObjectRequest request, long nowMillis, Supplier<String> randomIds)
            throws Refusal {
        ObjectOperation operation = request.operation();
        Optional<ObjectPath> path = request.path().map(ObjectPath::parse);
        boolean creation =
                operation instanceof ObjectOperation.MapCreate || operation instanceof ObjectOperation.CounterCreate;
        if (!creation && request.isNamed() == path.isPresent()) {
            throw path.isPresent()
                    ? new Refusal(ErrorCode.OBJECT_INVALID, "an operation has an objectId or a path, not both")
                    : new Refusal(ErrorCode.OBJECT_TARGET_MISSING, "an operation needs an objectId or a path");
        }
        if (creation && request.isNamed()) {
            checkNamed(request);
            return ObjectCommand.of(ObjectMessage.of(operation));
        }
        return new ObjectCommand(
                ObjectMessage.of(creation ? identified(operation, nowMillis, randomIds) : operation), path);
    }

    /// A caller that makes an object's id shows of what, or at least its nonce: that form does not say
    /// how the rest was spelled.
    private static void checkNamed(ObjectRequest request) throws Refusal {
        if (request.path().isPresent()) {
            throw new Refusal(ErrorCode.OBJECT_INVALID, "a creation has an objectId or a path, not both");
        }
        boolean shown = switch (request.operation()) {
            case ObjectOperation.MapCreate(var id, var initial, var entries) -> initial.isPresent();
            case ObjectOperation.CounterCreate(var id, var initial, var count) -> initial.isPresent();
            default -> true;
        };
        if (!shown && request.nonce().isEmpty()) {
            throw new Refusal(
                    ErrorCode.OBJECT_INVALID,
                    "a creation with an objectId needs the nonce that the id was made with, or no objectId");
        }
    }

    /// The creation with the id of its object, and what that is made of.
    private static ObjectOperation identified(ObjectOperation creation, long nowMillis, Supplier<String> randomIds) {
        // Each is shorter than a nonce has to be.
        String nonce = randomIds.get() + randomIds.get() + randomIds.get();
        InitialValue made = new InitialValue(ProtocolCodec.initialValue(creation), nonce);
        return switch (creation) {
            case ObjectOperation.MapCreate(var none, var initial, var entries) -> {
                String id = ObjectId.of(ObjectId.Kind.MAP, made, nowMillis).toString();
                yield new ObjectOperation.MapCreate(id, Optional.of(made), entries);
            }
            case ObjectOperation.CounterCreate(var none, var initial, var count) -> {
                String id = ObjectId.of(ObjectId.Kind.COUNTER, made, nowMillis).toString();
                yield new ObjectOperation.CounterCreate(id, Optional.of(made), count);
            }
            default -> throw new IllegalArgumentException("not a creation: " + creation);
        };
    }
}
