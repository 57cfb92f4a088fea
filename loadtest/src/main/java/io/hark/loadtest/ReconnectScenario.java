package io.hark.loadtest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `reconnect` scenario: many clients lose their sockets at once and resume, while others go on.
@Command(
        name = "reconnect",
        description = "Many clients are cut at once and resume where they were; what comes to other channels is"
                + " measured meanwhile. Lost, doubled and reordered are of all.",
        mixinStandardHelpOptions = true)
final class ReconnectScenario extends Scenario {
    private static final int SIZE = 128;
    private static final int WINDOW = 1_024;

    @Option(names = "--clients", defaultValue = "500", description = "That are cut (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--client-channels",
            defaultValue = "10",
            description = "On which these are, in equal shares (default: ${DEFAULT-VALUE}).")
    private int clientChannels;

    @Option(
            names = "--client-rate",
            defaultValue = "50",
            description = "Messages a second on these channels together (default: ${DEFAULT-VALUE}).")
    private double clientRate;

    @Option(names = "--channels", defaultValue = "100", description = "That go on (default: ${DEFAULT-VALUE}).")
    private int channels;

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "Messages a second on those together (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Override
    Result run(Setting setting, Progress progress) throws InterruptedException {
        Setting.positive("--client-channels", clientChannels, 100_000);
        if (clients < 1 || clients % clientChannels != 0) {
            throw new IllegalArgumentException(
                    "--clients must be a multiple of --client-channels, %d, was %d".formatted(clientChannels, clients));
        }
        if (rate <= 0 || clientRate <= 0) {
            throw new IllegalArgumentException("--rate and --client-rate must be more than 0");
        }
        TrafficPlan others = new TrafficPlan(setting.prefix(), 0, channels, 1, 1, SIZE, rate, WINDOW, false);
        TrafficPlan cut = new TrafficPlan(
                setting.prefix() + "-cut",
                others.streams(),
                clientChannels,
                clients / clientChannels,
                1,
                SIZE,
                clientRate,
                WINDOW,
                true);
        try (Session session = new Session(name(), setting, progress, others.connections() + cut.connections())) {
            session.traffic(others);
            Traffic cutOff = session.traffic(cut);
            Returns returns = new Returns(cutOff.subscribers(), cutOff.measured(), setting.threads());
            session.connect();
            long cutAfter = setting.measured().toNanos() / 3;
            session.run(new Once(
                    cutAfter,
                    times -> returns.begin(client -> client.connection().cut("cut by the load generator"))));
            returns.end();
            returns.tell(session);
            double warm = setting.warmUp().toNanos() / 1e9;
            tellOfOthers(session, warm, warm + cutAfter / 1e9);
            Parameters parameters = Parameters.of(others);
            parameters.put("clients", clients);
            parameters.put("clientChannels", clientChannels);
            parameters.put("clientRatePerSecond", clientRate);
            return session.result(parameters);
        }
    }

    /// What the worst second of the others was like, before the cut and after.
    private static void tellOfOthers(Session session, double warm, double cutAt) {
        session.add("othersP99Before", "others' worst p99 of a second, before", "ms", worst(session, warm, cutAt));
        session.add("othersP99After", "others' worst p99 of a second, after", "ms", worst(session, cutAt, 1e9));
    }

    private static double worst(Session session, double from, double to) {
        return session.seconds().stream()
                .filter(second -> second.to() > from && second.to() <= to)
                .mapToDouble(second -> second.delivery().p99())
                .max()
                .orElse(0);
    }
}
