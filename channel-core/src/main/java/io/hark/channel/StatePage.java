package io.hark.channel;

import java.util.List;

/// Value: rows of a channel's state.
///
/// @param more whether there are more rows than were asked for
public record StatePage(List<StateRow> rows, boolean more) {
    public StatePage {
        rows = List.copyOf(rows);
    }
}
