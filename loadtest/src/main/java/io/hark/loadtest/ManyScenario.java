package io.hark.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `many` scenario: many channels with a few subscribers each, and several publishers.
@Command(
        name = "many",
        description = "Many channels with few subscribers each; publishers that send to them in turn.",
        mixinStandardHelpOptions = true)
final class ManyScenario extends Scenario {
    @Option(names = "--channels", defaultValue = "1000", description = "How many (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(names = "--subscribers", defaultValue = "1", description = "Of each channel (default: ${DEFAULT-VALUE}).")
    private int subscribers;

    @Option(names = "--publishers", defaultValue = "10", description = "How many (default: ${DEFAULT-VALUE}).")
    private int publishers;

    @Option(names = "--size", defaultValue = "128", description = "Bytes of data (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "Messages a second of all publishers, sent on time whatever the server does;"
                    + " 0: as many as are acknowledged and delivered (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--window",
            defaultValue = "16",
            description = "Publishes of each publisher that may be unacknowledged (default: ${DEFAULT-VALUE}).")
    private int window;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        TrafficPlan plan =
                new TrafficPlan(setting.prefix(), 0, channels, subscribers, publishers, size, rate, window, false);
        return PlainRun.of(name(), plan, setting, progress);
    }
}
