package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.protocol.ErrorCode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: decides about changes of rows that are not the core's own. One after the other for each
/// channel: each finds the rows as the one before it leaves them, committed or not.
final class RowChanges {
    private static final long NOTHING_COUNTED = 0;

    private final SlotOwner owner;
    private final SlotEffects effects;

    /// Rows as entries leave them that are not committed yet, which the store may not show yet.
    private final Map<ChannelId, Map<String, Proposed>> proposed = new HashMap<>();

    RowChanges(SlotOwner owner, SlotEffects effects) {
        this.owner = owner;
        this.effects = effects;
    }

    private record Proposed(Optional<StateValue> value, long lsn) {}

    /// The channel is loaded, and nothing waits for it.
    void change(OwnedChannel channel, RowsChange change, Consumer<RowsResult> reply) {
        if (change.id().isEmpty()) {
            read(channel, change, reply);
            return;
        }
        Optional<InFlight> earlier = channel.inFlight(List.of(change.id().get()));
        if (earlier.isPresent()) {
            earlier.get().waiters().add(entry -> reply.accept(new RowsResult.Done()));
            return;
        }
        this.<Optional<Receipt>>whenAnswered(
                channel, answer -> effects.findId(channel.id.key(), change.id().get(), answer), reply, found -> {
                    if (found.isPresent()) {
                        // It may be in the log and not committed: then its turn is not over either.
                        owner.onceCommitted(() -> reply.accept(new RowsResult.Done()));
                    } else {
                        read(channel, change, reply);
                    }
                });
    }

    private void read(OwnedChannel channel, RowsChange change, Consumer<RowsResult> reply) {
        read(channel, change, new HashMap<>(), reply);
    }

    /// Reads what is not known of the rows, and decides. What is proposed when it begins may be committed, and so
    /// not be known any more, when an answer comes.
    private void read(
            OwnedChannel channel,
            RowsChange change,
            Map<String, Optional<StateValue>> found,
            Consumer<RowsResult> reply) {
        Map<String, Proposed> known = proposed.getOrDefault(channel.id, Map.of());
        List<String> unknown = change.edits().stream()
                .map(RowEdit::key)
                .filter(key -> !known.containsKey(key) && !found.containsKey(key))
                .limit(RowsRead.RANGES_MAX)
                .toList();
        if (unknown.isEmpty()) {
            decide(channel, change, found, reply);
            return;
        }
        // The store's prefixes also find longer keys: one row each is the key's own if there is one, as it
        // sorts first.
        this.<List<RowsPage>>whenAnswered(
                channel, answer -> effects.rows(exactly(change, unknown), answer), reply, pages -> {
                    for (int index = 0; index < unknown.size(); index++) {
                        String key = unknown.get(index);
                        found.put(
                                key,
                                pages.get(index).rows().stream()
                                        .filter(row -> row.key().equals(key))
                                        .map(StateRow::value)
                                        .findFirst());
                    }
                    read(channel, change, found, reply);
                });
    }

    private static List<RowsRead> exactly(RowsChange change, List<String> keys) {
        return keys.stream()
                .map(key -> new RowsRead(change.channel(), change.kind(), List.of(RowsRead.Range.of(key)), 1))
                .toList();
    }

    private void decide(
            OwnedChannel channel,
            RowsChange change,
            Map<String, Optional<StateValue>> found,
            Consumer<RowsResult> reply) {
        Map<String, StateChange> changes = new LinkedHashMap<>();
        for (RowEdit edit : change.edits()) {
            String key = edit.key();
            Optional<StateValue> before = before(channel, key, found);
            Optional<StateValue> after;
            switch (edit) {
                case RowEdit.Put(var any, var expected, var value) -> {
                    if (!expected.isMetBy(before)) {
                        reply(new RowsResult.Unexpected(key), reply);
                        return;
                    }
                    after = Optional.of(value);
                }
                case RowEdit.Remove(var any, var expected) -> {
                    if (!expected.isMetBy(before)) {
                        reply(new RowsResult.Unexpected(key), reply);
                        return;
                    }
                    after = Optional.empty();
                }
                case RowEdit.Count(var any, var by, var max) -> {
                    long count = before.map(RowCount::of).orElse(NOTHING_COUNTED) + by;
                    if (by > 0 && count > max) {
                        reply(new RowsResult.Full(key), reply);
                        return;
                    }
                    after = count <= 0 ? Optional.empty() : Optional.of(RowCount.value(count));
                }
            }
            if (!before.equals(after)) {
                changes.put(key, StateChange.lasting(change.kind(), key, before, after));
            }
        }
        if (changes.isEmpty()) {
            reply(new RowsResult.Done(), reply);
        } else if (effects.overloaded()) {
            reply.accept(new RowsResult.Refused(
                    ErrorCode.OVERLOADED.info("the node has more waiting for its disk than it may; try again")));
        } else {
            append(channel, change, List.copyOf(changes.values()), reply);
        }
    }

    /// What it was decided by must be committed before anybody is told.
    private void reply(RowsResult result, Consumer<RowsResult> reply) {
        owner.onceCommitted(() -> reply.accept(result));
    }

    private Optional<StateValue> before(OwnedChannel channel, String key, Map<String, Optional<StateValue>> found) {
        Proposed known = proposed.getOrDefault(channel.id, Map.of()).get(key);
        return known == null ? found.get(key) : known.value();
    }

    private void append(
            OwnedChannel channel, RowsChange change, List<StateChange> changes, Consumer<RowsResult> reply) {
        long lsn = owner.appendRows(channel, change.id(), changes, change.policy(), entry -> {
            committed(channel.id, entry.lsn(), changes);
            effects.changed(channel.id, changes);
            reply.accept(new RowsResult.Done());
        });
        Map<String, Proposed> rows = proposed.computeIfAbsent(channel.id, id -> new HashMap<>());
        changes.forEach(row -> rows.put(row.key(), new Proposed(row.after(), lsn)));
    }

    /// The store shows what that entry changed.
    private void committed(ChannelId channel, long lsn, List<StateChange> changes) {
        Map<String, Proposed> rows = proposed.get(channel);
        for (StateChange change : changes) {
            rows.computeIfPresent(change.key(), (key, row) -> row.lsn() == lsn ? null : row);
        }
        if (rows.isEmpty()) {
            proposed.remove(channel);
        }
    }

    private <T> void whenAnswered(
            OwnedChannel channel,
            Consumer<BiConsumer<T, Throwable>> ask,
            Consumer<RowsResult> reply,
            Consumer<T> step) {
        owner.channels.whenAnswered(channel, ask, error -> reply.accept(new RowsResult.Refused(error)), step);
    }
}
