package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.Message;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// A channel's messages: publish (RSL1) and history (RSL2).
final class MessageRoutes {
    private static final String TRUE = "true";

    private final RestServices services;
    private final Publishing publishing;
    private final History<Message> history;

    MessageRoutes(RestServices services, Publishing publishing) {
        this.services = services;
        this.publishing = publishing;
        this.history = History.ofMessages(services);
    }

    void addTo(Router router) {
        router.on("POST", "channels/*/messages", this::publish)
                .on("GET", "channels/*/messages", call -> history(call, "messages"))
                .on("GET", "channels/*/history", call -> history(call, "history"));
    }

    private CompletionStage<Reply> publish(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.PUBLISH);
        refuseIfAsked(call);
        List<Message> messages = call.param("enveloped").filter("false"::equals).isPresent()
                ? List.of(Bodies.unenveloped(call.request()))
                : Bodies.messages(call.request());
        return publishing.publish(caller, channel, messages, isEphemeral(call)).thenApply(outcome -> switch (outcome) {
            case Outcome.Ok<Publishing.Published>(var published) -> Reply.of(201, published.tree());
            case Outcome.Refused<Publishing.Published>(var error) -> Reply.error(error);
        });
    }

    /// For tests of clients (RSL1l1).
    static void refuseIfAsked(Call call) throws Refusal {
        if (call.param("_forceNack").filter(TRUE::equals).isPresent()) {
            throw new Refusal(ErrorCode.FORCED_NACK.info());
        }
    }

    static boolean isEphemeral(Call call) {
        return call.param("ephemeral").filter(TRUE::equals).isPresent();
    }

    private CompletionStage<Reply> history(Call call, String segment) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.HISTORY);
        return history.page(call, caller, channel, segment);
    }
}
