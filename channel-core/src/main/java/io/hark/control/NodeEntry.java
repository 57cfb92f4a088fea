package io.hark.control;

import java.util.Objects;

/// Value: a node as the region knows it.
///
/// @param id          stable across restarts
/// @param incarnation one life of the node; a new one each time it registers
/// @param address     `host:port` where other nodes reach it
/// @param weight      share of the slots that it wants, relative to others; 0 for a node that holds none (a
///                    frontend)
public record NodeEntry(String id, String incarnation, String address, int weight, Status status) {
    public NodeEntry {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(incarnation, "incarnation");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(status, "status");
    }

    /// What a node may be given.
    public enum Status {
        UP,
        /// It shuts down: it still owns and replicates what it has, and is given nothing new.
        DRAINING,
        DOWN,
        /// An operator took it out: what it replicated moves to others.
        REMOVED
    }

    boolean isLive() {
        return status == Status.UP || status == Status.DRAINING;
    }

    NodeEntry as(Status next) {
        return new NodeEntry(id, incarnation, address, weight, next);
    }
}
