package io.hark.channel;

import java.util.List;

/// Value: entries in the order asked for.
///
/// @param more whether the page ended because it was full; reading on from its last entry may give more
public record HistoryPage(List<Entry> entries, boolean more) {
    public HistoryPage {
        entries = List.copyOf(entries);
    }
}
