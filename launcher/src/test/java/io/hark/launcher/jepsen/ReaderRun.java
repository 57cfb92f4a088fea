package io.hark.launcher.jepsen;

import io.hark.launcher.jepsen.Anomaly.Kind;
import java.util.BitSet;
import java.util.Optional;

/// Confined to the checker: what one client got of one channel since it was last told that it had missed something.
/// It must be one unbroken piece of the log.
final class ReaderRun {
    private static final int NOTHING_YET = -1;

    private final ChannelLog log;
    private final int firstDue;
    private final BitSet got = new BitSet();
    private int last = NOTHING_YET;
    private Optional<String> lastId = Optional.empty();

    /// @param attachedAt place in the history
    ReaderRun(ChannelLog log, int attachedAt) {
        this.log = log;
        this.firstDue = log.firstDueAfter(attachedAt);
    }

    Optional<String> lastId() {
        return lastId;
    }

    /// @return what is wrong with getting the log's `index` next
    Optional<Anomaly> receive(int index, String id) {
        if (got.get(index)) {
            return Optional.of(new Anomaly(Kind.DUPLICATE_AT_CLIENT, "got %s again".formatted(id)));
        }
        got.set(index);
        if (last != NOTHING_YET && index < last) {
            return Optional.of(new Anomaly(Kind.REORDERED_AT_CLIENT, "got %s after %s".formatted(id, log.id(last))));
        }
        int due = last == NOTHING_YET ? Math.max(firstDue, 0) : last + 1;
        last = index;
        lastId = Optional.of(id);
        return index > due
                ? Optional.of(new Anomaly(
                        Kind.GAP, "missed %d messages from %s to before %s".formatted(index - due, log.id(due), id)))
                : Optional.empty();
    }

    Optional<String> missingAtTheEnd() {
        int due = last == NOTHING_YET ? firstDue : last + 1;
        return due < log.size()
                ? Optional.of("never got the last %d messages from %s on".formatted(log.size() - due, log.id(due)))
                : Optional.empty();
    }
}
