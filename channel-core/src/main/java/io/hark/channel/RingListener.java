package io.hark.channel;

/// Follows a channel's ring, to keep the encoded frames of exactly its entries. Called on the loop.
public interface RingListener {
    /// The ring's next entry; sequence numbers start at 0 and grow by one.
    void appended(Entry entry);

    /// Entries before `firstSeq` are gone from the ring.
    void dropped(long firstSeq);
}
