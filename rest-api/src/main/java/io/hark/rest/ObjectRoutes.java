package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.EntryBody;
import io.hark.channel.HistoryQuery;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.PublishResult;
import io.hark.channel.Receipt;
import io.hark.channel.ReplyTo;
import io.hark.objects.ObjectId;
import io.hark.objects.ObjectPages;
import io.hark.objects.ObjectPath;
import io.hark.objects.ObjectTree;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import io.hark.stats.Traffic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// A channel's live objects: operations on them, and what they are now. `objects` is the older name of
/// `object`.
final class ObjectRoutes {
    private final RestServices services;
    private final Publishing publishing;

    ObjectRoutes(RestServices services, Publishing publishing) {
        this.services = services;
        this.publishing = publishing;
    }

    void addTo(Router router) {
        router.on("POST", "channels/*/object", this::publish)
                .on("GET", "channels/*/object", this::get)
                .on("GET", "channels/*/object/*", this::get)
                .on("POST", "channels/*/objects", this::publish)
                .on("GET", "channels/*/objects", this::get)
                .on("GET", "channels/*/objects/*", this::get);
    }

    private CompletionStage<Reply> publish(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.OBJECT_PUBLISH);
        ObjectRequests requests = ObjectRequests.of(call, services.randomIds());
        ObjectAdmission.Request request = new ObjectAdmission.Request(
                caller.app(),
                caller.idOf(channel),
                caller.identity(),
                Optional.empty(),
                requests.commands(),
                requests.frameId(),
                Optional.empty(),
                requests.mayRepeat(),
                call.nowMillis());
        return switch (services.admission().objects().admit(request)) {
            case ObjectAdmission.Result.Refused(ErrorInfo error) -> refused(caller, requests, error);
            case ObjectAdmission.Result.Admitted(ObjectUpdate update) -> {
                Rates.Cost cost = Rates.Cost.of(update);
                Optional<ErrorInfo> tooFast =
                        services.rates().publish(cost, caller.grant().keyName());
                yield tooFast.isPresent() ? refused(caller, requests, tooFast.get()) : perform(channel, update, cost);
            }
        };
    }

    private CompletionStage<Reply> refused(Caller caller, ObjectRequests requests, ErrorInfo error) {
        publishing.refused(caller, Traffic.Kind.OBJECTS, requests.commands().size(), error);
        return CompletableFuture.completedStage(Reply.error(error));
    }

    private CompletionStage<Reply> perform(ChannelName channel, ObjectUpdate update, Rates.Cost cost) {
        return publishing
                .send(
                        Traffic.Kind.OBJECTS,
                        cost,
                        update.policy(),
                        reply -> services.router().objects(update, reply))
                .thenCompose(result -> switch (result) {
                    case PublishResult.Stored(Receipt receipt) -> told(channel, update, receipt);
                    case PublishResult.Accepted accepted ->
                        throw new IllegalStateException("operations on objects were not stored: " + accepted);
                    case PublishResult.Refused(ErrorInfo error) -> CompletableFuture.completedStage(Reply.error(error));
                });
    }

    /// Which objects it was about stands in the log, as only the owner knows where paths lead.
    private CompletionStage<Reply> told(ChannelName channel, ObjectUpdate update, Receipt receipt) {
        ChannelId id = update.channel();
        HistoryQuery entry = HistoryQuery.after(id.key(), receipt.lsn() - 1, receipt.lsn(), 1, Integer.MAX_VALUE);
        return services.router().read(entry).handle((page, failure) -> {
            List<ObjectMessage> performed = new ArrayList<>();
            if (failure == null
                    && !page.entries().isEmpty()
                    && page.entries().getFirst().body() instanceof EntryBody.Objects(var batch)) {
                performed.addAll(batch.operations());
            } else {
                // Sent again after the log has forgotten it.
                update.commands().forEach(command -> performed.add(command.message()));
            }
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("messageId", update.frameId() + ":0");
            tree.put("channel", channel.full());
            tree.put("objectIds", List.copyOf(objectIds(performed, update)));
            return Reply.of(201, tree);
        });
    }

    /// The objects that were created or changed; a map only for more than being given what was created
    /// at a path.
    private static Set<String> objectIds(List<ObjectMessage> performed, ObjectUpdate update) {
        boolean placed =
                update.commands().stream().anyMatch(command -> command.path().isPresent());
        Set<String> ids = new LinkedHashSet<>();
        String created = "";
        for (ObjectMessage message : performed) {
            ObjectOperation operation = message.operation();
            boolean places = placed
                    && operation instanceof ObjectOperation.MapSet set
                    && set.value().equals(new ObjectData.Reference(created));
            if (!places && !operation.objectId().isEmpty()) {
                ids.add(operation.objectId());
            }
            boolean creation = operation instanceof ObjectOperation.MapCreate
                    || operation instanceof ObjectOperation.CounterCreate;
            created = creation ? operation.objectId() : "";
        }
        return ids;
    }

    private CompletionStage<Reply> get(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        if (!caller.grant().capability().permits(Operation.SUBSCRIBE, ChannelAccess.resource(channel))) {
            caller.require(channel, Operation.OBJECT_SUBSCRIBE);
        } else {
            caller.require(channel, Operation.SUBSCRIBE);
        }
        String start = call.path().size() > 1
                ? call.path().get(1)
                : call.param("objectId").orElse(ObjectId.ROOT);
        ObjectPath path = ObjectPath.parse(call.param("path").orElse(""));
        if (path.steps().stream().anyMatch(step -> step.key().isEmpty())) {
            throw new Refusal(
                    ErrorCode.OBJECT_PATH_UNSUITABLE, "a path to read leads to one place; it has no wildcards");
        }
        boolean compact = !call.param("compact").filter("false"::equals).isPresent();
        ObjectsQuery query = ObjectsQuery.of(caller.idOf(channel), new ObjectsQuery.Scope(start, path));
        return read(query, ObjectTree.EMPTY).thenApply(answer -> switch (answer) {
            case Answer.Refused<ObjectTree>(ErrorInfo error) -> Reply.error(error);
            case Answer.Ok<ObjectTree>(ObjectTree tree) -> shown(tree, start, path, compact);
        });
    }

    private static Reply shown(ObjectTree tree, String start, ObjectPath path, boolean compact) {
        try {
            return Reply.of(200, new ObjectView(tree, compact).at(start, path));
        } catch (Refusal refusal) {
            return Reply.error(refusal.error());
        }
    }

    /// Page by page, all as of one moment. What is made of a page is not made on the loop that answers: it
    /// has others to serve.
    private CompletionStage<Answer<ObjectTree>> read(ObjectsQuery query, ObjectTree before) {
        CompletableFuture<Answer<ObjectsPage>> answered = new CompletableFuture<>();
        services.router().objects(query, new ReplyTo<>(Runnable::run, answered::complete));
        Function<Answer<ObjectsPage>, CompletionStage<Answer<ObjectTree>>> next = answer -> switch (answer) {
            case Answer.Refused<ObjectsPage>(ErrorInfo error) ->
                CompletableFuture.completedStage(new Answer.Refused<>(error));
            case Answer.Ok<ObjectsPage>(ObjectsPage page) -> {
                ObjectTree tree = ObjectPages.add(before, page.objects());
                yield page.isLast()
                        ? CompletableFuture.completedStage(new Answer.Ok<>(tree))
                        : read(query.after(page), tree);
            }
        };
        return answered.thenComposeAsync(next);
    }
}
