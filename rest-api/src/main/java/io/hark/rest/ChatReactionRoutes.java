package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.MessageQuery;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/// Reactions to the messages of chat rooms (CHA-MR).
final class ChatReactionRoutes {
    private final RestServices services;
    private final Publishing publishing;

    ChatReactionRoutes(RestServices services, Publishing publishing) {
        this.services = services;
        this.publishing = publishing;
    }

    void addTo(Router router) {
        router.on("POST", "chat/*/rooms/*/messages/*/reactions", this::add)
                .on("DELETE", "chat/*/rooms/*/messages/*/reactions", this::remove)
                .on("GET", "chat/*/rooms/*/messages/*/client-reactions", this::ofClient);
    }

    private CompletionStage<Reply> add(Call call) throws Refusal {
        ChatCall chat = reacting(call);
        return publish(chat, ChatReaction.read(Bodies.object(call.request())), AnnotationAction.CREATE, 201);
    }

    private CompletionStage<Reply> remove(Call call) throws Refusal {
        ChatCall chat = reacting(call);
        return publish(chat, ChatReaction.read(call), AnnotationAction.DELETE, 200);
    }

    private ChatCall reacting(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.ANNOTATION_PUBLISH);
        MessageRoutes.refuseIfAsked(call);
        return chat;
    }

    private CompletionStage<Reply> publish(ChatCall chat, ChatReaction reaction, AnnotationAction action, int status)
            throws Refusal {
        return publishing
                .annotate(
                        chat.caller(),
                        chat.channel(),
                        List.of(reaction.annotation(chat.serial(), action, chat.clientId())))
                .thenApply(outcome -> switch (outcome) {
                    case Outcome.Ok<List<String>>(var serials) ->
                        Reply.of(status, Map.of("serial", serials.getFirst()));
                    case Outcome.Refused<List<String>>(ErrorInfo error) -> Reply.error(error);
                });
    }

    private CompletionStage<Reply> ofClient(Call call) throws Refusal {
        ChatCall chat = ChatCall.of(call, services);
        chat.require(Operation.SUBSCRIBE);
        MessageQuery.Wanted wanted = OneMessageRoutes.clientSummary(call, chat.caller());
        return chat.look(
                services,
                wanted,
                details -> Reply.of(
                        200,
                        ChatReaction.summaries(
                                details.messages().getFirst().annotations().get("summary"))));
    }
}
