package io.hark.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Value: rows of a channel's state, in the order in which they were asked for.
///
/// @param more whether there are more than were asked for
public record RowsPage(List<StateRow> rows, boolean more) {
    public RowsPage {
        rows = List.copyOf(rows);
    }

    /// Reads the ranges from a store, as its last appended entry left them.
    public static CompletionStage<RowsPage> read(HistoryStore store, RowsRead read) {
        return more(store, read, 0, new ArrayList<>());
    }

    private static CompletionStage<RowsPage> more(HistoryStore store, RowsRead read, int range, List<StateRow> rows) {
        if (range == read.ranges().size()) {
            return CompletableFuture.completedStage(new RowsPage(rows, false));
        }
        int left = read.rowsMax() - rows.size();
        if (left == 0) {
            return CompletableFuture.completedStage(new RowsPage(rows, true));
        }
        return store.state(read.query(read.ranges().get(range), left)).thenCompose(page -> {
            rows.addAll(page.rows());
            return page.more()
                    ? CompletableFuture.completedStage(new RowsPage(rows, true))
                    : more(store, read, range + 1, rows);
        });
    }
}
