package io.hark.rest;

import io.hark.auth.Outcome;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.IdHash;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.protocol.Annotation;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.stats.Flow;
import io.hark.stats.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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
        PublishAdmission.Request request = request(caller, channel, messages, Optional.empty(), ephemeral);
        return switch (admitted(caller, messages.size(), services.admission().admit(request))) {
            case PublishAdmission.Result.Refused(var error) -> CompletableFuture.completedStage(Outcome.refused(error));
            case PublishAdmission.Result.Admitted(var publish) -> published(channel, publish);
        };
    }

    /// Hands the change of a message on at once, and answers with the serial of the version.
    ///
    /// @param change one message
    CompletionStage<Outcome<String>> change(Caller caller, ChannelName channel, Message change) {
        return one(caller, channel, change, Optional.empty());
    }

    /// Hands a new message or a change of one on at once, and answers with its serial, or that of the version.
    ///
    /// @param identity for dedupe, if the request can have come before
    CompletionStage<Outcome<String>> one(
            Caller caller, ChannelName channel, Message message, Optional<IdHash> identity) {
        PublishAdmission.Request request = request(caller, channel, List.of(message), identity, false);
        return switch (admitted(caller, 1, services.admission().admit(request))) {
            case PublishAdmission.Result.Refused(var error) -> CompletableFuture.completedStage(Outcome.refused(error));
            case PublishAdmission.Result.Admitted(var publish) ->
                route(publish).thenApply(result -> serials(result).map(List::getFirst));
        };
    }

    /// Hands annotations of a message on at once, and answers with their serials.
    CompletionStage<Outcome<List<String>>> annotate(Caller caller, ChannelName channel, List<Annotation> annotations) {
        PublishAdmission.AnnotationRequest request = new PublishAdmission.AnnotationRequest(
                caller.app(),
                caller.idOf(channel),
                caller.identity(),
                Optional.empty(),
                annotations,
                services.randomIds().get(),
                Optional.empty(),
                false);
        return switch (admitted(caller, annotations.size(), services.admission().admit(request))) {
            case PublishAdmission.Result.Refused(var error) -> CompletableFuture.completedStage(Outcome.refused(error));
            case PublishAdmission.Result.Admitted(var publish) -> route(publish).thenApply(Publishing::serials);
        };
    }

    /// What is left of the caller's rates decides, too. What is refused is counted.
    private PublishAdmission.Result admitted(Caller caller, int items, PublishAdmission.Result result) {
        PublishAdmission.Result decided = result;
        if (result instanceof PublishAdmission.Result.Admitted(Publish publish)) {
            decided = services.rates()
                    .publish(Rates.Cost.of(publish), caller.grant().keyName())
                    .<PublishAdmission.Result>map(PublishAdmission.Result.Refused::new)
                    .orElseGet(() -> new PublishAdmission.Result.Admitted(UserClaim.on(publish, caller.grant())));
        }
        if (decided instanceof PublishAdmission.Result.Refused(ErrorInfo error)) {
            refused(caller, Traffic.Kind.MESSAGES, items, error);
        }
        return decided;
    }

    /// Counts what was refused before anything came of it.
    void refused(Caller caller, Traffic.Kind kind, int items, ErrorInfo error) {
        PublishCounts.refused(services.stats().of(caller.app().id()), Flow.INBOUND_REST, kind, items, error);
    }

    private PublishAdmission.Request request(
            Caller caller, ChannelName channel, List<Message> messages, Optional<IdHash> identity, boolean ephemeral) {
        return new PublishAdmission.Request(
                caller.app(),
                caller.idOf(channel),
                caller.identity(),
                Optional.empty(),
                messages,
                services.randomIds().get(),
                identity,
                identity.isPresent(),
                ephemeral,
                operation -> ChannelAccess.capabilityRefusal(caller.grant(), channel, operation)
                        .isEmpty(),
                services.connections());
    }

    /// Answers all that wait: they may be stored later.
    void giveUp() {
        unanswered.forEach(answer -> answer.complete(UNKNOWN));
    }

    private CompletionStage<Outcome<Published>> published(ChannelName channel, Publish publish) {
        String messageId = switch (publish.content()) {
            case Publish.Create(var batch, var ephemeral) ->
                batch.messages().getFirst().id().orElse(batch.id() + ":0");
            case Publish.Change change -> change.batch().id() + ":0";
            case Publish.Annotate annotate -> annotate.batch().id() + ":0";
        };
        return route(publish)
                .thenApply(result -> serials(result).map(serials -> new Published(channel.full(), messageId, serials)));
    }

    private CompletionStage<PublishResult> route(Publish publish) {
        return send(
                Traffic.Kind.MESSAGES,
                Rates.Cost.of(publish),
                publish.policy(),
                reply -> services.router().publish(publish, reply));
    }

    /// The answer to something that is to be stored, or that nobody knows what became of it. It is counted.
    ///
    /// @param ask sends it
    CompletionStage<PublishResult> send(
            Traffic.Kind kind, Rates.Cost cost, ChannelPolicy policy, Consumer<ReplyTo<PublishResult>> ask) {
        CompletableFuture<PublishResult> answer = new CompletableFuture<>();
        unanswered.add(answer);
        answer.whenComplete((result, failure) -> {
            unanswered.remove(answer);
            PublishCounts.count(
                    services.stats().of(cost.channel().app()),
                    Flow.INBOUND_REST,
                    kind,
                    cost.messages(),
                    cost.bytes().getAsLong(),
                    policy,
                    result);
        });
        ask.accept(new ReplyTo<>(Runnable::run, answer::complete));
        return answer.completeOnTimeout(UNKNOWN, ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private static Outcome<List<String>> serials(PublishResult result) {
        return switch (result) {
            case PublishResult.Stored(var receipt) -> Outcome.ok(receipt.serials());
            case PublishResult.Accepted(var serials) -> Outcome.ok(serials);
            case PublishResult.Refused(var error) -> Outcome.refused(error);
        };
    }
}
