package io.hark.loadtest;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `idle` scenario: many connections that wait, each on a channel of its own.
@Command(
        name = "idle",
        description = "Many connections that wait, each attached to a channel of its own: how fast they come and,"
                + " with --pid, what each costs the server. Each gets a message, so that all are known to live.",
        mixinStandardHelpOptions = true)
final class IdleScenario extends Scenario {
    private static final int SIZE = 32;
    private static final int WINDOW = 256;

    @Option(names = "--connections", defaultValue = "1000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--before",
            defaultValue = "200",
            description = "Connections that come first and do not count,"
                    + " as the server's first ones cost what later ones use (default: ${DEFAULT-VALUE}).")
    private int before;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How long to wait before the server's memory is read (default: ${DEFAULT-VALUE}).")
    private int settle;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        Setting.positive("--before", before, 100_000);
        if (settle < 0 || settle > 600) {
            throw new IllegalArgumentException("--settle must be 0 to 600, was " + settle);
        }
        double seconds = setting.warmUp().plus(setting.measured()).toMillis() / 1e3;
        TrafficPlan plan = new TrafficPlan(
                setting.prefix(), 0, connections, 1, 1, SIZE, Math.ceil(connections / seconds), WINDOW, false);
        TrafficPlan first = new TrafficPlan(
                setting.prefix() + "-before",
                plan.streams(),
                before,
                1,
                1,
                SIZE,
                Math.ceil(before / seconds),
                WINDOW,
                false);
        try (Session session = new Session(name(), setting, progress, plan.connections() + first.connections())) {
            Traffic counted = session.traffic(plan);
            session.traffic(first).connectSubscribers();
            OptionalLong bytesBefore = settledRss(setting);
            session.connectSubscribers(List.of(counted));
            OptionalLong bytesAfter = settledRss(setting);
            if (bytesBefore.isPresent() && bytesAfter.isPresent()) {
                session.add(
                        "serverBytesPerConnection",
                        "memory of the server, each",
                        "bytes",
                        (double) (bytesAfter.getAsLong() - bytesBefore.getAsLong()) / connections);
            }
            session.connectPublishers();
            session.run(Session.Tick.NONE);
            return session.result(Parameters.of(plan));
        }
    }

    private OptionalLong settledRss(Setting setting) throws InterruptedException {
        if (setting.server().isEmpty()) {
            return OptionalLong.empty();
        }
        TimeUnit.SECONDS.sleep(settle);
        return ProcessUsage.of(setting.server().getAsLong()).rssBytes();
    }
}
