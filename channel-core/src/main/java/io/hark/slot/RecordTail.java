package io.hark.slot;

import io.hark.channel.LogRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Confined: the newest records of a slot, without gaps, by LSN.
final class RecordTail {
    private final List<LogRecord> records = new ArrayList<>();

    /// By index, the bytes of all records up to and including this one, counted from the beginning of the
    /// tail's life.
    private long[] ends = new long[16];

    private int head;
    private long endBytes;

    boolean isEmpty() {
        return head == records.size();
    }

    /// The oldest record's; only when there is one.
    long firstLsn() {
        return records.get(head).lsn();
    }

    long lastLsn() {
        return records.getLast().lsn();
    }

    void add(LogRecord record) {
        if (records.size() == ends.length) {
            ends = Arrays.copyOf(ends, ends.length * 2);
        }
        endBytes += record.size();
        ends[records.size()] = endBytes;
        records.add(record);
    }

    LogRecord get(long lsn) {
        return records.get(index(lsn));
    }

    /// Bytes of the records after `fromLsn` up to `toLsn`; those that are gone count nothing.
    long bytesBetween(long fromLsn, long toLsn) {
        if (isEmpty() || toLsn < firstLsn()) {
            return 0;
        }
        return end(toLsn) - end(Math.max(fromLsn, firstLsn() - 1));
    }

    long bytes() {
        return isEmpty() ? 0 : bytesBetween(firstLsn() - 1, lastLsn());
    }

    private long end(long lsn) {
        int index = index(lsn);
        return index >= head ? ends[index] : ends[head] - records.get(head).size();
    }

    private int index(long lsn) {
        return head + (int) (lsn - firstLsn());
    }

    void dropFirst() {
        records.set(head++, null);
        if (head == records.size()) {
            records.clear();
            head = 0;
        } else if (head > 32 && head > records.size() / 2) {
            records.subList(0, head).clear();
            ends = Arrays.copyOfRange(ends, head, head + Math.max(16, Integer.highestOneBit(records.size()) * 2));
            head = 0;
        }
    }
}
