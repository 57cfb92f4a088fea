package io.hark.channel.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.hark.channel.sim.History.Recorded;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Runs the simulator. No seed may show anything that the checker knows of ([Anomaly.Kind]).
///
/// `-Dhark.sim.seeds=N` sets how many seeds, `-Dhark.sim.seed=N` runs that one alone and prints
/// its history, `-Dhark.sim.trace=true` with what nodes tell each other.
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("hark.sim.seeds", 400);
    private static final long ONLY = Long.getLong("hark.sim.seed", -1);
    private static final int EVENTS_AROUND = 40;

    private final Map<String, Long> totals = new TreeMap<>();

    @Test
    void noSeedBreaksARule() {
        long started = System.nanoTime();
        if (ONLY >= 0) {
            Simulation.Outcome outcome = Simulation.run(ONLY, PlantedBug.NONE);
            System.out.println(outcome.config());
            outcome.history().events().forEach(System.out::println);
            requireClean(outcome);
            return;
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation.Outcome outcome = Simulation.run(seed, PlantedBug.NONE);
            count(outcome);
            requireClean(outcome);
        }
        System.out.printf("%d seeds in %.1f s: %s%n", SEEDS, (System.nanoTime() - started) / 1e9, totals);
    }

    @Test
    void theSameSeedGivesTheSameHistory() {
        for (long seed = 1; seed <= 25; seed++) {
            assertThat(Simulation.run(seed, PlantedBug.NONE).history().hash())
                    .as("seed %d", seed)
                    .isEqualTo(Simulation.run(seed, PlantedBug.NONE).history().hash());
        }
    }

    private void requireClean(Simulation.Outcome outcome) {
        if (outcome.anomalies().isEmpty()) {
            return;
        }
        Anomaly first = outcome.anomalies().getFirst();
        List<Recorded> events = outcome.history().events();
        String around = events
                .subList(
                        Math.max(0, first.at() - EVENTS_AROUND),
                        Math.min(events.size(), first.at() + EVENTS_AROUND / 4))
                .stream()
                .map(Recorded::toString)
                .collect(Collectors.joining("\n"));
        fail("seed %d (run it alone with -Dhark.sim.seed=%d): %s%n%s%nevents before the first:%n%s"
                .formatted(outcome.seed(), outcome.seed(), outcome.anomalies(), outcome.config(), around));
    }

    private void count(Simulation.Outcome outcome) {
        totals.merge("steps", outcome.steps(), Long::sum);
        totals.merge("events", (long) outcome.history().events().size(), Long::sum);
        outcome.history().events().stream()
                .map(Recorded::event)
                .map(SimulationTest::name)
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()))
                .forEach((name, count) -> totals.merge(name, count, Long::sum));
    }

    private static String name(Event event) {
        return switch (event) {
            case Event.Crashed(String node, String how) -> "crashes: " + how;
            case Event.Attached attached when attached.resumed() -> "attaches resumed";
            case Event.Attached attached when attached.requested().isPresent() -> "attaches that lost continuity";
            case Event.Attached attached when attached.rewound() -> "attaches rewound";
            case Event.Attached attached -> "attaches anew";
            case Event.Invoked invoked when invoked.member().isPresent() -> "presence events";
            case Event.Invoked invoked -> "publishes";
            default -> event.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        };
    }
}
