package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.channel.OccupancyMetric;
import io.hark.channel.OccupancyMetrics;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// What is known of channels: one of them (RSL8), or those in use.
final class ChannelRoutes {
    private final RestServices services;

    ChannelRoutes(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on("GET", "channels", this::list).on("GET", "channels/*", this::details);
    }

    private CompletionStage<Reply> details(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.CHANNEL_METADATA);
        return Statuses.of(services, caller, channel).thenApply(answer -> switch (answer) {
            case Answer.Refused<ChannelStatus>(var error) -> Reply.error(error);
            case Answer.Ok<ChannelStatus>(var status) -> Reply.of(200, details(channel.full(), status));
        });
    }

    /// ChannelDetails (CHD2); clients read every one of the numbers.
    private static Map<String, Object> details(String name, ChannelStatus channel) {
        OccupancyMetrics metrics =
                new OccupancyMetrics(channel.occupancy(), channel.members().size());
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("isActive", true);
        status.put("occupancy", Map.of("metrics", metrics.tree(OccupancyMetric.ALL)));
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("channelId", name);
        details.put("name", name);
        details.put("status", status);
        return details;
    }

    private CompletionStage<Reply> list(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        if (!caller.grant().capability().permitsAppWide(Operation.CHANNEL_METADATA)) {
            throw new Refusal(
                    ErrorCode.CAPABILITY_REFUSED, "listing channels needs the capability channel-metadata on '*'");
        }
        boolean byValue = isByValue(call);
        int limit = Pages.limit(call.request());
        Optional<String> after = afterName(call.request());
        String prefix = call.param("prefix").orElse("");
        Map<String, String> links = new LinkedHashMap<>();
        links.put("limit", Integer.toString(limit));
        links.put("by", byValue ? "value" : "id");
        links.put("prefix", prefix);
        return services.router().activeChannels(caller.app().id()).thenCompose(names -> {
            List<String> rest = names.stream()
                    .filter(name -> name.startsWith(prefix))
                    .filter(name -> after.isEmpty() || name.compareTo(after.get()) > 0)
                    .sorted()
                    .limit(limit + 1L)
                    .toList();
            List<String> shown = rest.subList(0, Math.min(rest.size(), limit));
            Optional<String> next = rest.size() > limit ? Optional.of(cursor(shown.getLast())) : Optional.empty();
            Pages pages = Pages.of(call.request(), "channels", links, next);
            return items(caller, shown, byValue)
                    .thenApply(items -> Reply.page(codec -> codec.encodeValue(items), pages));
        });
    }

    private static boolean isByValue(Call call) throws Refusal {
        String by = call.param("by").orElse(call.isOfVersion3() ? "id" : "value");
        return switch (by) {
            case "value" -> true;
            case "id" -> false;
            default ->
                throw new Refusal(ErrorCode.INVALID_PARAMETER_VALUE, "by must be id or value, was '%s'".formatted(by));
        };
    }

    private CompletionStage<List<?>> items(Caller caller, List<String> names, boolean byValue) {
        if (!byValue) {
            return CompletableFuture.completedStage(names);
        }
        return Stages.all(names.stream().map(name -> status(caller, name)).toList())
                .thenApply(all -> all.stream().flatMap(Optional::stream).toList());
    }

    /// Empty for a channel whose owner cannot tell at the moment: the listing is a snapshot in any case.
    private CompletionStage<Optional<Map<String, Object>>> status(Caller caller, String name) {
        return services.router()
                .status(ChannelId.of(caller.app().id(), name))
                .thenApply(answer -> answer instanceof Answer.Ok<ChannelStatus>(var status)
                        ? Optional.of(details(name, status))
                        : Optional.empty());
    }

    private static String cursor(String name) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<String> afterName(RestRequest request) throws Refusal {
        Optional<String> cursor = Pages.cursor(request);
        if (cursor.isEmpty()) {
            return cursor;
        }
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(cursor.get()), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            throw Pages.invalidCursor();
        }
    }
}
