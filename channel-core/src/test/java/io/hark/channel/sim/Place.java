package io.hark.channel.sim;

/// Value: where an entry stands in the log of a slot.
record Place(int slot, int lineage, long lsn) {
    @Override
    public String toString() {
        return slot + "/" + lineage + "@" + lsn;
    }
}
