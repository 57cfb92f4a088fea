package io.hark.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Value: a message's identity and place in its channel, the same in every region:
/// `01726585978590-001@eu.1.4711:000`, which is time, counter, region, lineage, the origin's sequence
/// number and the index within the publish.
///
/// As strings, the serials of one channel sort by (timestamp, counter), and those of one publish by
/// index; so clients compare them without understanding them (TM2r).
///
/// @param timestampMillis 0 to 99,999,999,999,999
/// @param counter         0 to 999, tells apart what was accepted within one millisecond
/// @param region          1 to 16 of a-z0-9
/// @param lineage         which life of the region; not negative
/// @param oseq            the region's own sequence number in the slot; not negative
/// @param index           0 to 999, place within the publish
public record MessageSerial(long timestampMillis, int counter, String region, int lineage, long oseq, int index) {
    private static final int TIMESTAMP_DIGITS = 14;
    private static final long TIMESTAMP_MAX = 99_999_999_999_999L;
    private static final int SMALL_DIGITS = 3;
    private static final int SMALL_MAX = 999;
    private static final int LENGTH_MAX =
            TIMESTAMP_DIGITS + 1 + SMALL_DIGITS + 1 + RegionName.LENGTH_MAX + 1 + 10 + 1 + 19 + 1 + SMALL_DIGITS;

    public MessageSerial {
        check(timestampMillis >= 0 && timestampMillis <= TIMESTAMP_MAX, "timestampMillis", timestampMillis);
        check(counter >= 0 && counter <= SMALL_MAX, "counter", counter);
        RegionName.require(region);
        check(lineage >= 0, "lineage", lineage);
        check(oseq >= 0, "oseq", oseq);
        check(index >= 0 && index <= SMALL_MAX, "index", index);
    }

    private static void check(boolean inRange, String name, long value) {
        if (!inRange) {
            throw new IllegalArgumentException(name + " of a message serial is out of range: " + value);
        }
    }

    @Override
    public String toString() {
        return format(timestampMillis, counter, region, lineage, oseq, index);
    }

    /// The text of a serial whose parts the caller knows to be in range; runs once per message.
    public static String format(long timestampMillis, int counter, String region, int lineage, long oseq, int index) {
        byte[] text = new byte[LENGTH_MAX];
        int at = padded(text, 0, timestampMillis, TIMESTAMP_DIGITS);
        text[at++] = '-';
        at = padded(text, at, counter, SMALL_DIGITS);
        text[at++] = '@';
        for (int i = 0; i < region.length(); i++) {
            text[at++] = (byte) region.charAt(i);
        }
        text[at++] = '.';
        at = number(text, at, lineage);
        text[at++] = '.';
        at = number(text, at, oseq);
        text[at++] = ':';
        at = padded(text, at, index, SMALL_DIGITS);
        return new String(text, 0, at, StandardCharsets.ISO_8859_1);
    }

    private static int padded(byte[] text, int at, long value, int digits) {
        long rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return at + digits;
    }

    private static int number(byte[] text, int at, long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return padded(text, at, value, digits);
    }

    /// Reads a serial back; empty for anything that [#toString] does not produce.
    public static Optional<MessageSerial> parse(String text) {
        int at = text.indexOf('@');
        int firstDot = text.indexOf('.', at + 1);
        int secondDot = text.indexOf('.', firstDot + 1);
        int colon = text.indexOf(':', secondDot + 1);
        boolean shaped = text.length() <= LENGTH_MAX
                && at == TIMESTAMP_DIGITS + 1 + SMALL_DIGITS
                && text.charAt(TIMESTAMP_DIGITS) == '-'
                && firstDot > at
                && secondDot > firstDot
                && colon > secondDot
                && text.length() == colon + 1 + SMALL_DIGITS;
        if (!shaped || !RegionName.isValid(text.substring(at + 1, firstDot))) {
            return Optional.empty();
        }
        long timestamp = digits(text, 0, TIMESTAMP_DIGITS);
        long counter = digits(text, TIMESTAMP_DIGITS + 1, at);
        long lineage = number(text, firstDot + 1, secondDot);
        long oseq = number(text, secondDot + 1, colon);
        long index = digits(text, colon + 1, text.length());
        if (timestamp < 0 || counter < 0 || lineage < 0 || lineage > Integer.MAX_VALUE || oseq < 0 || index < 0) {
            return Optional.empty();
        }
        return Optional.of(new MessageSerial(
                timestamp, (int) counter, text.substring(at + 1, firstDot), (int) lineage, oseq, (int) index));
    }

    /// A number without leading zeros, so that each serial has one spelling only; -1 when it is none.
    private static long number(String text, int from, int to) {
        return to - from > 1 && text.charAt(from) == '0' ? -1 : digits(text, from, to);
    }

    private static long digits(String text, int from, int to) {
        if (from >= to || to - from > 19) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value; // 19 digits overflow to a negative number or stay in range
    }
}
