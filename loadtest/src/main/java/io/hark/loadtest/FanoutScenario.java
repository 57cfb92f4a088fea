package io.hark.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `fanout` scenario: one channel, one publisher, many subscribers.
@Command(
        name = "fanout",
        description = "One publisher, and many subscribers of its channel.",
        mixinStandardHelpOptions = true)
final class FanoutScenario extends Scenario {
    @Option(names = "--subscribers", defaultValue = "100", description = "How many (default: ${DEFAULT-VALUE}).")
    private int subscribers;

    @Option(names = "--size", defaultValue = "128", description = "Bytes of data (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "Messages a second, sent on time whatever the server does;"
                    + " 0: as many as are acknowledged and delivered (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--window",
            defaultValue = "16",
            description = "Publishes that may be unacknowledged (default: ${DEFAULT-VALUE}).")
    private int window;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        TrafficPlan plan = new TrafficPlan(setting.prefix(), 0, 1, subscribers, 1, size, rate, window, false);
        return PlainRun.of(name(), plan, setting, progress);
    }
}
