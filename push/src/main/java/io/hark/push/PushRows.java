package io.hark.push;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsChange;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.RowsResult;
import io.hark.channel.RowsRouter;
import io.hark.channel.StateKind;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Blocking: rows of push wherever their owners are. For virtual threads.
final class PushRows {
    static final StateValue NOTHING = new StateValue(new byte[0]);
    static final RowEdit.Expected ABSENT = new RowEdit.Expected.Nothing();
    static final RowEdit.Expected ANY = new RowEdit.Expected.Anything();

    /// Rows read at once.
    static final int PAGE = 200;

    /// The same where notifications are among them, which are some hundred KiB at most.
    static final int PAGE_OF_LARGE = 20;

    private static final int ANSWER_SECONDS_MAX = 10;

    /// The entries themselves are of no use but for dedupe; rows stay.
    private static final ChannelPolicy POLICY = new ChannelPolicy(Durability.FSYNC, Duration.ofMinutes(10));

    /// Unlike 503, 504 does not say that nothing was done.
    private static final ErrorInfo UNKNOWN = new ErrorInfo(
            ErrorCode.OVERLOADED.code(), 504, "it could not be done in time, and may be done later; try again");

    private final RowsRouter router;

    PushRows(RowsRouter router) {
        this.router = router;
    }

    static RowEdit.Expected holds(StateValue value) {
        return new RowEdit.Expected.Value(value);
    }

    static RowsChange change(ChannelId shard, Optional<IdHash> id, List<RowEdit> edits) {
        return new RowsChange(shard, StateKind.PUSH, id, edits, POLICY);
    }

    /// @return Done, Unexpected or Full
    RowsResult change(ChannelId shard, List<RowEdit> edits) throws PushRefusal {
        RowsResult result = await(router.change(change(shard, Optional.empty(), edits)));
        if (result instanceof RowsResult.Refused(var error)) {
            throw new PushRefusal(error);
        }
        return result;
    }

    RowsPage page(ChannelId shard, List<RowsRead.Range> ranges, int rowsMax) throws PushRefusal {
        return switch (await(router.rows(new RowsRead(shard, StateKind.PUSH, ranges, rowsMax)))) {
            case Answer.Ok<RowsPage>(var page) -> page;
            case Answer.Refused<RowsPage>(var error) -> throw new PushRefusal(error);
        };
    }

    /// The keys of all rows of a range whose number is bounded by other means.
    List<String> keys(ChannelId shard, RowsRead.Range range, int atOnce) throws PushRefusal {
        List<String> keys = new ArrayList<>();
        RowsPage page = page(shard, List.of(range), atOnce);
        page.rows().forEach(row -> keys.add(row.key()));
        while (page.more()) {
            page = page(shard, List.of(range.after(keys.getLast())), atOnce);
            page.rows().forEach(row -> keys.add(row.key()));
        }
        return keys;
    }

    /// The row with exactly that key.
    Optional<StateValue> one(ChannelId shard, String key) throws PushRefusal {
        return page(shard, List.of(RowsRead.Range.of(key)), 1).rows().stream()
                .filter(row -> row.key().equals(key))
                .map(StateRow::value)
                .findFirst();
    }

    static <T> T await(CompletionStage<T> stage) throws PushRefusal {
        try {
            return stage.toCompletableFuture().get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new PushRefusal(UNKNOWN);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw new PushRefusal(UNKNOWN);
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        }
    }
}
