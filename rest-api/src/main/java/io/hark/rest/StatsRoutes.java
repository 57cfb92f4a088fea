package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.channel.StatsUpdate;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.StatsFixture;
import io.hark.stats.StatsReport;
import io.hark.stats.StatsRetention;
import io.hark.stats.StatsShape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// What was counted of an app (RSC6), and for test suites a way to say what it was.
final class StatsRoutes {
    private static final int FIXTURES_MAX = 1_000;

    private final RestServices services;
    private final StatsReader reader;

    StatsRoutes(RestServices services) {
        this.services = services;
        this.reader = new StatsReader(services.router());
    }

    void addTo(Router router) {
        router.on("GET", "stats", this::page);
        if (services.appAdmin().isPresent()) {
            router.on("POST", "stats", this::post);
        }
    }

    private CompletionStage<Reply> page(Call call) throws Refusal {
        Caller caller = caller(call);
        String app = caller.app().id();
        return page(call, List.of(app), reader, app, call.isOfVersion3(), Reply::error);
    }

    /// @param apps   whose statistics are told together
    /// @param shown  whom they are said to be of
    /// @param flat   whether in the shape since version 3
    /// @param failed how it is told that they cannot be read
    static CompletionStage<Reply> page(
            Call call,
            List<String> apps,
            StatsReader reader,
            String shown,
            boolean flat,
            Function<ErrorInfo, Reply> failed)
            throws Refusal {
        StatsQuery query = StatsQuery.of(call.request(), call.nowMillis());
        return reader.page(apps, query, call.nowMillis()).thenApply(answer -> switch (answer) {
            case Answer.Refused<StatsReader.Page>(var error) -> failed.apply(error);
            case Answer.Ok<StatsReader.Page>(var page) -> {
                Optional<String> next = page.more()
                        ? Optional.of(page.rows().getLast().interval().id())
                        : Optional.empty();
                List<Map<String, Object>> trees = page.rows().stream()
                        .map(row -> new StatsShape(shown, row.interval(), row.row(), call.nowMillis()))
                        .map(shape -> flat ? shape.flat() : shape.old())
                        .toList();
                yield Reply.page(
                        codec -> codec.encodeValue(trees), Pages.of(call.request(), "stats", query.links(), next));
            }
        });
    }

    private Caller caller(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        if (!caller.grant().capability().permitsAppWide(Operation.STATS)) {
            throw new Refusal(ErrorCode.CAPABILITY_REFUSED, "statistics need the capability stats on '*'");
        }
        return caller;
    }

    private CompletionStage<Reply> post(Call call) throws Refusal {
        Caller caller = caller(call);
        Object body = Bodies.value(call.request());
        List<?> items = body instanceof List<?> several ? several : Collections.singletonList(body);
        if (items.size() > FIXTURES_MAX) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "%d intervals in one request, the limit is %d; split it".formatted(items.size(), FIXTURES_MAX));
        }
        List<StatsUpdate> updates = new ArrayList<>();
        for (Object item : items) {
            updates.add(update(caller.app().id(), Bodies.asObject(item, "an interval's statistics")));
        }
        return count(updates, 0).thenApply(refusal -> refusal.map(Reply::error).orElseGet(() -> Reply.of(201, items)));
    }

    private StatsUpdate update(String app, Map<String, Object> item) throws Refusal {
        try {
            StatsFixture fixture = StatsFixture.of(item);
            String source = "fixture/" + services.randomIds().get();
            return new StatsUpdate(
                    app, new StatsReport(fixture.minute(), source, 1, fixture.row()), StatsRetention.FIXTURES);
        } catch (IllegalArgumentException wrong) {
            throw new Refusal(ErrorCode.INVALID_BODY, wrong.getMessage());
        }
    }

    private CompletionStage<Optional<ErrorInfo>> count(List<StatsUpdate> updates, int from) {
        if (from == updates.size()) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        CompletableFuture<PublishResult> counted = new CompletableFuture<>();
        services.router().count(updates.get(from), new ReplyTo<>(Runnable::run, counted::complete));
        return counted.thenCompose(result -> result instanceof PublishResult.Refused(var error)
                ? CompletableFuture.completedStage(Optional.of(error))
                : count(updates, from + 1));
    }
}
