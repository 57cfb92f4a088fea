package io.hark.channel.sim;

import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// Confined: simulated time, what happens next in it, and the only source of chance.
final class Scheduler {
    private static final int CALM_MICROS_MAX = 300;

    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    private final SplittableRandom random;
    private final SplittableRandom clocks;
    private final SplittableRandom views;
    private long nowMicros;
    private long steps;
    private boolean calm;

    Scheduler(long seed) {
        // Neighbouring seeds must not give similar runs.
        this.random = new SplittableRandom(seed).split();
        this.clocks = new SplittableRandom(~seed).split();
        this.views = new SplittableRandom(Long.reverse(seed)).split();
    }

    private record Due(long atMicros, long order, Runnable step) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /// Chance of its own for what must not change what else happens in a run: how nodes' clocks are set.
    SplittableRandom clocks() {
        return clocks;
    }

    /// And how late nodes hear of what is decided, with what befalls them then.
    SplittableRandom views() {
        return views;
    }

    long nowMicros() {
        return nowMicros;
    }

    long steps() {
        return steps;
    }

    void at(long micros, Runnable step) {
        queue.add(new Due(Math.max(micros, nowMicros), steps++, step));
    }

    void after(long micros, Runnable step) {
        at(nowMicros + micros, step);
    }

    void runUntil(long micros) {
        while (!queue.isEmpty() && queue.peek().atMicros() <= micros) {
            Due due = queue.poll();
            nowMicros = due.atMicros();
            due.step().run();
        }
        nowMicros = micros;
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /// From now on nothing goes wrong any more.
    void calm() {
        calm = true;
    }

    boolean isCalm() {
        return calm;
    }

    /// How long something takes: while all is calm nothing is slow.
    int delay(int microsMax) {
        return between(1, calm ? Math.min(microsMax, CALM_MICROS_MAX) : microsMax);
    }

    boolean fault(double probability) {
        return !calm && chance(probability);
    }

    /// A number from `low` to `high`, both included.
    int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
