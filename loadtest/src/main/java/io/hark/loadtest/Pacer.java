package io.hark.loadtest;

/// Confined: when a publisher's next message is due.
///
/// In an open loop that does not depend on what the server does: a message that is sent late, since
/// the server or the generator was slow, still counts from when it was due. Otherwise a server that
/// stops for a second would have one slow message, where its users would have had a second's worth
/// of them (coordinated omission).
sealed interface Pacer {
    /// When the next message is due, in nanoseconds; before `now` when it is late.
    long due(long now);

    /// The next message has been sent.
    void sent();

    /// How many messages are due before `end` and not sent; 0 in a closed loop, where none is due
    /// by itself.
    long unsent(long end);

    /// @param perSecond messages; 0 for as many as are acknowledged
    /// @param phase     of the interval between two messages, 0 to 1, so that not all publishers
    ///                  send at once
    static Pacer of(double perSecond, double phase, long beginNanos) {
        return perSecond == 0 ? new Closed() : new Open(perSecond, phase, beginNanos);
    }

    /// Confined: at a steady rate.
    final class Open implements Pacer {
        private final double nanosBetween;
        private final double phase;
        private final long begin;
        private long count;

        Open(double perSecond, double phase, long begin) {
            this.nanosBetween = 1e9 / perSecond;
            this.phase = phase;
            this.begin = begin;
        }

        @Override
        public long due(long now) {
            return begin + (long) ((count + phase) * nanosBetween);
        }

        @Override
        public void sent() {
            count++;
        }

        @Override
        public long unsent(long end) {
            return Math.max(0, (long) Math.ceil((end - begin) / nanosBetween - phase) - count);
        }
    }

    /// Confined: at once; the window of what is on its way is the only limit.
    final class Closed implements Pacer {
        @Override
        public long due(long now) {
            return now;
        }

        @Override
        public void sent() {}

        @Override
        public long unsent(long end) {
            return 0;
        }
    }
}
