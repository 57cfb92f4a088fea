package io.hark.channel;

/// Value: what must have happened before a publish is acknowledged.
public enum Durability {
    /// In the log file and synced to the disk: survives a power loss.
    FSYNC,
    /// In the log file, which the operating system holds and syncs within 50 ms: survives the death of the
    /// process.
    REPLICATED
}
