package io.hark.channel;

/// Confined: what the rings of one loop may take together.
final class RingBudget {
    private final long bytesMax;
    private long bytes;

    RingBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    void add(long added) {
        bytes += added;
    }

    void remove(long removed) {
        bytes -= removed;
    }

    boolean isExceeded() {
        return bytes > bytesMax;
    }
}
