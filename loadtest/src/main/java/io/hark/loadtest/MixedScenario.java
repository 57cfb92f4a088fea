package io.hark.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `mixed` scenario: what a node has in its life, all at once.
@Command(
        name = "mixed",
        description = "Many quiet channels, one with a crowd, and members that come and go, in one run; latencies are"
                + " of the many channels, the check is of all.",
        mixinStandardHelpOptions = true)
final class MixedScenario extends Scenario {
    private static final int WINDOW = 1_024;
    private static final int SIZE = 128;
    private static final int CROWD_SHARE = 10;
    private static final int MEMBERS_PER_CHANNEL = 10;

    @Option(
            names = "--channels",
            defaultValue = "500",
            description = "With one subscriber each (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(
            names = "--crowd",
            defaultValue = "200",
            description = "Subscribers of one channel (default: ${DEFAULT-VALUE}).")
    private int crowd;

    @Option(names = "--members", defaultValue = "100", description = "That come and go (default: ${DEFAULT-VALUE}).")
    private int members;

    @Option(
            names = "--rate",
            defaultValue = "1000",
            description = "Messages a second on the many channels; the crowd and the members have a tenth of it each"
                    + " (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        if (rate <= 0) {
            throw new IllegalArgumentException("--rate must be more than 0");
        }
        double share = rate / CROWD_SHARE;
        TrafficPlan many =
                new TrafficPlan(setting.prefix(), 0, channels, 1, Math.min(10, channels), SIZE, rate, WINDOW, false);
        TrafficPlan one =
                new TrafficPlan(setting.prefix() + "-crowd", many.streams(), 1, crowd, 1, SIZE, share, WINDOW, false);
        TrafficPlan presence = new TrafficPlan(
                        setting.prefix() + "-members",
                        many.streams() + one.streams(),
                        Math.max(1, members / MEMBERS_PER_CHANNEL),
                        2,
                        members,
                        SIZE,
                        share,
                        WINDOW,
                        false)
                .ofMembers();
        int connections = many.connections() + one.connections() + presence.connections();
        try (Session session = new Session(name(), setting, progress, connections)) {
            session.traffic(many);
            session.traffic(one);
            session.traffic(presence);
            session.connect();
            session.run(Session.Tick.NONE);
            Parameters parameters = Parameters.of(many);
            parameters.put("crowd", crowd);
            parameters.put("members", members);
            return session.result(parameters);
        }
    }
}
