package io.hark.jepsen;

import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Handle: publishes over REST with ids of the client's own, and tries again, at whichever node, until it is
/// told that the message is accepted.
final class RestPublisher implements AutoCloseable {
    private static final int AT_ONCE_MAX = 200;
    private static final Duration TRY_WITHIN = Duration.ofSeconds(4);
    private static final int PAUSE_MILLIS_MAX = 400;
    private static final int CREATED = 201;
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final NodeApi api;
    private final int nodes;
    private final History.Recorder history;
    private final Progress progress;
    private final Duration giveUpAfter;
    private final Semaphore free = new Semaphore(AT_ONCE_MAX);
    private final SplittableRandom random;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("hark-jepsen-rest-", 0).factory());

    RestPublisher(
            NodeApi api, int nodes, History.Recorder history, Progress progress, Duration giveUpAfter, long seed) {
        this.api = api;
        this.nodes = nodes;
        this.history = history;
        this.progress = progress;
        this.giveUpAfter = giveUpAfter;
        this.random = new SplittableRandom(seed);
    }

    /// @return false when too many are under way
    boolean tryAcquire() {
        return free.tryAcquire();
    }

    /// Publishes what [#tryAcquire] has made room for.
    void publish(String channel, long message, String data) {
        threads.execute(() -> {
            try {
                publishUntilAnswered(channel, message, data);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            } finally {
                free.release();
                progress.answered();
            }
        });
    }

    private void publishUntilAnswered(String channel, long message, String data) throws InterruptedException {
        String name = MessageKey.text(message);
        long deadline = System.nanoTime() + giveUpAfter.toNanos();
        boolean outcomeKnown = true;
        while (System.nanoTime() < deadline) {
            try {
                NodeApi.Answer answer = api.publish(next(nodes), channel, "rest-" + name, name, data, TRY_WITHIN);
                if (answer.status() == CREATED) {
                    long serial = answer.serial().isEmpty() ? Event.NONE : MessageKey.hash(answer.serial());
                    history.record(micros -> new Event.Accepted(micros, message, serial));
                    return;
                }
                if (answer.status() >= BAD_REQUEST && answer.status() < SERVER_ERROR && outcomeKnown) {
                    history.record(micros -> new Event.Refused(micros, message, answer.code()));
                    return;
                }
            } catch (IOException unanswered) {
                outcomeKnown = false;
            }
            TimeUnit.MILLISECONDS.sleep(1 + next(PAUSE_MILLIS_MAX));
        }
    }

    private synchronized int next(int bound) {
        return random.nextInt(bound);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
