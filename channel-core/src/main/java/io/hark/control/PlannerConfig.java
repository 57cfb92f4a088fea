package io.hark.control;

import java.time.Duration;
import java.util.List;

/// Value: how a region places its slots.
///
/// @param replicas          copies of each slot
/// @param minIsr            in-sync copies without which nothing is committed
/// @param founders          nodes that must be there before slots are given out for the first time
/// @param movesMax          slots that change their owner at once
/// @param movesEvery        time between the beginnings of such batches, so that the nodes have time for their
///                          clients, too
/// @param replicasMovingMax slots that are copied to new nodes at once
/// @param replaceAfter      how long a node may be down before its copies are made elsewhere
public record PlannerConfig(
        int replicas,
        int minIsr,
        List<String> founders,
        int movesMax,
        Duration movesEvery,
        int replicasMovingMax,
        Duration replaceAfter) {
    public PlannerConfig {
        founders = List.copyOf(founders);
        if (replicas < 1 || minIsr < 1 || minIsr > replicas) {
            throw new IllegalArgumentException(
                    "minIsr must be 1 to the number of replicas, %d, was %d".formatted(replicas, minIsr));
        }
    }

    /// A region of one node.
    public static PlannerConfig single(String node) {
        return new PlannerConfig(1, 1, List.of(node), 64, Duration.ZERO, 64, Duration.ofDays(365_000));
    }
}
