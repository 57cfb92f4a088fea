package io.hark.loadtest;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Confined to its lane, but for [#isDone]: questions that are due at a steady rate and asked
/// whatever became of those before, so many at one time; each is timed from when it was due.
final class Queries {
    private final Lane lane;
    private final double perSecond;
    private final int window;
    private final Question question;
    private final Latencies taken;
    private final Measurements measured;
    private Optional<Pacer> pacer = Optional.empty();
    private long end;
    private long asked;
    private long answers;
    private boolean over;
    private volatile boolean done;

    /// What is asked.
    interface Question {
        /// On the lane's loop.
        ///
        /// @param answer to be called once, on any thread
        void ask(long number, Timetable times, Answer answer);
    }

    /// How a question ends.
    interface Answer {
        /// @param problem what was wrong with the answer
        void with(Optional<String> problem);
    }

    Queries(Lane lane, double perSecond, int window, Question question, Measurements measured) {
        this.lane = lane;
        this.perSecond = perSecond;
        this.window = window;
        this.question = question;
        this.measured = measured;
        this.taken = new Latencies(lane.index() + 1);
    }

    /// Any thread.
    void begin(Timetable times) {
        lane.loop().execute(() -> {
            end = times.end();
            pacer = Optional.of(Pacer.of(perSecond, 0, times.measuredFrom()));
            run(times);
        });
    }

    private void run(Timetable times) {
        Pacer pace = pacer.orElseThrow();
        while (!over) {
            long now = System.nanoTime();
            long due = pace.due(now);
            if (due >= end) {
                over = true;
            } else if (due > now) {
                lane.loop().schedule(() -> run(times), due - now, TimeUnit.NANOSECONDS);
                break;
            } else if (asked - answers == window) {
                break; // The next answer goes on.
            } else {
                pace.sent();
                question.ask(asked++, times, problem -> lane.loop().execute(() -> answered(due, problem, times)));
            }
        }
        done = over && asked == answers;
    }

    private void answered(long due, Optional<String> problem, Timetable times) {
        boolean waited = asked - answers == window;
        answers++;
        problem.ifPresentOrElse(measured::problem, () -> taken.record(lane, (System.nanoTime() - due) / 1_000));
        if (waited || over) {
            run(times);
        }
    }

    /// Whether all that were due are answered. Any thread.
    boolean isDone() {
        return done;
    }

    /// Adds what came of it; no thread asks any more.
    void tell(Session session, String key, String label) {
        if (!done) {
            measured.problem("not each of these was answered: " + label);
        }
        taken.collect();
        Percentiles millis = Percentiles.of(taken.all());
        session.add(key, label + ", answered", "", millis.count());
        session.add(key + "Millis", "due until " + label, millis);
    }
}
