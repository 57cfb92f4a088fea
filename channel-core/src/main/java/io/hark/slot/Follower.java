package io.hark.slot;

import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import java.util.Optional;

/// Confined: what a slot's owner knows of one other node that holds the slot, or is to.
final class Follower {
    final String node;

    /// What it said before it heard of this version of the assignment was of an earlier time here.
    final int sinceVersion;

    /// Everything up to here is confirmed in this epoch; -1 before anything was.
    long confirmed = -1;

    /// Everything up to here was sent, or is there already.
    long sent;

    /// The epoch of the entry at `sent`: of an old one the meta may not know it any more.
    int sentEpoch;

    /// Where both logs are the same is known, so that records can follow `sent`.
    boolean matched;

    /// Where sending began: what comes before does not count as on its way.
    long sentFrom;

    /// Records or rows are being read for it, or rows are on their way.
    boolean catchingUp;

    /// It has begun anew with rows that hold the effects of everything up to here: of these entries only
    /// those follow that have not expired.
    long sparseUpTo;

    /// Effects of entries up to here may be among the rows that it began anew with. It could not take
    /// them back, so it joins no in-sync set of which a member lacks one.
    long imageLsn;

    /// It was told to give up what it has, and has not taken all rows yet: what it confirms meanwhile may be of
    /// what it had before.
    boolean beginsAnew;

    /// The number of that beginning anew.
    int round;

    /// It must begin anew, and may not before the control log does without it.
    boolean unfit;

    /// Grows when what was begun for it no longer matters.
    int attempt;

    /// When it last confirmed something new, or had everything.
    long progressMillis;

    long probedMillis;
    Optional<Installing> installing = Optional.empty();

    /// Pages that it has taken since it began anew.
    int pages;

    Follower(String node, int sinceVersion, long nowMillis) {
        this.node = node;
        this.sinceVersion = sinceVersion;
        this.progressMillis = nowMillis;
    }

    void sentUpTo(long lsn, SlotMeta known) {
        sent = lsn;
        sentEpoch = known.epochAt(lsn);
    }

    /// The page of rows that is on its way.
    ///
    /// @param base the slot's meta once all pages are in
    /// @param next where the page after this one begins
    record Installing(int page, SlotMeta base, byte[] next) {
        static Installing first(SlotMeta base) {
            return new Installing(0, base, SlotImage.START);
        }

        Installing then(byte[] following) {
            return new Installing(page, base, following);
        }

        Installing nextPage() {
            return new Installing(page + 1, base, next);
        }
    }
}
