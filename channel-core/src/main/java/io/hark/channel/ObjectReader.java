package io.hark.channel;

/// A subscriber's wish to have the channel's objects first, and then what changes them. Called on the
/// channel's loop.
public interface ObjectReader {
    /// A page of the objects, between [Subscriber#attached] and the first entry; only while the
    /// subscriber is writable. Of the entries that follow, those at or before its LSN are in it already.
    void objects(ObjectsPage page);
}
