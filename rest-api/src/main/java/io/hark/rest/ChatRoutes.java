package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.channel.OccupancyMetric;
import io.hark.channel.OccupancyMetrics;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.MessageVersion;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// The messages of chat rooms and who is there (CHA-M, CHA-O); reactions are [ChatReactionRoutes]' business. A
/// room is a channel, so what is said here is told to those attached to it, and the other way round.
final class ChatRoutes {
    private static final Set<OccupancyMetric> SHOWN =
            EnumSet.of(OccupancyMetric.CONNECTIONS, OccupancyMetric.PRESENCE_MEMBERS);

    private final RestServices services;
    private final Publishing publishing;

    ChatRoutes(RestServices services, Publishing publishing) {
        this.services = services;
        this.publishing = publishing;
    }

    void addTo(Router router) {
        router.on("POST", "chat/*/rooms/*/messages", this::send)
                .on("GET", "chat/*/rooms/*/messages", this::history)
                .on("GET", "chat/*/rooms/*/messages/*", this::latest)
                .on("GET", "chat/*/rooms/*/messages/*/versions", this::versions)
                .on("PUT", "chat/*/rooms/*/messages/*", this::update)
                .on("POST", "chat/*/rooms/*/messages/*/delete", this::delete)
                .on("GET", "chat/*/rooms/*/occupancy", this::occupancy);
    }

    private CompletionStage<Reply> send(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.PUBLISH);
        MessageRoutes.refuseIfAsked(call);
        ChatContent content = ChatContent.read(Bodies.object(call.request()));
        String clientId = chat.clientId()
                .orElseThrow(() -> new Refusal(
                        ErrorCode.IDENTIFIED_CLIENT_REQUIRED,
                        "who sends to a room needs a clientId: give one with the credentials, or in X-Ably-ClientId"));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", ChatMessage.NAME);
        tree.put("clientId", clientId);
        content.addTo(tree, false);
        Message message = Bodies.messages(tree, call.request()).getFirst();
        return publishing
                .one(chat.caller(), chat.channel(), message, chat.identity("send"))
                .thenApply(outcome -> reply(outcome, serial -> Reply.of(201, sent(chat, serial, clientId, content))));
    }

    private static Reply reply(Outcome<String> outcome, Function<String, Reply> ok) {
        return switch (outcome) {
            case Outcome.Ok<String>(String serial) -> ok.apply(serial);
            case Outcome.Refused<String>(ErrorInfo error) -> Reply.error(error);
        };
    }

    /// Its serial says when it was accepted, so that nothing has to be read.
    private static Map<String, Object> sent(ChatCall chat, String serial, String clientId, ChatContent content) {
        long millis = millisOf(serial);
        return switch (chat.version()) {
            case V1 -> Map.of("timeserial", serial, "createdAt", millis);
            case V2, V3 -> Map.of("serial", serial, "createdAt", millis);
            case V4 ->
                new ChatMessage(
                                serial,
                                clientId,
                                content,
                                UserClaim.of(
                                        chat.caller().grant(), chat.caller().idOf(chat.channel())),
                                MessageAction.CREATE,
                                millis,
                                version(serial, new MessageVersion()),
                                ChatReaction.summaries(null))
                        .tree(chat.version(), chat.room());
        };
    }

    private static long millisOf(String serial) {
        return MessageSerial.parse(serial).map(MessageSerial::timestampMillis).orElse(0L);
    }

    private static MessageVersion version(String serial, MessageVersion given) {
        return new MessageVersion(
                Optional.of(serial), millisOf(serial), given.clientId(), given.description(), given.metadata());
    }

    private CompletionStage<Reply> history(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.HISTORY);
        return History.ofRoom(services, chat).page(directed(call), chat.caller(), chat.channel(), "messages");
    }

    /// The call with the direction that `orderBy` stands for.
    private static Call directed(Call call) throws Refusal {
        Optional<String> orderBy = call.param("orderBy");
        if (orderBy.isEmpty() || call.param("direction").isPresent()) {
            return call;
        }
        String direction = switch (orderBy.get()) {
            case "newestFirst" -> "backwards";
            case "oldestFirst" -> "forwards";
            default ->
                throw new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "orderBy must be newestFirst or oldestFirst, was '%s'".formatted(orderBy.get()));
        };
        return new Call(call.request().withParam("direction", direction), call.path(), call.nowMillis());
    }

    private CompletionStage<Reply> latest(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.HISTORY);
        String serial = chat.serial();
        return chat.look(services, new MessageQuery.Latest(), details -> {
            Message message = details.messages().getFirst();
            return ChatMessage.is(message)
                    ? Reply.of(200, ChatMessage.of(message).tree(chat.version(), chat.room()))
                    : Reply.error(ErrorCode.NOT_FOUND.info(
                            "what the channel has as %s is not a message of the room".formatted(serial)));
        });
    }

    private CompletionStage<Reply> versions(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.HISTORY);
        int limit = Pages.limit(call.request());
        MessageQuery.Wanted wanted = new MessageQuery.Versions(OneMessageRoutes.cursor(call), limit);
        return chat.look(
                services,
                wanted,
                details -> OneMessageRoutes.versionsPage(
                        call,
                        limit,
                        details,
                        codec ->
                                codec.encodeValue(ChatMessage.trees(details.messages(), chat.version(), chat.room()))));
    }

    private CompletionStage<Reply> update(Call call) throws Refusal {
        ChatCall chat = changing(call);
        Map<String, Object> body = Bodies.object(call.request());
        ChatContent content = ChatContent.read(Bodies.asObject(body.get("message"), "message"));
        return change(chat, MessageAction.UPDATE, content, body);
    }

    private CompletionStage<Reply> delete(Call call) throws Refusal {
        ChatCall chat = changing(call);
        Map<String, Object> body = call.request().body().length == 0 ? Map.of() : Bodies.object(call.request());
        return change(chat, MessageAction.DELETE, ChatContent.DELETED, body);
    }

    private ChatCall changing(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.requireAccess();
        MessageRoutes.refuseIfAsked(call);
        return chat;
    }

    /// @param body says why, and whatever else there is to say about the change
    private CompletionStage<Reply> change(
            ChatCall chat, MessageAction action, ChatContent content, Map<String, Object> body) throws Refusal {
        String serial = chat.named();
        Map<String, Object> version = new LinkedHashMap<>();
        chat.clientId().ifPresent(by -> version.put("clientId", by));
        version.put("description", body.get("description"));
        version.put("metadata", body.get("metadata"));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("action", (long) action.ordinal());
        tree.put("version", version);
        content.addTo(tree, true);
        Message change = Bodies.messages(tree, chat.call().request()).getFirst();
        MessageVersion given = change.version().orElseGet(MessageVersion::new);
        return publishing
                .one(
                        chat.caller(),
                        chat.channel(),
                        change.withSerial(serial, Optional.of(given)),
                        chat.identity(action + " " + serial))
                .thenCompose(outcome -> switch (outcome) {
                    case Outcome.Refused<String>(ErrorInfo error) ->
                        CompletableFuture.completedStage(Reply.error(error));
                    case Outcome.Ok<String>(String versionSerial) ->
                        changed(chat, serial, action, content, version(versionSerial, given));
                });
    }

    /// Answers with the version that this change made, though there may be later ones by now.
    private CompletionStage<Reply> changed(
            ChatCall chat, String serial, MessageAction action, ChatContent content, MessageVersion version) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("version", version.serial().orElseThrow());
        operation.put("timestamp", version.timestamp());
        if (chat.version().compareTo(ChatVersion.V3) < 0) {
            return CompletableFuture.completedStage(Reply.of(200, operation));
        }
        MessageQuery query = new MessageQuery(chat.caller().idOf(chat.channel()), serial, new MessageQuery.Latest());
        return services.router().look(query).thenApply(answer -> switch (answer) {
            case Answer.Refused<MessageDetails>(var error) -> Reply.error(error);
            case Answer.Ok<MessageDetails>(var details) -> {
                Map<String, Object> message = ChatMessage.of(details.messages().getFirst())
                        .changed(action, content, version)
                        .tree(chat.version(), chat.room());
                if (chat.version() == ChatVersion.V4) {
                    yield Reply.of(200, message);
                }
                operation.put("message", message);
                yield Reply.of(200, operation);
            }
        });
    }

    private CompletionStage<Reply> occupancy(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.CHANNEL_METADATA);
        return Statuses.of(services, chat.caller(), chat.channel()).thenApply(answer -> switch (answer) {
            case Answer.Refused<ChannelStatus>(var error) -> Reply.error(error);
            case Answer.Ok<ChannelStatus>(var status) ->
                Reply.of(
                        200,
                        new OccupancyMetrics(
                                        status.occupancy(), status.members().size())
                                .tree(SHOWN));
        });
    }
}
