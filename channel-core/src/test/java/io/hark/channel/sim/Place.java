package io.hark.channel.sim;

import io.hark.channel.Entry;
import io.hark.channel.EntryHead;

/// Value: where an entry stands in the log of a slot.
record Place(int slot, int lineage, long lsn) {
    static Place of(EntryHead head) {
        return new Place(head.channel().slot(), head.origin().lineage(), head.lsn());
    }

    static Place of(Entry entry) {
        return of(entry.head());
    }

    @Override
    public String toString() {
        return slot + "/" + lineage + "@" + lsn;
    }
}
