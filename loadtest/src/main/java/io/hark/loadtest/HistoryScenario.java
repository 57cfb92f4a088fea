package io.hark.loadtest;

import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `history` scenario: clients that want what was before, while messages go on.
@Command(
        name = "history",
        description = "New clients that attach with a rewind, and pages of history over HTTP, each at a rate, while the"
                + " channels go on. The warm-up fills the channels.",
        mixinStandardHelpOptions = true)
final class HistoryScenario extends Scenario {
    private static final int SIZE = 128;
    private static final int WINDOW = 1_024;

    /// How much more than is asked for has been published when the first asks.
    private static final double SPARE = 1.2;

    @Option(names = "--channels", defaultValue = "20", description = "How many (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(
            names = "--depth",
            defaultValue = "100",
            description = "Messages of a rewind or page, 1 to 100 (default: ${DEFAULT-VALUE}).")
    private int depth;

    @Option(names = "--rewinds", defaultValue = "20", description = "A second (default: ${DEFAULT-VALUE}).")
    private double rewinds;

    @Option(names = "--pages", defaultValue = "50", description = "A second (default: ${DEFAULT-VALUE}).")
    private double pages;

    @Option(
            names = "--window",
            defaultValue = "64",
            description = "Rewinds, and pages, that may be unanswered (default: ${DEFAULT-VALUE}).")
    private int window;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        Setting.positive("--depth", depth, 100);
        Setting.positive("--window", window, 10_000);
        double warm = setting.warmUp().toNanos() / 1e9;
        if (warm < 0.2) {
            throw new IllegalArgumentException("--warm-up must be 0.2 or more: it fills the channels, was " + warm);
        }
        if (!(rewinds > 0 && rewinds <= 1e5 && pages > 0 && pages <= 1e5)) {
            throw new IllegalArgumentException("--rewinds and --pages must be more than 0, and 100000 at most");
        }
        double rate = Math.ceil(channels * depth * SPARE / warm);
        TrafficPlan plan = new TrafficPlan(setting.prefix(), 0, channels, 1, 1, SIZE, rate, WINDOW, false);
        try (Session session = new Session(name(), setting, progress, plan.connections() + 2 * window)) {
            Traffic traffic = session.traffic(plan);
            HistoryPages history = new HistoryPages(setting, depth);
            Sockets sockets = session.sockets();
            Queries attaches = new Queries(
                    sockets.lane(0),
                    rewinds,
                    window,
                    (number, times, answer) -> new Rewind(
                                    sockets, setting, (int) number, channel(plan, number), depth, times, answer)
                            .begin(),
                    traffic.measured());
            Queries requests = new Queries(
                    sockets.lane(1),
                    pages,
                    window,
                    (number, times, answer) -> history.ask(channel(plan, number), answer),
                    traffic.measured());
            session.connect();
            session.run(new Once(0, times -> {
                attaches.begin(times);
                requests.begin(times);
            }));
            await(setting, attaches, requests);
            attaches.tell(session, "rewinds", "rewind of %d".formatted(depth));
            requests.tell(session, "pages", "page of %d".formatted(depth));
            Parameters parameters = Parameters.of(plan);
            parameters.put("depth", depth);
            parameters.put("rewindsPerSecond", rewinds);
            parameters.put("pagesPerSecond", pages);
            return session.result(parameters);
        }
    }

    private static String channel(TrafficPlan plan, long number) {
        return plan.channel((int) (number % plan.channels()));
    }

    private static void await(Setting setting, Queries... queries) throws InterruptedException {
        long deadline = System.nanoTime() + setting.drain().toNanos();
        for (Queries each : queries) {
            while (!each.isDone() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }
}
