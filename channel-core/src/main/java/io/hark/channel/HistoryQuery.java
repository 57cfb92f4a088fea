package io.hark.channel;

import java.util.EnumSet;
import java.util.Set;

/// Value: which of a channel's entries to read.
///
/// @param afterLsn    exclusive lower bound
/// @param upToLsn     inclusive upper bound: the committed position, so that nothing uncommitted is served
///                    (rule R9)
/// @param startMillis inclusive; by the entry's time
/// @param endMillis   inclusive
/// @param backwards   newest first
/// @param entriesMax  1 or more
/// @param bytesMax    the page ends once it holds this much; it holds at least one entry
/// @param form        how messages are given that have several versions
/// @param orLast      whether the channel's last publish is asked for where none of its entries is
///                    found, which may be kept for longer than they are
public record HistoryQuery(
        ChannelKey channel,
        long afterLsn,
        long upToLsn,
        long startMillis,
        long endMillis,
        boolean backwards,
        Set<EntryKind> kinds,
        int entriesMax,
        int bytesMax,
        EntryForm form,
        boolean orLast) {
    private static final Set<EntryKind> EVERYTHING = Set.copyOf(EnumSet.complementOf(EnumSet.of(EntryKind.NOOP)));

    /// The same of entries as they were logged.
    public HistoryQuery(
            ChannelKey channel,
            long afterLsn,
            long upToLsn,
            long startMillis,
            long endMillis,
            boolean backwards,
            Set<EntryKind> kinds,
            int entriesMax,
            int bytesMax) {
        this(
                channel,
                afterLsn,
                upToLsn,
                startMillis,
                endMillis,
                backwards,
                kinds,
                entriesMax,
                bytesMax,
                EntryForm.AS_LOGGED,
                false);
    }

    /// Everything in `(afterLsn, upToLsn]`, oldest first.
    public static HistoryQuery after(ChannelKey channel, long afterLsn, long upToLsn, int entriesMax, int bytesMax) {
        return new HistoryQuery(channel, afterLsn, upToLsn, 0, Long.MAX_VALUE, false, EVERYTHING, entriesMax, bytesMax);
    }

    /// The query with that upper bound, if it is the lower one.
    public HistoryQuery upTo(long lsn) {
        return lsn >= Math.max(upToLsn, form.latestAsOf())
                ? this
                : new HistoryQuery(
                        channel,
                        afterLsn,
                        Math.min(upToLsn, lsn),
                        startMillis,
                        endMillis,
                        backwards,
                        kinds,
                        entriesMax,
                        bytesMax,
                        form.upTo(lsn),
                        orLast);
    }

    public HistoryQuery inForm(EntryForm other) {
        return new HistoryQuery(
                channel,
                afterLsn,
                upToLsn,
                startMillis,
                endMillis,
                backwards,
                kinds,
                entriesMax,
                bytesMax,
                other,
                orLast);
    }
}
