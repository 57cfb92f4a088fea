package io.hark.jepsen;

import io.hark.jepsen.Anomaly.Kind;
import java.util.BitSet;
import java.util.Optional;

/// Confined to the checker: what one client got of one channel since it was last told that it had missed
/// something. It must be one unbroken piece of the log.
final class ReaderRun {
    private static final int NOTHING_YET = -1;

    private final ChannelLog log;
    private final int firstDue;
    private final BitSet got = new BitSet();
    private int last = NOTHING_YET;

    /// @param attachedBefore the row that the next message would have had
    ReaderRun(ChannelLog log, int attachedBefore) {
        this.log = log;
        this.firstDue = log.firstDueFrom(attachedBefore);
    }

    /// The place in the log of what came last; negative when nothing has.
    int last() {
        return last;
    }

    /// @return what is wrong with getting the log's `index` next
    Optional<Kind> receive(int index) {
        if (log.isOptional(index)) {
            return Optional.empty();
        }
        if (got.get(index)) {
            return Optional.of(Kind.DUPLICATE_AT_CLIENT);
        }
        got.set(index);
        if (last != NOTHING_YET && index < last) {
            return Optional.of(Kind.REORDERED_AT_CLIENT);
        }
        int due = due();
        last = index;
        return index > due ? Optional.of(Kind.GAP) : Optional.empty();
    }

    /// The place in the log of what must come next; the log's size when it has all.
    int due() {
        return last == NOTHING_YET ? firstDue : log.due(last + 1);
    }
}
