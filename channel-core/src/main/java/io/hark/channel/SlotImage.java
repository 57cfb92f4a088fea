package io.hark.channel;

import java.util.List;

/// Value: a page of a slot's [SlotRow]s.
///
/// @param trimmedLsn an LSN at or above all entries of the slot whose [SlotRow.Place] was dropped
/// @param next       where to go on; empty bytes after the last page
public record SlotImage(List<SlotRow> rows, long trimmedLsn, byte[] next) {
    public static final byte[] START = {};

    public SlotImage {
        rows = List.copyOf(rows);
    }

    public boolean isLast() {
        return next.length == 0;
    }
}
