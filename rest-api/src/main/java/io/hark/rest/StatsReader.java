package io.hark.rest;

import io.hark.channel.ChannelRouter;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StateRow;
import io.hark.channel.StatsUpdate;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.Interval;
import io.hark.stats.StatsRow;
import io.hark.stats.StatsRowCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Handle: reads apps' statistics where they are kept. Any thread.
public final class StatsReader {
    private static final int ROWS_AT_ONCE = 1_000;

    /// Backwards it looks at so many intervals first, and so many times more each time that it finds too few.
    private static final int STEP_MIN = 64;

    private static final int STEP_GROWTH = 8;

    /// Nothing is kept for as long as that.
    private static final long AGE_MILLIS_MAX = 11L * 366 * 24 * 60 * 60 * 1_000;

    private final ChannelRouter router;

    public StatsReader(ChannelRouter router) {
        this.router = router;
    }

    /// Value: what was counted over intervals.
    ///
    /// @param rows in the order asked for
    /// @param more whether there are more of them
    public record Page(List<Counted> rows, boolean more) {
        public Page {
            rows = List.copyOf(rows);
        }
    }

    /// Value: what was counted over one.
    public record Counted(Interval interval, StatsRow row) {}

    /// What was counted in one interval, so far; empty when nothing was.
    public CompletionStage<Answer<Optional<StatsRow>>> one(String app, Interval interval) {
        StatsQuery query = new StatsQuery(
                interval.unit(), interval.startMillis(), interval.startMillis(), false, 1, Optional.empty());
        return page(List.of(app), query, interval.startMillis()).thenApply(answer -> switch (answer) {
            case Answer.Ok<Page>(var page) ->
                new Answer.Ok<>(page.rows().stream().map(Counted::row).findFirst());
            case Answer.Refused<Page>(var error) -> new Answer.Refused<>(error);
        });
    }

    /// What was counted of the apps together.
    public CompletionStage<Answer<Page>> page(List<String> apps, StatsQuery query, long nowMillis) {
        CompletionStage<Answer<Page>> sum =
                CompletableFuture.completedStage(new Answer.Ok<>(new Page(List.of(), false)));
        for (String app : apps) {
            sum = sum.thenCompose(before -> before instanceof Answer.Ok<Page>(var known)
                    ? page(app, query, nowMillis).thenApply(answer -> switch (answer) {
                        case Answer.Ok<Page>(var more) -> new Answer.Ok<>(joined(known, more, query));
                        case Answer.Refused<Page> refused -> refused;
                    })
                    : CompletableFuture.completedStage(before));
        }
        return sum;
    }

    /// The first intervals of both: a page of each has all of its own that can be among them.
    private static Page joined(Page left, Page right, StatsQuery query) {
        NavigableMap<String, Counted> all = new TreeMap<>();
        for (Page page : List.of(left, right)) {
            page.rows()
                    .forEach(row -> all.merge(
                            row.interval().id(),
                            row,
                            (one, other) ->
                                    new Counted(one.interval(), one.row().plus(other.row()))));
        }
        List<Counted> rows = (query.backwards() ? all.descendingMap() : all)
                .values().stream().limit(query.limit()).toList();
        return new Page(rows, left.more() || right.more() || all.size() > query.limit());
    }

    private CompletionStage<Answer<Page>> page(String app, StatsQuery query, long nowMillis) {
        if (query.isEmpty()) {
            return CompletableFuture.completedStage(new Answer.Ok<>(new Page(List.of(), false)));
        }
        Reading reading = new Reading(app, query);
        return query.backwards()
                ? reading.backwards(query.last(), Math.max(STEP_MIN, 2 * (query.limit() + 1)), nowMillis)
                : reading.forwards(query.first().id(), query.first(), query.last(), query.limit() + 1)
                        .thenApply(refusal -> reading.result(refusal));
    }

    /// One page as it is read.
    private final class Reading {
        private final String app;
        private final StatsQuery query;
        private final NavigableMap<String, StatsRow> found = new TreeMap<>();

        Reading(String app, StatsQuery query) {
            this.app = app;
            this.query = query;
        }

        private CompletionStage<Answer<Page>> backwards(Interval last, int step, long nowMillis) {
            long length = last.endMillis() - last.startMillis();
            long oldest = Math.max(query.startMillis(), nowMillis - AGE_MILLIS_MAX);
            Interval first = Interval.of(query.unit(), Math.max(oldest, last.startMillis() - step * length));
            return forwards(first.id(), first, last, Integer.MAX_VALUE).thenCompose(refusal -> {
                while (found.size() > query.limit() + 1) {
                    found.pollFirstEntry();
                }
                return refusal.isPresent() || found.size() > query.limit() || first.startMillis() <= oldest
                        ? CompletableFuture.completedStage(result(refusal))
                        : backwards(
                                Interval.of(query.unit(), first.startMillis() - 1),
                                Math.multiplyExact(step, STEP_GROWTH),
                                nowMillis);
            });
        }

        /// Reads all rows from `fromKey` on, or until there are enough.
        private CompletionStage<Optional<ErrorInfo>> forwards(
                String fromKey, Interval first, Interval last, int enough) {
            StateQuery rows = new StateQuery(
                    StatsUpdate.channel(app).key(),
                    StatsUpdate.rowsOf(query.unit()),
                    fromKey,
                    last.id(),
                    first.startMillis(),
                    last.startMillis(),
                    ROWS_AT_ONCE);
            return router.stats(app, rows).thenCompose(answer -> switch (answer) {
                case Answer.Refused<StatePage>(var error) -> CompletableFuture.completedStage(Optional.of(error));
                case Answer.Ok<StatePage>(var page) -> {
                    Optional<String> again = take(page);
                    yield again.isPresent() && found.size() < enough
                            ? forwards(again.get(), first, last, enough)
                            : CompletableFuture.completedStage(Optional.empty());
                }
            });
        }

        /// @return the key to go on with, if there is more
        private Optional<String> take(StatePage page) {
            List<StateRow> rows = new ArrayList<>(page.rows());
            Optional<String> next = Optional.empty();
            if (page.more()) {
                // Rows of one key lie side by side, and the last one's may not all be here.
                String last = rows.getLast().key();
                rows.removeIf(row -> row.key().equals(last));
                next = Optional.of(last);
            }
            for (StateRow row : rows) {
                found.merge(row.key(), StatsRowCodec.decode(row.value().bytes()), StatsRow::plus);
            }
            return next;
        }

        private Answer<Page> result(Optional<ErrorInfo> refusal) {
            if (refusal.isPresent()) {
                return new Answer.Refused<>(refusal.get());
            }
            NavigableMap<String, StatsRow> ordered = query.backwards() ? found.descendingMap() : found;
            List<Counted> shown = new ArrayList<>();
            ordered.forEach((key, row) -> {
                if (shown.size() < query.limit()) {
                    shown.add(new Counted(Interval.parse(key).orElseThrow(), row));
                }
            });
            return new Answer.Ok<>(new Page(shown, found.size() > query.limit()));
        }
    }
}
