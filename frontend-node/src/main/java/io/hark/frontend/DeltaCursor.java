package io.hark.frontend;

import io.hark.channel.Entry;
import java.util.Optional;

/// Confined: which message one subscriber got last on a channel, so that it is told differences to that
/// one only. Whatever it was told in another way, or missed, makes the next message a whole one.
final class DeltaCursor {
    private final DeltaCoder coder;

    /// The [Entry#hlc] of the entry with the last message; 0 when the next one must be whole.
    private long last;

    /// That entry, while the log is read for this subscriber alone.
    private Optional<Entry> read = Optional.empty();

    DeltaCursor(DeltaCoder coder) {
        this.coder = coder;
    }

    /// The subscriber is told everything from `from` to `to` of the ring.
    ///
    /// @return from where on it takes differences; before that it takes messages as they were published
    long live(FrameRing ring, long from, long to) {
        read = Optional.empty();
        long first = ring.nextMessages(from, to);
        if (first == to) {
            return to;
        }
        boolean follows = last != 0 && last == ring.beforeMessages(first);
        last = ring.beforeMessages(to);
        return follows ? from : first + 1;
    }

    /// The subscriber is told this entry, which was read from the log.
    Entry backlog(Entry entry) {
        if (!FrameRing.hasMessages(entry)) {
            return entry;
        }
        Entry told = coder.difference(read, entry);
        read = Optional.of(entry);
        last = entry.hlc();
        return told;
    }

    /// Everything that the log held at the attach was read: the ring keeps the last of it for all, not
    /// each for itself.
    void caughtUp(FrameRing ring) {
        if (read.isPresent() && ring.remember(read.get())) {
            read = Optional.empty();
        }
    }

    /// The subscriber was told a message that is not of the channel's log.
    void interrupted() {
        read = Optional.empty();
        last = 0;
    }
}
