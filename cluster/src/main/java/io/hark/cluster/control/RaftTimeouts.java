package io.hark.cluster.control;

import java.time.Duration;

/// Value: when silence is taken for a failure. The defaults elect a new leader in about a second, on a quiet
/// network.
///
/// @param electionMin      a follower that hears no leader for this long, and up to `electionMax`, stands for
///                         election; a leader sends heartbeats twice as often
/// @param electionMax      a leader that hears no majority for this long steps down
/// @param request          an answer that takes longer is not waited for
/// @param proposal         how long a command is proposed again while its outcome is unknown
/// @param proposalsMax     commands on their way at once; further ones are refused
/// @param snapshotEntries  entries after which the state is written as a snapshot and the log before it let
///                         go
public record RaftTimeouts(
        Duration electionMin,
        Duration electionMax,
        Duration request,
        Duration proposal,
        int proposalsMax,
        int snapshotEntries) {
    public static final RaftTimeouts DEFAULT = new RaftTimeouts(
            Duration.ofMillis(300), Duration.ofMillis(600), Duration.ofSeconds(1), Duration.ofSeconds(10), 1024, 256);

    public RaftTimeouts {
        if (electionMin.toMillis() < 10 || electionMax.compareTo(electionMin) <= 0) {
            throw new IllegalArgumentException(
                    "electionMin must be at least 10 ms and less than electionMax, were %s and %s"
                            .formatted(electionMin, electionMax));
        }
        if (request.toMillis() < 10 || proposal.compareTo(request) < 0) {
            throw new IllegalArgumentException(
                    "request must be at least 10 ms and at most proposal, were %s and %s".formatted(request, proposal));
        }
        if (proposalsMax < 1 || snapshotEntries < 1) {
            throw new IllegalArgumentException("proposalsMax and snapshotEntries must be positive, were %d and %d"
                    .formatted(proposalsMax, snapshotEntries));
        }
    }
}
