package io.hark.push;

import io.hark.channel.ChannelId;
import io.hark.channel.IdHash;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsResult;
import io.hark.channel.RowsRouter;
import io.hark.channel.StateValue;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Handle: puts notifications where they wait to be delivered, which is as durable as messages are. Any
/// thread.
final class PushJobs {
    /// Jobs and roughly bytes that one change holds.
    private static final int AT_ONCE_MAX = 50;

    private static final int BYTES_AT_ONCE_MAX = 512 << 10;

    static final ErrorInfo FULL = ErrorCode.PUSH_LIMIT.info(
            "the app has as many notifications waiting to be delivered as it may; push more slowly");

    private final RowsRouter router;
    private final int waitingMax;

    PushJobs(RowsRouter router, PushLimits limits) {
        this.router = router;
        this.waitingMax = Math.max(1, Math.ceilDiv(limits.waitingMax(), RowKeys.SHARDS));
    }

    /// @param identity by which a repeat is recognised
    CompletionStage<RowsResult> add(ChannelId shard, List<PushJob> jobs, Optional<IdHash> identity) {
        List<RowEdit> edits = new ArrayList<>();
        for (PushJob job : jobs) {
            edits.add(new RowEdit.Put(RowKeys.job(job.id()), PushRows.ABSENT, new StateValue(job.encode())));
        }
        edits.add(new RowEdit.Count(RowKeys.JOBS, jobs.size(), waitingMax));
        return router.change(PushRows.change(shard, identity, edits));
    }

    /// Spreads the jobs over the app's shards.
    ///
    /// Blocking.
    void addAll(String app, List<PushJob> jobs) throws PushRefusal {
        Map<ChannelId, List<PushJob>> byShard = new LinkedHashMap<>();
        jobs.forEach(job -> byShard.computeIfAbsent(RowKeys.shardOf(app, job.id()), shard -> new ArrayList<>())
                .add(job));
        for (Map.Entry<ChannelId, List<PushJob>> shard : byShard.entrySet()) {
            List<PushJob> some = new ArrayList<>();
            int bytes = 0;
            for (PushJob job : shard.getValue()) {
                int size = job.encode().length;
                if (!some.isEmpty() && (some.size() == AT_ONCE_MAX || bytes + size > BYTES_AT_ONCE_MAX)) {
                    addNow(shard.getKey(), some);
                    some.clear();
                    bytes = 0;
                }
                some.add(job);
                bytes += size;
            }
            addNow(shard.getKey(), some);
        }
    }

    private void addNow(ChannelId shard, List<PushJob> jobs) throws PushRefusal {
        switch (PushRows.await(add(shard, List.copyOf(jobs), Optional.empty()))) {
            case RowsResult.Done() -> {}
            // It was asked again at another owner, and is there.
            case RowsResult.Unexpected(var key) -> {}
            case RowsResult.Full(var key) -> throw new PushRefusal(FULL);
            case RowsResult.Refused(var error) -> throw new PushRefusal(error);
        }
    }

    static List<RowEdit> remove(PushJob job) {
        return List.of(
                new RowEdit.Remove(RowKeys.job(job.id()), PushRows.holds(new StateValue(job.encode()))),
                new RowEdit.Count(RowKeys.JOBS, -1, 0));
    }

    static List<RowEdit> progress(PushJob from, PushJob to) {
        return List.of(new RowEdit.Put(
                RowKeys.job(from.id()), PushRows.holds(new StateValue(from.encode())), new StateValue(to.encode())));
    }
}
