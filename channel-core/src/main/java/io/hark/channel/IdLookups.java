package io.hark.channel;

import java.util.ArrayDeque;
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
    /// So many are asked for at once; more of one channel would keep the store's readers from the others.
    static final int AT_ONCE_MAX = 64;

    private final ChannelKey channel;

    /// Those whose turn has not come.
    private final Map<IdHash, Lookup> wanted = new HashMap<>(0);

    private final ArrayDeque<Lookup> unasked = new ArrayDeque<>(0);
    private int unanswered;

    IdLookups(ChannelKey channel) {
        this.channel = channel;
    }

    /// Confined: one question, and what has come of it.
    static final class Lookup {
        private final IdHash id;
        private Optional<Optional<Receipt>> answer = Optional.empty();
        private Optional<BiConsumer<Optional<Receipt>, Throwable>> waiter = Optional.empty();
        private boolean asked;
        private boolean failed;

        private Lookup(IdHash id) {
            this.id = id;
        }

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

    /// Asks for an id that no publish has whose commit is awaited.
    void ask(IdHash id, SlotEffects effects) {
        if (!wanted.containsKey(id)) {
            Lookup lookup = new Lookup(id);
            wanted.put(id, lookup);
            unasked.add(lookup);
            askMore(effects);
        }
    }

    private void askMore(SlotEffects effects) {
        while (unanswered < AT_ONCE_MAX && !unasked.isEmpty()) {
            Lookup next = unasked.poll();
            if (wanted.get(next.id) == next) {
                next.asked = true;
                unanswered++;
                effects.findId(channel, next.id, (found, failure) -> {
                    unanswered--;
                    next.answered(found, failure);
                    askMore(effects);
                });
            }
        }
    }

    /// The question for an id whose turn has come, unless it was not asked or was in vain.
    Optional<Lookup> take(IdHash id) {
        return Optional.ofNullable(wanted.remove(id)).filter(lookup -> lookup.asked && !lookup.failed);
    }

    void appended(List<IdHash> ids) {
        if (!wanted.isEmpty()) {
            ids.forEach(wanted::remove);
        }
    }

    int size() {
        return wanted.size();
    }

    /// Nothing waits any more, or nobody wants the answers: what is left was asked for publishes that were refused.
    void clear() {
        wanted.clear();
        unasked.clear();
    }
}
