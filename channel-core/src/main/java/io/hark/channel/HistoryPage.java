package io.hark.channel;

import java.util.List;

/// Value: entries in the order asked for.
///
/// @param more whether the page ended because it was full; reading on from its last entry may give more
public record HistoryPage(List<Entry> entries, boolean more) {
    public HistoryPage {
        entries = List.copyOf(entries);
    }

    /// The entries up to the first place where one is missing that is not kept any more. Entries of one
    /// channel can be kept for different times, so such a place can be anywhere in a page.
    List<Entry> unbroken() {
        for (int next = 1; next < entries.size(); next++) {
            if (entries.get(next).prevLsn() > entries.get(next - 1).lsn()) {
                return entries.subList(0, next);
            }
        }
        return entries;
    }
}
