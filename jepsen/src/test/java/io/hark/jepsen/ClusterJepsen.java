package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Three nodes under load while one after the other is killed, paused, cut off, slowed down, out of disk
/// or restarted, and what their clients saw. `-Dhark.jepsen.seconds`, `-Dhark.jepsen.rate` and
/// `-Dhark.jepsen.seed` change a run, `-Dhark.jepsen.schedule=FILE` has the faults that a report lists
/// instead of those of chance, `-Dhark.jepsen.keep=true` keeps logs and history. Reports are
/// `target/jepsen/NAME/report.html`.
///
/// The long forms, of 20 minutes each:
///
/// ```
/// ./mvnw -q -pl jepsen test -Dtest=ClusterJepsen -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
class ClusterJepsen {
    private static final int NODES = 3;
    private static final int DISK_MEBIBYTES = 500;
    private static final int LARGE_DISK_MEBIBYTES = 3_000;

    private final long seed = Bench.seed();

    @Test
    void nothingIsLostWhileOneNodeAfterTheOtherFails() throws Exception {
        mixed(
                "mixed",
                Load.small(Integer.getInteger("hark.jepsen.rate", 200)),
                120,
                ClusterSpec.of(NODES).startingFast().withDisks(DISK_MEBIBYTES));
    }

    @Test
    @Tag("long")
    void nothingIsLostInTwentyMinutesOfFaults() throws Exception {
        mixed("mixed-long", Load.full(Integer.getInteger("hark.jepsen.rate", 2_000)), 1_200, ClusterSpec.of(NODES));
    }

    @Test
    @Tag("long")
    void nothingIsLostWhileNodesComeAndGo() throws Exception {
        Duration length = Duration.ofSeconds(Integer.getInteger("hark.jepsen.seconds", 1_200));
        Schedule schedule = Schedule.growAndShrink(NODES, 5, length, new SplittableRandom(seed));
        Path dir = Bench.dir("grow-and-shrink");
        try (Cluster cluster = Bench.inNamespaces(ClusterSpec.of(5, NODES).startingFast(), dir, false)) {
            check(
                    new Run(
                            "Three nodes, five, and three again",
                            Load.full(Integer.getInteger("hark.jepsen.rate", 2_000)),
                            schedule,
                            length,
                            Rules.STRICT,
                            seed),
                    cluster,
                    dir);
        }
    }

    private void mixed(String name, Load load, int seconds, ClusterSpec spec) throws Exception {
        Duration length = Duration.ofSeconds(Integer.getInteger("hark.jepsen.seconds", seconds));
        Path dir = Bench.dir(name);
        try (Cluster cluster = Bench.inNamespaces(spec, dir, true)) {
            Optional<String> file = Optional.ofNullable(System.getProperty("hark.jepsen.schedule"));
            Schedule schedule = file.isPresent()
                    ? Schedule.parse(Files.readString(Path.of(file.get())))
                    : Schedule.mixed(NODES, cluster.abilities(), length, new SplittableRandom(seed));
            check(new Run("Faults of all kinds", load, schedule, length, Rules.STRICT, seed), cluster, dir);
        }
    }

    private static void check(Run run, Cluster cluster, Path dir) throws Exception {
        Run.Result result = run.on(cluster, dir);
        System.out.printf("ClusterJepsen %s seed=%d%n", result, run.seed());
        assertThat(result.verdict().failures()).as(result.toString()).isZero();
        assertThat(result.verdict().delivered()).isPositive();
        cluster.close();
        Bench.tidy(dir);
    }
}
