package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.IdHash;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Value: a request to a chat room, `/chat/<version>/rooms/<room>/...`, and who makes it.
///
/// @param channel which the room is
record ChatCall(Call call, Caller caller, ChatVersion version, String room, ChannelName channel) {
    private static final int ROOM = 1;
    private static final int SERIAL = 2;

    private static final String CHANNEL_SUFFIX = "::$chat";
    private static final byte IDEMPOTENCY_KEY = 5;

    /// @throws Refusal 40400 for another version, 40010 for what cannot be a room's name, and 401 for strangers
    static ChatCall of(Call call, RestServices services) throws Refusal {
        String segment = call.path().getFirst();
        ChatVersion version = ChatVersion.of(segment)
                .orElseThrow(() -> new Refusal(
                        ErrorCode.NOT_FOUND, "there is no chat API '%s'; use v4, or v1 to v3".formatted(segment)));
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        String room = call.path().get(ROOM);
        // `[meta]room` would be a channel of another kind.
        if (room.isEmpty() || room.startsWith("[")) {
            throw new Refusal(
                    ErrorCode.INVALID_CHANNEL_NAME,
                    "'%s' is not the name of a room: it is empty, or starts with '['".formatted(room));
        }
        return new ChatCall(call, caller, version, room, Call.channelNamed(room + CHANNEL_SUFFIX));
    }

    void require(Operation operation) throws Refusal {
        caller.require(channel, operation);
    }

    /// All but the capability, which a change of a message looks at when it knows whose it is.
    void requireAccess() throws Refusal {
        Refusal.throwIf(ChannelAccess.namespaceRefusal(caller.app(), caller.identity(), caller.secure(), channel));
    }

    /// The message that the path names.
    ///
    /// @throws Refusal 40003 for what is no serial
    String serial() throws Refusal {
        return ChangeAdmission.serial(Optional.of(named()));
    }

    /// What the path has for the message, for those who look whether it is a serial later.
    String named() {
        return call.path().get(SERIAL);
    }

    /// Who says, changes or likes something: the caller, or whom he names if he may be anybody.
    ///
    /// @throws Refusal 40012 for whom he may not be
    Optional<String> clientId() throws Refusal {
        return Refusal.orThrow(caller.identity().checkClientId(call.param("clientId")));
    }

    /// What the request is known by if it can come again: clients that send it again on another connection give
    /// it a key.
    ///
    /// @param about what it is for, so that the key says nothing about other requests
    /// @throws Refusal 40031 for a key that is empty or too long
    Optional<IdHash> identity(String about) throws Refusal {
        Optional<String> key = call.param("idempotencyKey");
        if (key.isPresent() && (key.get().isEmpty() || key.get().length() > PublishAdmission.ID_CHARS_MAX)) {
            throw new Refusal(
                    ErrorCode.INVALID_MESSAGE_ID,
                    "an idempotencyKey has 1 to %d characters, this has %d"
                            .formatted(PublishAdmission.ID_CHARS_MAX, key.get().length()));
        }
        return key.map(text -> PublishAdmission.hash(IDEMPOTENCY_KEY, about + ' ' + text));
    }

    /// Asks for something of the message that the path names.
    CompletionStage<Reply> look(
            RestServices services, MessageQuery.Wanted wanted, Function<MessageDetails, Reply> reply) throws Refusal {
        MessageQuery query = new MessageQuery(caller.idOf(channel), serial(), wanted);
        return services.router().look(query).thenApply(answer -> switch (answer) {
            case Answer.Ok<MessageDetails>(var details) -> reply.apply(details);
            case Answer.Refused<MessageDetails>(var error) -> Reply.error(error);
        });
    }
}
