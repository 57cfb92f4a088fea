package io.hark.frontend;

import io.hark.channel.Entry;
import io.hark.channel.Origin;

/// Confined: where a client is on a channel: at the last entry that it was handed, or where it attached. What is of
/// no entry keeps it there.
final class ClientPlace {
    private final EntryFrames frames;
    private String attachedAt = "";

    /// Where the entry is from that it was handed last; null before the first.
    private Origin origin;

    private long lsn;
    private long oseq;

    ClientPlace(EntryFrames frames) {
        this.frames = frames;
    }

    void attached(String channelSerial) {
        attachedAt = channelSerial;
    }

    void handed(Entry entry) {
        origin = entry.origin();
        lsn = entry.lsn();
        oseq = entry.oseq();
    }

    String channelSerial() {
        return origin == null ? attachedAt : frames.channelSerial(origin, lsn, oseq);
    }

    /// The later one of this place and the one that the client gives. The client's own if they cannot be compared.
    String orLater(String channelSerial) {
        boolean behind = origin != null
                && frames.position(channelSerial)
                        .filter(given -> given.region().equals(origin.region())
                                && given.lineage() == origin.lineage()
                                && given.lsn() < lsn)
                        .isPresent();
        return behind ? channelSerial() : channelSerial;
    }
}
