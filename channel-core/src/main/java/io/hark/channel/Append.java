package io.hark.channel;

/// Value: a record on its way to the disk.
///
/// @param after   the slot's meta once it is in
/// @param present whether what it changed of its channel's state is among the rows already: only the record is new here
public record Append(LogRecord record, SlotMeta after, boolean present) {
    public Append(LogRecord record, SlotMeta after) {
        this(record, after, false);
    }

    public EntryHead head() {
        return record.head();
    }
}
