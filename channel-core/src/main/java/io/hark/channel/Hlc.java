package io.hark.channel;

/// Hybrid logical time of a slot's entries, packed in a long: milliseconds since the epoch times 1000,
/// plus a counter of 0 to 999 within the millisecond. Strictly increasing per slot whatever the clock
/// does; orders message serials.
public final class Hlc {
    private static final int PER_MILLI = 1000;

    private Hlc() {}

    /// The next time after `last`, not before the wall clock.
    public static long next(long last, long nowMillis) {
        return Math.max(last + 1, nowMillis * PER_MILLI);
    }

    public static long millis(long hlc) {
        return hlc / PER_MILLI;
    }

    public static int counter(long hlc) {
        return (int) (hlc % PER_MILLI);
    }
}
