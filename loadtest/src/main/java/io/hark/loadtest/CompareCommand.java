package io.hark.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `hark load compare` command: a scenario against several targets in turn.
@Command(
        name = "compare",
        description = "Runs a scenario against each target in turn, round by round; prints medians and ratios.",
        mixinStandardHelpOptions = true,
        subcommands = {
            FanoutScenario.class,
            ManyScenario.class,
            IdleScenario.class,
            ReconnectScenario.class,
            HistoryScenario.class,
            SlowScenario.class,
            PresenceScenario.class,
            MixedScenario.class
        })
final class CompareCommand {
    private static final int ROUNDS_MAX = 100;

    @Option(
            names = "--target",
            required = true,
            paramLabel = "URL[,URL...]",
            description = "Two or more, each a cluster's nodes; ratios are to the first.")
    private List<String> targets = new ArrayList<>();

    @Option(
            names = "--key",
            description = "The targets' keys in their order, or one for all; else the scenario's, or HARK_KEY.")
    private List<String> keys = new ArrayList<>();

    @Option(names = "--rounds", defaultValue = "3", description = "How many (default: ${DEFAULT-VALUE}).")
    private int rounds;

    Comparison run(Scenario scenario, Progress progress) throws InterruptedException {
        if (targets.size() < 2 || targets.size() > 'Z' - 'A') {
            throw new IllegalArgumentException("compare needs --target 2 to 25 times, not " + targets.size());
        }
        if (keys.size() > 1 && keys.size() != targets.size()) {
            throw new IllegalArgumentException("compare needs --key once, or for each of the %d targets; not %d times"
                    .formatted(targets.size(), keys.size()));
        }
        Setting.positive("--rounds", rounds, ROUNDS_MAX);
        List<Result> runs = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (int target = 0; target < targets.size(); target++) {
                Optional<String> key =
                        keys.isEmpty() ? Optional.empty() : Optional.of(keys.get(Math.min(target, keys.size() - 1)));
                progress.show("round %d of %d, target %s".formatted(round + 1, rounds, targets.get(target)));
                progress.end();
                runs.add(scenario.run(scenario.shared().setting(targets.get(target), key), progress));
            }
        }
        return new Comparison(
                scenario.name(),
                runs.subList(0, targets.size()).stream().map(Result::target).toList(),
                runs);
    }
}
