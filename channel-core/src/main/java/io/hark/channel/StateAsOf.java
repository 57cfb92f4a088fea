package io.hark.channel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blocking: rows of a channel's state as an earlier entry left them, while that entry is close to the
/// end: what was appended since is taken back in memory.
final class StateAsOf {
    static final int ROWS_AT_ONCE = 1_000;
    private static final int ENTRIES_AT_ONCE = 100;
    private static final int BYTES_AT_ONCE = 1 << 20;

    private final StoreView view;
    private final ChannelKey channel;
    private final long asOfLsn;

    StateAsOf(StoreView view, ChannelKey channel, long asOfLsn) {
        this.view = view;
        this.channel = channel;
        this.asOfLsn = asOfLsn;
    }

    private record RowKey(StateKind kind, String key) {}

    /// All rows that the query asks for, whatever their number.
    List<StateRow> rows(StateQuery query) throws DamagedEntry {
        List<StateRow> rows = new ArrayList<>();
        StatePage page = view.state(query);
        rows.addAll(page.rows());
        while (page.more()) {
            page = view.state(query.after(rows.getLast().key()));
            rows.addAll(page.rows());
        }
        // After the rows were read: what is taken back then is what they were at most ahead by.
        Map<RowKey, StateChange> since = changedSince();
        if (since.isEmpty()) {
            return rows;
        }
        rows.removeIf(row -> since.containsKey(new RowKey(row.kind(), row.key())));
        for (StateChange change : since.values()) {
            if (query.asksFor(change.kind(), change.key()) && change.before().isPresent()) {
                rows.add(new StateRow(
                        change.kind(),
                        change.key(),
                        change.lifetime(),
                        change.before().get()));
            }
        }
        rows.sort(Comparator.comparing(StateRow::key, StateQuery.BY_BYTES));
        return rows;
    }

    /// The number that one row holds.
    Optional<Long> number(StateKind kind, String key, Lifetime lifetime) throws DamagedEntry {
        for (StateRow row : rows(StateQuery.one(channel, kind, key, lifetime))) {
            if (row.key().equals(key)) {
                return Optional.of(StateValue.number(row.value()));
            }
        }
        return Optional.empty();
    }

    /// Of several changes of a row the first, which knows what was there before them.
    private Map<RowKey, StateChange> changedSince() throws DamagedEntry {
        Map<RowKey, StateChange> changed = new HashMap<>();
        long after = asOfLsn;
        while (after < Long.MAX_VALUE) {
            HistoryPage page =
                    view.read(HistoryQuery.after(channel, after, Long.MAX_VALUE, ENTRIES_AT_ONCE, BYTES_AT_ONCE));
            for (Entry entry : page.entries()) {
                Optional<LogRecord> record = view.record(channel, entry.lsn());
                if (record.isPresent()) {
                    for (StateChange change : record.get().changes()) {
                        changed.putIfAbsent(new RowKey(change.kind(), change.key()), change);
                    }
                }
                after = entry.lsn();
            }
            if (!page.more()) {
                break;
            }
        }
        return changed;
    }
}
