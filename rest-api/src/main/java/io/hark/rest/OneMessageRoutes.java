package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.protocol.Annotation;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.ProtocolCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// One message of a channel: its latest version (RSL11), all versions (RSL14), changes (RSL15) and
/// annotations (RSAN).
final class OneMessageRoutes {
    private final RestServices services;
    private final Publishing publishing;

    OneMessageRoutes(RestServices services, Publishing publishing) {
        this.services = services;
        this.publishing = publishing;
    }

    void addTo(Router router) {
        router.on("GET", "channels/*/messages/*", this::latest)
                .on("PATCH", "channels/*/messages/*", call -> change(call, ChangeBodies::change))
                .on("POST", "channels/*/messages/*/delete", call -> change(call, ChangeBodies::delete))
                .on("GET", "channels/*/messages/*/versions", this::versions)
                .on("GET", "channels/*/messages/*/annotations", this::annotations)
                .on("POST", "channels/*/messages/*/annotations", this::annotate)
                .on("GET", "channels/*/messages/*/client-summary", this::clientSummary);
    }

    private CompletionStage<Reply> latest(Call call) throws Refusal {
        return look(call, Operation.HISTORY, new MessageQuery.Latest(), details -> {
            Message latest = details.messages().getFirst();
            return Reply.of(200, (Reply.Body) codec -> codec.encodeMessage(latest));
        });
    }

    private CompletionStage<Reply> look(
            Call call, Operation operation, MessageQuery.Wanted wanted, Function<MessageDetails, Reply> reply)
            throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, operation);
        String serial = serial(call);
        return services.router()
                .look(new MessageQuery(caller.idOf(channel), serial, wanted))
                .thenApply(answer -> switch (answer) {
                    case Answer.Ok<MessageDetails>(var details) -> reply.apply(details);
                    case Answer.Refused<MessageDetails>(var error) -> Reply.error(error);
                });
    }

    private static String serial(Call call) throws Refusal {
        return ChangeAdmission.serial(Optional.of(call.path().get(1)));
    }

    private CompletionStage<Reply> versions(Call call) throws Refusal {
        int limit = Pages.limit(call.request());
        MessageQuery.Wanted wanted = new MessageQuery.Versions(cursor(call), limit);
        return look(
                call,
                Operation.HISTORY,
                wanted,
                details -> versionsPage(call, limit, details, codec -> codec.encodeMessages(details.messages())));
    }

    static Reply versionsPage(Call call, int limit, MessageDetails details, Function<ProtocolCodec, byte[]> body) {
        Optional<String> next = details.messages().isEmpty()
                ? Optional.empty()
                : versionOf(details.messages().getLast());
        return page(call, "versions", limit, details, next, body);
    }

    private static Optional<String> versionOf(Message message) {
        return message.version().flatMap(MessageVersion::serial).or(message::serial);
    }

    private CompletionStage<Reply> annotations(Call call) throws Refusal {
        int limit = Pages.limit(call.request());
        MessageQuery.Wanted wanted = new MessageQuery.Annotations(cursor(call), limit);
        return look(call, Operation.HISTORY, wanted, details -> {
            Optional<String> next = details.annotations().isEmpty()
                    ? Optional.empty()
                    : details.annotations().getLast().serial();
            return page(
                    call, "annotations", limit, details, next, codec -> codec.encodeAnnotations(details.annotations()));
        });
    }

    /// @throws Refusal 40011 for a cursor that is no serial
    static String cursor(Call call) throws Refusal {
        Optional<String> cursor = Pages.cursor(call.request());
        if (cursor.isPresent() && cursor.get().isEmpty()) {
            throw Pages.invalidCursor();
        }
        return cursor.orElse("");
    }

    /// @param last the place of the last one on the page
    private static Reply page(
            Call call,
            String segment,
            int limit,
            MessageDetails details,
            Optional<String> last,
            Function<ProtocolCodec, byte[]> body) {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("limit", Integer.toString(limit));
        Optional<String> next = details.more() ? last : Optional.empty();
        return Reply.page(body::apply, Pages.of(call.request(), segment, links, next));
    }

    private CompletionStage<Reply> clientSummary(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        return look(
                call,
                Operation.SUBSCRIBE,
                clientSummary(call, caller),
                details -> Reply.of(
                        200, details.messages().getFirst().annotations().get("summary")));
    }

    /// The summary of the client that is asked for, or of the one who asks.
    ///
    /// @throws Refusal 40003 when it is said of none, 40012 when of what is none
    static MessageQuery.Wanted clientSummary(Call call, Caller caller) throws Refusal {
        Optional<String> asked =
                call.param("forClientId").or(() -> caller.identity().clientId());
        if (asked.isEmpty()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE, "name the client in forClientId, or identify as that client");
        }
        String clientId = asked.get();
        if (clientId.isEmpty() || clientId.equals("*")) {
            throw new Refusal(
                    ErrorCode.INVALID_CLIENT_ID, "a summary is of one client, '%s' is none".formatted(clientId));
        }
        return new MessageQuery.ClientSummary(clientId);
    }

    private CompletionStage<Reply> change(Call call, ChangeBodies.Form form) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        Refusal.throwIf(ChannelAccess.namespaceRefusal(caller.app(), caller.identity(), caller.secure(), channel));
        MessageRoutes.refuseIfAsked(call);
        String serial = call.path().get(1); // Looked at on admission, after whether messages change here at all.
        Message change = form.read(call.request());
        if (change.serial().isPresent() && !change.serial().get().equals(serial)) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "the path names the message %s, the body %s"
                            .formatted(serial, change.serial().get()));
        }
        return publishing
                .change(caller, channel, change.withSerial(serial, change.version()))
                .thenApply(outcome -> reply(200, outcome, "versionSerial"));
    }

    private CompletionStage<Reply> annotate(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.ANNOTATION_PUBLISH);
        MessageRoutes.refuseIfAsked(call);
        String serial = call.path().get(1);
        List<Annotation> annotations = new ArrayList<>();
        for (Annotation annotation : Bodies.annotations(call.request())) {
            if (!annotation.messageSerial().orElse(serial).equals(serial)) {
                throw new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "the path names the message %s, an annotation another".formatted(serial));
            }
            annotations.add(annotation.of(serial));
        }
        return publishing.annotate(caller, channel, annotations).thenApply(outcome -> reply(201, outcome, "serials"));
    }

    private static Reply reply(int status, Outcome<?> outcome, String field) {
        return switch (outcome) {
            case Outcome.Ok<?>(Object value) -> Reply.of(status, Map.of(field, value));
            case Outcome.Refused<?>(ErrorInfo error) -> Reply.error(error);
        };
    }
}
