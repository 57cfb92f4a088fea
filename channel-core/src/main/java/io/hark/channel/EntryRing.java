package io.hark.channel;

import java.util.Arrays;

/// Confined: the newest entries of one channel on one loop, for subscribers that are not at its end yet.
/// Each entry has a sequence number that grows by one; a subscriber is such a number. What is dropped is
/// read from the log instead.
final class EntryRing {
    private Entry[] entries = new Entry[8];
    private boolean[] logged = new boolean[8];
    private long firstSeq;
    private long endSeq;
    private long bytes;

    /// Everything that the log holds of the channel after this LSN, up to the feed's position, is in the ring.
    private long baseLsn;

    long firstSeq() {
        return firstSeq;
    }

    long endSeq() {
        return endSeq;
    }

    long bytes() {
        return bytes;
    }

    long baseLsn() {
        return baseLsn;
    }

    int size() {
        return (int) (endSeq - firstSeq);
    }

    Entry at(long seq) {
        return entries[(int) (seq & (entries.length - 1))];
    }

    /// @param isLogged whether the log holds it, too
    void append(Entry entry, boolean isLogged) {
        if (size() == entries.length) {
            Entry[] larger = new Entry[entries.length * 2];
            boolean[] largerLogged = new boolean[larger.length];
            for (long seq = firstSeq; seq < endSeq; seq++) {
                int index = (int) (seq & (larger.length - 1));
                larger[index] = at(seq);
                largerLogged[index] = logged[(int) (seq & (entries.length - 1))];
            }
            entries = larger;
            logged = largerLogged;
        }
        int index = (int) (endSeq & (entries.length - 1));
        entries[index] = entry;
        logged[index] = isLogged;
        endSeq++;
        bytes += entry.size();
    }

    void dropFirst() {
        int index = (int) (firstSeq & (entries.length - 1));
        Entry dropped = entries[index];
        entries[index] = null;
        firstSeq++;
        bytes -= dropped.size();
        if (logged[index]) {
            // An ephemeral entry's LSN may be past the feed's position, where no reader of the log would
            // ever arrive.
            baseLsn = dropped.lsn();
        }
    }

    /// Empties the ring: the next entry follows `lsn`.
    void reset(long lsn) {
        if (entries.length > 8) {
            entries = new Entry[8];
            logged = new boolean[8];
        } else {
            Arrays.fill(entries, null);
        }
        firstSeq = endSeq;
        bytes = 0;
        baseLsn = lsn;
    }

    /// The first entry after `lsn`, which is at or past the base.
    long seqAfter(long lsn) {
        long low = firstSeq;
        long high = endSeq;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (at(middle).lsn() <= lsn) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
