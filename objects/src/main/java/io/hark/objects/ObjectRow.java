package io.hark.objects;

import io.hark.protocol.ObjectEntry;

/// Value: what a row of a channel's objects holds. An object is its head and, if it is a map, an entry
/// for each key.
public sealed interface ObjectRow permits ObjectHead, ObjectRow.Entry {
    record Entry(ObjectEntry entry) implements ObjectRow {}
}
