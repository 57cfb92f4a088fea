package io.hark.cluster.control;

import io.hark.cluster.control.FollowCodec.Answer;
import io.hark.cluster.control.Replica.Applied;
import io.hark.control.ControlCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Handle: answers followers from the newest entries, or from the state when they are too far behind. A
/// question to which there is no answer yet waits for one, a moment.
final class RecentEntries {
    private static final int ENTRIES_MAX = 256;
    private static final int BYTES_MAX = 1 << 20;

    /// Further questions are answered at once, if only with "nothing".
    private static final int WAITING_MAX = 1024;

    private final Supplier<Applied> applied;
    private final Supplier<Standing> standing;
    private final long holdNanos;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Deque<Question> waiting = new ArrayDeque<>();
    private int bytes;

    /// Everything after this place is in `entries`.
    private long floor = -1;

    private long newest = -1;

    /// How this voter stands to the others.
    record Standing(long silentMillis, String leader) {}

    private record Entry(long index, byte[] command) {}

    private record Question(long after, long sinceNanos, CompletableFuture<byte[]> answer) {}

    RecentEntries(Supplier<Applied> applied, Supplier<Standing> standing, long holdNanos) {
        this.applied = applied;
        this.standing = standing;
        this.holdNanos = holdNanos;
    }

    /// Is called before the entry is part of `applied`, else an answer could go up to it without having it.
    synchronized void add(long index, byte[] command) {
        entries.addLast(new Entry(index, command));
        bytes += command.length;
        newest = index;
        while (entries.size() > ENTRIES_MAX || (bytes > BYTES_MAX && entries.size() > 1)) {
            Entry dropped = entries.removeFirst();
            bytes -= dropped.command().length;
            floor = dropped.index();
        }
    }

    /// Is called before a snapshot is what is applied.
    synchronized void reset(long index) {
        entries.clear();
        bytes = 0;
        floor = index;
        newest = index;
    }

    CompletableFuture<byte[]> ask(long after, long nowNanos) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        synchronized (this) {
            if (newest <= after && waiting.size() < WAITING_MAX) {
                waiting.addLast(new Question(after, nowNanos, answer));
                return answer;
            }
        }
        answer.complete(answerTo(after));
        return answer;
    }

    /// Answers questions that have waited for long enough with "nothing".
    void expire(long nowNanos) {
        answer(question -> nowNanos - question.sinceNanos() >= holdNanos);
    }

    /// Tells everyone who waits: there is something new, or this voter stands otherwise to the others.
    void answerAll() {
        answer(question -> true);
    }

    private void answer(Predicate<Question> which) {
        List<Question> due = new ArrayList<>();
        synchronized (this) {
            Iterator<Question> questions = waiting.iterator();
            while (questions.hasNext()) {
                Question question = questions.next();
                if (which.test(question)) {
                    questions.remove();
                    due.add(question);
                }
            }
        }
        due.forEach(question -> question.answer().complete(answerTo(question.after())));
    }

    private byte[] answerTo(long after) {
        Standing now = standing.get();
        Applied state;
        List<byte[]> commands = new ArrayList<>();
        boolean behind;
        synchronized (this) {
            state = applied.get();
            behind = after < floor;
            if (!behind) {
                entries.stream()
                        .filter(entry -> entry.index() > after && entry.index() <= state.index())
                        .forEach(entry -> commands.add(entry.command()));
            }
        }
        return FollowCodec.answer(new Answer(
                state.index(),
                now.silentMillis(),
                now.leader(),
                behind ? Optional.of(ControlCodec.encode(state.state())) : Optional.empty(),
                commands));
    }
}
