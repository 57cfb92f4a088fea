package io.hark.rest;

import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.PublishResult;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.Counting;
import io.hark.stats.Flow;
import io.hark.stats.Traffic;

/// Counts publishes by what became of them, once that is known: what a client sends again after it was
/// not answered counts with the answer.
public final class PublishCounts {
    private static final int FAILURE = 500;

    private PublishCounts() {}

    /// @param items  messages or presence events
    /// @param policy of the channel
    public static void count(
            Counting stats,
            Flow flow,
            Traffic.Kind kind,
            int items,
            long bytes,
            ChannelPolicy policy,
            PublishResult result) {
        switch (result) {
            case PublishResult.Refused(ErrorInfo error) -> refused(stats, flow, kind, items, error);
            case PublishResult.Accepted accepted -> stats.traffic(flow, kind, items, bytes);
            case PublishResult.Stored stored -> {
                stats.traffic(flow, kind, items, bytes);
                if (policy.durability() == Durability.FSYNC) {
                    stats.traffic(Flow.PERSISTED, kind, items, bytes);
                }
            }
        }
    }

    public static void refused(Counting stats, Flow flow, Traffic.Kind kind, int items, ErrorInfo error) {
        Traffic.Measure outcome = error.statusCode() >= FAILURE ? Traffic.Measure.FAILED : Traffic.Measure.REFUSED;
        stats.add(Traffic.number(flow, kind, outcome), items);
    }
}
