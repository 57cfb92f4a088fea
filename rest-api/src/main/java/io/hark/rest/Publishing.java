package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Handle: publishes messages to one channel on behalf of a request. Any thread.
final class Publishing {
    private static final int ANSWER_SECONDS_MAX = 10;

    /// Unlike 503, 504 does not say that it was not stored.
    private static final PublishResult UNKNOWN = new PublishResult.Refused(new ErrorInfo(
            ErrorCode.OVERLOADED.code(),
            504,
            "the message could not be stored in time, and may be stored later; send it again with the same id"));

    private final RestServices services;

    /// As many as requests are being answered, each for `ANSWER_SECONDS_MAX` at most.
    private final Set<CompletableFuture<PublishResult>> unanswered = ConcurrentHashMap.newKeySet();

    Publishing(RestServices services) {
        this.services = services;
    }

    /// Value: what became of a publish.
    ///
    /// @param messageId the id of its first message
    record Published(String channel, String messageId, List<String> serials) {
        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("channel", channel);
            tree.put("messageId", messageId);
            tree.put("serials", serials);
            return tree;
        }
    }

    /// Hands the publish on at once: those for one channel are ordered as they were called.
    ///
    /// @param caller who may publish to the channel
    CompletionStage<Outcome<Published>> publish(
            Caller caller, ChannelName channel, List<Message> messages, boolean ephemeral) {
        PublishAdmission.Request request = new PublishAdmission.Request(
                caller.app(),
                caller.idOf(channel),
                caller.identity(),
                Optional.empty(),
                messages,
                services.randomIds().get(),
                Optional.empty(),
                false,
                ephemeral,
                caller.grant().capability().permits(Operation.PRIVILEGED_HEADERS, ChannelAccess.resource(channel)),
                services.connections());
        return switch (services.admission().admit(request)) {
            case PublishAdmission.Result.Refused(var error) -> CompletableFuture.completedStage(Outcome.refused(error));
            case PublishAdmission.Result.Admitted(var publish) -> {
                Optional<ErrorInfo> tooFast = services.rates()
                        .publish(publish.channel(), caller.grant().keyName(), messages, false);
                yield tooFast.isPresent()
                        ? CompletableFuture.completedStage(Outcome.refused(tooFast.get()))
                        : route(channel, UserClaim.on(publish, caller.grant()));
            }
        };
    }

    /// Answers all that wait: they may be stored later.
    void giveUp() {
        unanswered.forEach(answer -> answer.complete(UNKNOWN));
    }

    private CompletionStage<Outcome<Published>> route(ChannelName channel, Publish publish) {
        String messageId = publish.batch()
                .messages()
                .getFirst()
                .id()
                .orElse(publish.batch().id() + ":0");
        CompletableFuture<PublishResult> answer = new CompletableFuture<>();
        unanswered.add(answer);
        answer.whenComplete((result, failure) -> unanswered.remove(answer));
        services.router().publish(publish, new ReplyTo<>(Runnable::run, answer::complete));
        answer.completeOnTimeout(UNKNOWN, ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        return answer.thenApply(result -> switch (result) {
            case PublishResult.Stored(var receipt) ->
                Outcome.ok(new Published(channel.full(), messageId, receipt.serials()));
            case PublishResult.Accepted(var serials) -> Outcome.ok(new Published(channel.full(), messageId, serials));
            case PublishResult.Refused(var error) -> Outcome.refused(error);
        });
    }
}
