package io.hark.jepsen;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The number that names one message of a run, whatever connection or serial it travels under; as text it is
/// the message's name on the wire.
final class MessageKey {
    /// What is none of ours.
    static final long FOREIGN = -1;

    private static final Pattern TEXT = Pattern.compile("p(\\d{1,6})-(\\d{1,9})");

    private MessageKey() {}

    static long of(int publisher, int number) {
        return (long) publisher << 32 | number;
    }

    static int publisher(long key) {
        return (int) (key >> 32);
    }

    static int number(long key) {
        return (int) key;
    }

    static String text(long key) {
        return key == FOREIGN ? "a message that is none of ours" : "p" + publisher(key) + "-" + number(key);
    }

    static long parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches() ? of(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))) : FOREIGN;
    }

    /// 64 bits of a position's text; equal texts have equal hashes, and others differ but by an accident of 1
    /// in 2^64.
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 32) * 0x9fb21c651e98df25L;
        hash ^= hash >>> 29;
        return hash == Event.NONE ? 1 : hash;
    }
}
