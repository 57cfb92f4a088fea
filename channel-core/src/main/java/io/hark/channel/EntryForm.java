package io.hark.channel;

/// Value: how messages are given that have several versions.
///
/// @param latestAsOf   messages are given in the version that was the latest at this LSN, with their
///                     summary; 0: as they were published
/// @param wholeThrough an append to a version at or before this LSN is given as the whole message; 0:
///                     none is
public record EntryForm(long latestAsOf, long wholeThrough) {
    public static final EntryForm AS_LOGGED = new EntryForm(0, 0);

    EntryForm upTo(long lsn) {
        return latestAsOf <= lsn ? this : new EntryForm(lsn, wholeThrough);
    }
}
