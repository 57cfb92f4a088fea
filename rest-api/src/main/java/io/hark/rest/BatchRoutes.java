package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceMessage;
import io.hark.stats.Counting;
import io.hark.stats.Flow;
import io.hark.stats.Traffic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/// Several channels at once: publish (RSC22) and presence (RSC24). What fails on one channel fails there only.
final class BatchRoutes {
    /// Different channels of one spec or one presence request; more are refused with 40000.
    static final int CHANNELS_MAX = 100;

    /// Pairs of spec and channel in one request; more are refused with 40000.
    static final int PUBLISHES_MAX = 1_000;

    /// Of the members of all channels of one presence request, beyond the first one's; channels for which
    /// there is no room fail with 40009.
    static final long PRESENCE_BYTES_MAX = 16 << 20;

    /// What a member takes beside its clientId, data and extras.
    private static final int MEMBER_BYTES = 160;

    private final RestServices services;
    private final Publishing publishing;

    BatchRoutes(RestServices services, Publishing publishing) {
        this.services = services;
        this.publishing = publishing;
    }

    void addTo(Router router) {
        router.on("POST", "messages", this::publish).on("GET", "presence", this::presence);
    }

    /// Value: the same messages for several channels.
    private record Spec(List<String> channels, List<Message> messages) {}

    private CompletionStage<Reply> publish(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        MessageRoutes.refuseIfAsked(call);
        List<Spec> specs = specs(call.request());
        boolean ephemeral = MessageRoutes.isEphemeral(call);
        List<CompletionStage<BatchResult>> results = new ArrayList<>();
        for (Spec spec : specs) {
            results.add(Stages.all(spec.channels().stream()
                            .map(channel -> publish(caller, channel, spec.messages(), ephemeral))
                            .toList())
                    .thenApply(BatchResult::new));
        }
        return Stages.all(results)
                .thenApply(all -> call.isOfVersion3()
                        ? Reply.of(
                                201,
                                codec -> codec.encodeValue(all.stream()
                                        .map(result -> result.tree(codec))
                                        .toList()))
                        : BatchResult.joined(all).legacyReply(201));
    }

    private CompletionStage<BatchResult.Item> publish(
            Caller caller, String channel, List<Message> messages, boolean ephemeral) {
        try {
            ChannelName parsed = Call.channelNamed(channel);
            caller.require(parsed, Operation.PUBLISH);
            return publishing.publish(caller, parsed, messages, ephemeral).thenApply(outcome -> switch (outcome) {
                case Outcome.Ok<Publishing.Published>(var published) -> BatchResult.Item.ok(published.tree());
                case Outcome.Refused<Publishing.Published>(var error) -> BatchResult.Item.failed(channel, error);
            });
        } catch (Refusal refusal) {
            return CompletableFuture.completedStage(BatchResult.Item.failed(channel, refusal.error()));
        }
    }

    /// Everything is read before anything is published: a malformed body publishes nothing.
    private static List<Spec> specs(RestRequest request) throws Refusal {
        Object body = Bodies.value(request);
        List<Spec> specs = new ArrayList<>();
        int publishes = 0;
        for (Object tree : body instanceof List<?> several ? several : Collections.singletonList(body)) {
            Map<String, Object> spec = Bodies.asObject(tree, "a batch spec");
            List<String> channels = channels(spec.get("channels"));
            publishes += channels.size();
            if (publishes > PUBLISHES_MAX) {
                throw new Refusal(
                        ErrorCode.BAD_REQUEST,
                        "more than %d publishes in one batch; split it".formatted(PUBLISHES_MAX));
            }
            specs.add(new Spec(channels, messages(spec.get("messages"), request)));
        }
        return specs;
    }

    private static List<Message> messages(Object tree, RestRequest request) throws Refusal {
        if (!(tree instanceof Map || tree instanceof List)) {
            throw new Refusal(ErrorCode.INVALID_BODY, "messages of a batch spec must be a message or an array of them");
        }
        return Bodies.messages(tree, request);
    }

    private static List<String> channels(Object tree) throws Refusal {
        LinkedHashSet<String> names = new LinkedHashSet<>();
        for (Object name : tree instanceof List<?> several ? several : Collections.singletonList(tree)) {
            if (!(name instanceof String text)) {
                throw new Refusal(
                        ErrorCode.INVALID_BODY,
                        "channels of a batch spec must be a channel's name or an array of names");
            }
            names.add(text);
        }
        return checked(names);
    }

    private static List<String> checked(LinkedHashSet<String> names) throws Refusal {
        if (names.isEmpty() || names.size() > CHANNELS_MAX) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "a batch is for 1 to %d channels, was for %d".formatted(CHANNELS_MAX, names.size()));
        }
        return List.copyOf(names);
    }

    private CompletionStage<Reply> presence(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        String separator =
                call.param("separator").filter(text -> !text.isEmpty()).orElse(",");
        String channels = call.param("channels")
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE, "channels must name the channels whose presence is wanted"));
        List<String> names =
                checked(new LinkedHashSet<>(Arrays.asList(channels.split(Pattern.quote(separator), CHANNELS_MAX + 2))));
        Counting stats = services.stats().of(caller.app().id());
        return Stages.all(names.stream().map(name -> members(caller, name)).toList())
                .thenApply(all -> new BatchResult(shown(all, stats)))
                .thenApply(result -> call.isOfVersion3() ? Reply.of(200, result::encode) : result.legacyReply(200));
    }

    /// Who is on a channel, or why that cannot be told.
    private record Members(String channel, Outcome<List<PresenceMessage>> outcome) {}

    private CompletionStage<Members> members(Caller caller, String name) {
        try {
            ChannelName channel = Call.channelNamed(name);
            caller.require(channel, Operation.SUBSCRIBE);
            return Statuses.of(services, caller, channel).thenApply(answer -> switch (answer) {
                case Answer.Refused<ChannelStatus>(var error) -> new Members(name, Outcome.refused(error));
                case Answer.Ok<ChannelStatus>(var status) ->
                    new Members(name, Outcome.ok(PresenceRoutes.inOrder(status.members())));
            });
        } catch (Refusal refusal) {
            return CompletableFuture.completedStage(new Members(name, Outcome.refused(refusal.error())));
        }
    }

    /// The channels in their order; those for which there is no room any more are refused.
    private static List<BatchResult.Item> shown(List<Members> all, Counting stats) {
        List<BatchResult.Item> items = new ArrayList<>(all.size());
        long bytes = 0;
        for (Members members : all) {
            switch (members.outcome()) {
                case Outcome.Refused<List<PresenceMessage>>(var error) ->
                    items.add(BatchResult.Item.failed(members.channel(), error));
                case Outcome.Ok<List<PresenceMessage>>(var present) -> {
                    long more = ItemSizes.ofPresence(present) + (long) present.size() * MEMBER_BYTES;
                    if (bytes > 0 && bytes + more > PRESENCE_BYTES_MAX) {
                        items.add(BatchResult.Item.failed(members.channel(), noRoom(bytes + more)));
                    } else {
                        bytes += more;
                        stats.traffic(
                                Flow.OUTBOUND_REST,
                                Traffic.Kind.PRESENCE,
                                present.size(),
                                ItemSizes.ofPresence(present));
                        items.add(item(members.channel(), present));
                    }
                }
            }
        }
        return items;
    }

    private static ErrorInfo noRoom(long bytes) {
        return ErrorCode.MESSAGE_TOO_LARGE.info(
                "the members up to this channel are %d bytes, the limit of a batch is %d; ask for this one apart"
                        .formatted(bytes, PRESENCE_BYTES_MAX));
    }

    private static BatchResult.Item item(String channel, List<PresenceMessage> members) {
        return BatchResult.Item.ok(codec -> {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("channel", channel);
            tree.put("presence", members.stream().map(codec::toTree).toList());
            return tree;
        });
    }
}
