package io.hark.channel;

/// Slots are the unit of ownership, replication and numbering: a fixed number of hash ranges, the same in
/// every region.
public final class Slots {
    /// Fixed for the life of a cluster: positions that clients hold name slot-wide numbers.
    public static final int COUNT = 1024;

    private Slots() {}
}
