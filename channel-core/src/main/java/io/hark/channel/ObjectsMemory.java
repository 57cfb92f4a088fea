package io.hark.channel;

/// Confined: how much memory the objects take that the owners on one loop hold.
public final class ObjectsMemory {
    private final long bytesMax;
    private long bytes;

    public ObjectsMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void add(long change) {
        bytes += change;
    }

    /// Whether objects are to be let go of that nobody uses, and no others are to be taken.
    boolean isFull() {
        return bytes > bytesMax;
    }
}
