package io.hark.channel;

/// Value: a channel's place in the log: its slot and the 128-bit hash of its app and name.
///
/// @param slot 0 to [Slots#COUNT] - 1
public record ChannelKey(int slot, long high, long low) implements Comparable<ChannelKey> {
    @Override
    public int compareTo(ChannelKey other) {
        int bySlot = Integer.compare(slot, other.slot);
        int byHigh = bySlot != 0 ? bySlot : Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low);
    }
}
