package io.hark.jepsen;

import java.util.Arrays;

/// Confined to the checker: what is known of each published message, in some 45 bytes. A message's row is its
/// place in the order in which messages were handed to clients.
final class Messages {
    static final int UNKNOWN = -1;
    private static final int FIRST_ROWS = 1 << 10;
    private static final byte ORDERED = 1;
    private static final byte ACCEPTED = 1 << 1;
    private static final byte REFUSED = 1 << 2;
    private static final byte REISSUED = 1 << 3;

    private int[][] rowsByPublisher = new int[0][];
    private int count;
    private long[] keys = new long[FIRST_ROWS];
    private int[] channels = new int[FIRST_ROWS];
    private long[] invokedMicros = new long[FIRST_ROWS];
    private int[] logIndexes = new int[FIRST_ROWS];
    private long[] serials = new long[FIRST_ROWS];
    private long[] places = new long[FIRST_ROWS];
    private byte[] flags = new byte[FIRST_ROWS];

    int count() {
        return count;
    }

    /// @return false when the message was there already
    boolean add(Event.Invoked invoked) {
        if (row(invoked.message()) != UNKNOWN) {
            return false;
        }
        if (count == keys.length) {
            grow();
        }
        keys[count] = invoked.message();
        channels[count] = invoked.channel();
        invokedMicros[count] = invoked.micros();
        logIndexes[count] = UNKNOWN;
        flags[count] = invoked.ordered() ? ORDERED : 0;
        rows(MessageKey.publisher(invoked.message()), MessageKey.number(invoked.message()) + 1)[
                MessageKey.number(invoked.message())] = ++count;
        return true;
    }

    private void grow() {
        int rows = count * 2;
        keys = Arrays.copyOf(keys, rows);
        channels = Arrays.copyOf(channels, rows);
        invokedMicros = Arrays.copyOf(invokedMicros, rows);
        logIndexes = Arrays.copyOf(logIndexes, rows);
        serials = Arrays.copyOf(serials, rows);
        places = Arrays.copyOf(places, rows);
        flags = Arrays.copyOf(flags, rows);
    }

    private int[] rows(int publisher, int length) {
        if (publisher >= rowsByPublisher.length) {
            int before = rowsByPublisher.length;
            rowsByPublisher = Arrays.copyOf(rowsByPublisher, publisher + 1);
            Arrays.fill(rowsByPublisher, before, rowsByPublisher.length, new int[0]);
        }
        if (length > rowsByPublisher[publisher].length) {
            rowsByPublisher[publisher] = Arrays.copyOf(rowsByPublisher[publisher], Math.max(64, length * 2));
        }
        return rowsByPublisher[publisher];
    }

    int row(long key) {
        int publisher = MessageKey.publisher(key);
        int number = MessageKey.number(key);
        return key != MessageKey.FOREIGN
                        && publisher < rowsByPublisher.length
                        && number < rowsByPublisher[publisher].length
                ? rowsByPublisher[publisher][number] - 1
                : UNKNOWN;
    }

    long key(int row) {
        return keys[row];
    }

    String text(int row) {
        return MessageKey.text(keys[row]);
    }

    int channel(int row) {
        return channels[row];
    }

    long invokedMicros(int row) {
        return invokedMicros[row];
    }

    int logIndex(int row) {
        return logIndexes[row];
    }

    void logged(int row, int index) {
        logIndexes[row] = index;
    }

    void accepted(int row) {
        flags[row] |= ACCEPTED;
    }

    void refused(int row) {
        flags[row] |= REFUSED;
    }

    void reissued(int row) {
        flags[row] |= REISSUED;
    }

    boolean isOrdered(int row) {
        return (flags[row] & ORDERED) != 0;
    }

    boolean isAccepted(int row) {
        return (flags[row] & ACCEPTED) != 0;
    }

    boolean isRefused(int row) {
        return (flags[row] & REFUSED) != 0;
    }

    boolean isReissued(int row) {
        return (flags[row] & REISSUED) != 0;
    }

    /// @return whether it has no other serial
    boolean agreesOnSerial(int row, long serial) {
        return agrees(serials, row, serial);
    }

    /// What the log says is its serial, whatever was said before.
    void serialInLog(int row, long serial) {
        serials[row] = serial;
    }

    /// @return whether it has no other channelSerial
    boolean agreesOnPlace(int row, long place) {
        return agrees(places, row, place);
    }

    private static boolean agrees(long[] known, int row, long value) {
        if (known[row] == Event.NONE) {
            known[row] = value;
        }
        return known[row] == value;
    }

    /// @return two rows of one channel with one channelSerial, or none
    int[] twoInOnePlace() {
        return twoWithTheSame(places);
    }

    /// @return two rows of one channel with one serial, or none
    int[] twoWithOneSerial() {
        return twoWithTheSame(serials);
    }

    private int[] twoWithTheSame(long[] values) {
        long[] sorted = new long[count];
        for (int row = 0; row < count; row++) {
            // What has no value is as unique as its row.
            sorted[row] = values[row] == Event.NONE ? row : ofItsChannel(values, row);
        }
        Arrays.sort(sorted);
        for (int i = 1; i < count; i++) {
            if (sorted[i] == sorted[i - 1]) {
                int first = indexOf(values, sorted[i], 0);
                return new int[] {first, indexOf(values, sorted[i], first + 1)};
            }
        }
        return new int[0];
    }

    /// Positions of different channels may be equal.
    private long ofItsChannel(long[] values, int row) {
        return (values[row] ^ channels[row]) * 0x9fb21c651e98df25L;
    }

    private int indexOf(long[] values, long value, int from) {
        int row = from;
        while (values[row] == Event.NONE || ofItsChannel(values, row) != value) {
            row++;
        }
        return row;
    }
}
