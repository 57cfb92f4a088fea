package io.hark.cluster.membership;

import java.time.Duration;

/// Value: one node's part in the membership of its region.
///
/// @param region    all nodes of one region, and only they, have the same
/// @param host      the address of this node at which it listens, and at which the others reach it; a name is
///                  resolved once
/// @param port      listens here and [#DETECTION_PORTS_ABOVE] above
/// @param discovery how to find the others
/// @param timeouts  when silence is taken for a failure
public record MembershipConfig(String region, String host, int port, Discovery discovery, Timeouts timeouts) {
    /// Where a node listens for those who only watch whether its process lives.
    public static final int DETECTION_PORTS_ABOVE = 2;

    private static final int PORT_MAX = 65_535 - DETECTION_PORTS_ABOVE;

    public MembershipConfig {
        if (region.isBlank() || host.isBlank()) {
            throw new IllegalArgumentException(
                    "membership needs a region and a host, were '%s' and '%s'".formatted(region, host));
        }
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("the membership port must be 1 to %d, was %d".formatted(PORT_MAX, port));
        }
    }

    /// Value: a node whose process ends is missed at once; one that falls silent after `suspectAfter` and
    /// `verify`.
    ///
    /// @param heartbeat    how often each node tells that it is there
    /// @param suspectAfter silence that makes a node suspected
    /// @param verify       how long a suspected node has to say that it is there
    /// @param mergeMin     parts of a region that cannot see each other look for each other this often, at
    ///                     most
    /// @param mergeMax     and at least
    public record Timeouts(
            Duration heartbeat, Duration suspectAfter, Duration verify, Duration mergeMin, Duration mergeMax) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofMillis(250),
                Duration.ofMillis(1_150),
                Duration.ofMillis(150),
                Duration.ofMillis(500),
                Duration.ofMillis(1_500));

        public Timeouts {
            if (heartbeat.toMillis() < 1 || suspectAfter.compareTo(heartbeat.multipliedBy(2)) < 0) {
                throw new IllegalArgumentException("suspectAfter must be at least two heartbeats, were %s and %s"
                        .formatted(suspectAfter, heartbeat));
            }
            if (verify.toMillis() < 1 || mergeMin.toMillis() < 1 || mergeMax.compareTo(mergeMin) <= 0) {
                throw new IllegalArgumentException(
                        "verify and mergeMin must be positive and mergeMax more than mergeMin,"
                                + " were %s, %s and %s".formatted(verify, mergeMin, mergeMax));
            }
        }
    }
}
