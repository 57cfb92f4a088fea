package io.hark.channel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Confined: the ids that the store is asked for while their publishes wait for their turn, so that several that
/// wait cost one wait of the store.
///
/// An answer counts until its turn comes only if no such id is appended meanwhile; then it is forgotten, and the
/// store is asked again. No more are kept than publishes wait.
final class IdLookups {
    private final Map<IdHash, Lookup> asked = new HashMap<>(0);

    /// Confined: one question, and what has come of it.
    static final class Lookup {
        private Optional<Optional<Receipt>> answer = Optional.empty();
        private Optional<BiConsumer<Optional<Receipt>, Throwable>> waiter = Optional.empty();
        private boolean failed;

        /// The answer, if it is there.
        Optional<Optional<Receipt>> answer() {
            return answer;
        }

        /// Has a question that is not answered yet tell its answer.
        void whenAnswered(BiConsumer<Optional<Receipt>, Throwable> told) {
            waiter = Optional.of(told);
        }

        private void answered(Optional<Receipt> found, Throwable failure) {
            failed = failure != null;
            answer = Optional.ofNullable(found);
            waiter.ifPresent(told -> told.accept(found, failure));
        }
    }

    /// Asks for the id, which no publish has whose commit is awaited.
    void ask(ChannelKey channel, IdHash id, SlotEffects effects) {
        if (!asked.containsKey(id)) {
            Lookup lookup = new Lookup();
            asked.put(id, lookup);
            effects.findId(channel, id, lookup::answered);
        }
    }

    /// The question for an id whose turn has come, unless it was not asked or was in vain.
    Optional<Lookup> take(IdHash id) {
        return Optional.ofNullable(asked.remove(id)).filter(lookup -> !lookup.failed);
    }

    void appended(List<IdHash> ids) {
        if (!asked.isEmpty()) {
            ids.forEach(asked::remove);
        }
    }

    int size() {
        return asked.size();
    }

    /// Nothing waits any more: what is left was asked for publishes that were refused.
    void clear() {
        asked.clear();
    }
}
