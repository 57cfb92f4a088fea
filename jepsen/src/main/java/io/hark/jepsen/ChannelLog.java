package io.hark.jepsen;

import java.util.Arrays;
import java.util.BitSet;

/// Confined to the checker: the final log of one channel, as rows of [Messages].
final class ChannelLog {
    private int[] rows = new int[16];
    private int size;

    /// Entries that a reader may get once, twice or not at all.
    private final BitSet optional = new BitSet();

    /// Rows in the order of their invocation, and for each the first place in the log of all that came with
    /// or after it; known once sealed.
    private int[] invoked = new int[0];
    private int[] firstOfRest = new int[0];

    int append(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, size * 2);
        }
        rows[size] = row;
        return size++;
    }

    void makeOptional(int index) {
        optional.set(index);
    }

    boolean isOptional(int index) {
        return optional.get(index);
    }

    void seal(Messages messages) {
        invoked = Arrays.stream(rows, 0, size)
                .filter(row -> row != Messages.UNKNOWN)
                .sorted()
                .distinct()
                .toArray();
        firstOfRest = new int[invoked.length];
        int first = size;
        for (int i = invoked.length - 1; i >= 0; i--) {
            first = Math.min(first, messages.logIndex(invoked[i]));
            firstOfRest[i] = first;
        }
    }

    /// The first place that a subscriber who was attached before `row` was invoked must have seen: everything
    /// from there on, or more, was published after it.
    int firstDueFrom(int row) {
        int at = Arrays.binarySearch(invoked, row);
        int place = at < 0 ? -at - 1 : at;
        return due(place == invoked.length ? size : firstOfRest[place]);
    }

    /// @return the first place from `index` on that a reader must get
    int due(int index) {
        return Math.min(size, optional.nextClearBit(index));
    }

    int size() {
        return size;
    }

    int row(int index) {
        return rows[index];
    }
}
