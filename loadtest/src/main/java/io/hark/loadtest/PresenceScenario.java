package io.hark.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `presence` scenario: members that enter, update and leave, and those who watch.
@Command(
        name = "presence",
        description = "Members that enter, update and leave again and again; each event is checked as a message is.",
        mixinStandardHelpOptions = true)
final class PresenceScenario extends Scenario {
    @Option(names = "--channels", defaultValue = "10", description = "How many (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(
            names = "--subscribers",
            defaultValue = "10",
            description = "Who watch each channel (default: ${DEFAULT-VALUE}).")
    private int subscribers;

    @Option(names = "--members", defaultValue = "100", description = "Of all channels (default: ${DEFAULT-VALUE}).")
    private int members;

    @Option(names = "--size", defaultValue = "32", description = "Bytes of data (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--rate",
            defaultValue = "500",
            description = "Events a second of all members; 0: as many as are acknowledged and delivered"
                    + " (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--window",
            defaultValue = "16",
            description = "Events of a member that may be unacknowledged (default: ${DEFAULT-VALUE}).")
    private int window;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        TrafficPlan plan = new TrafficPlan(
                        setting.prefix(), 0, channels, subscribers, members, size, rate, window, false)
                .ofMembers();
        return PlainRun.of(name(), plan, setting, progress);
    }
}
