package io.hark.loadtest;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `slow` scenario: some subscribers of a channel stop reading for a while.
@Command(
        name = "slow",
        description = "Some subscribers of a channel read nothing for two thirds of the run, and then all that they"
                + " missed; latencies are of the others. A server may end slow connections: they resume.",
        mixinStandardHelpOptions = true)
final class SlowScenario extends Scenario {
    private static final int WINDOW = 1_024;

    @Option(names = "--subscribers", defaultValue = "100", description = "All of them (default: ${DEFAULT-VALUE}).")
    private int subscribers;

    @Option(names = "--slow", defaultValue = "10", description = "That stop reading (default: ${DEFAULT-VALUE}).")
    private int slow;

    @Option(names = "--size", defaultValue = "1024", description = "Bytes of data (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(names = "--rate", defaultValue = "100", description = "Messages a second (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        Setting.positive("--slow", slow, subscribers);
        if (rate <= 0) {
            throw new IllegalArgumentException("--rate must be more than 0");
        }
        TrafficPlan plan = new TrafficPlan(setting.prefix(), 0, 1, subscribers, 1, size, rate, WINDOW, true);
        try (Session session = new Session(name(), setting, progress, plan.connections())) {
            Traffic traffic = session.traffic(plan);
            List<Subscriber> stopping = traffic.subscribers().subList(0, slow);
            Returns returns = new Returns(stopping, traffic.measured(), setting.threads());
            session.connect();
            Once stop = new Once(
                    0,
                    times -> returns.begin(client -> {
                        client.timeNoMore();
                        client.connection().read(false);
                    }));
            Once goOn = new Once(
                    setting.measured().toNanos() / 3 * 2,
                    times -> returns.each(client -> client.connection().read(true)));
            session.run((nanos, times) -> {
                stop.at(nanos, times);
                goOn.at(nanos, times);
            });
            returns.end();
            returns.tellCounts(session);
            Parameters parameters = Parameters.of(plan);
            parameters.put("slow", slow);
            return session.result(parameters);
        }
    }
}
