package io.hark.channel;

/// Value: a record on its way to the disk.
///
/// @param after the slot's meta once it is in
public record Append(LogRecord record, SlotMeta after) {
    public EntryHead head() {
        return record.head();
    }
}
