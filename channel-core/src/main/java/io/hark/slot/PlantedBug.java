package io.hark.slot;

/// Value: a mistake that a test plants in a running node, to see that the harness of faults and its
/// checker notice it. Production has [#NONE].
public enum PlantedBug {
    NONE,
    /// The owner commits what it has itself (against R3).
    ACK_BEFORE_REPLICATION,
    /// The owner delivers what it has only appended (against R9).
    DELIVER_BEFORE_COMMIT,
    /// The owner recognises only repeats of what is in flight (against D2).
    DEDUPE_IN_MEMORY,
    /// A node that is not in sync becomes owner (against R6); planted where elections are proposed.
    ELECT_OUTSIDE_ISR
}
