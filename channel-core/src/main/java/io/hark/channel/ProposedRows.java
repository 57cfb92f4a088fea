package io.hark.channel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// Confined: rows of a channel's state as entries leave them that are not committed yet, which the store
/// may not show yet.
final class ProposedRows {
    private static final Comparator<Key> ORDER =
            Comparator.comparing(Key::kind).thenComparing(Key::key, StateQuery.BY_BYTES);

    private final NavigableMap<Key, Proposed> rows = new TreeMap<>(ORDER);

    private record Key(StateKind kind, String key) {}

    private record Proposed(Lifetime lifetime, Optional<StateValue> value, long lsn) {}

    void propose(long lsn, List<StateChange> changes) {
        for (StateChange change : changes) {
            rows.put(new Key(change.kind(), change.key()), new Proposed(change.lifetime(), change.after(), lsn));
        }
    }

    /// The store shows what that entry changed.
    void committed(long lsn, List<StateChange> changes) {
        for (StateChange change : changes) {
            rows.computeIfPresent(
                    new Key(change.kind(), change.key()), (key, proposed) -> proposed.lsn() == lsn ? null : proposed);
        }
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /// The rows whose keys start with `prefix`, as they are now, to be laid over what a store shows.
    Overlay startingWith(String prefix) {
        NavigableMap<Key, Proposed> copy = new TreeMap<>(ORDER);
        rows.forEach((key, proposed) -> {
            if (key.key().startsWith(prefix)) {
                copy.put(key, proposed);
            }
        });
        return new Overlay(copy);
    }

    /// Value: rows that go before those of a store.
    static final class Overlay {
        private final NavigableMap<Key, Proposed> rows;

        private Overlay(NavigableMap<Key, Proposed> rows) {
            this.rows = rows;
        }

        StateRows on(StoreView store) {
            return query -> page(store, query);
        }

        private StatePage page(StoreView store, StateQuery query) throws DamagedEntry {
            StatePage stored = store.state(query);
            if (rows.isEmpty()) {
                return stored;
            }
            List<StateRow> merged = new ArrayList<>();
            StateQuery rest = query;
            while (true) {
                merged.addAll(merged(stored, rest));
                if (!merged.isEmpty() || !stored.more()) {
                    return new StatePage(merged, stored.more());
                }
                rest = rest.after(stored.rows().getLast().key());
                stored = store.state(rest);
            }
        }

        private List<StateRow> merged(StatePage stored, StateQuery query) {
            List<StateRow> merged = new ArrayList<>();
            for (StateRow row : stored.rows()) {
                if (!rows.containsKey(new Key(row.kind(), row.key()))) {
                    merged.add(row);
                }
            }
            for (Map.Entry<Key, Proposed> each : rows.entrySet()) {
                Key key = each.getKey();
                boolean within = query.asksFor(key.kind(), key.key())
                        && (!stored.more()
                                || StateQuery.BY_BYTES.compare(
                                                key.key(),
                                                stored.rows().getLast().key())
                                        <= 0);
                if (within && each.getValue().value().isPresent()) {
                    Proposed proposed = each.getValue();
                    merged.add(new StateRow(
                            key.kind(),
                            key.key(),
                            proposed.lifetime(),
                            proposed.value().get()));
                }
            }
            merged.sort(Comparator.comparing(StateRow::key, StateQuery.BY_BYTES));
            return merged;
        }
    }
}
