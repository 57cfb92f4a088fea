package io.hark.channel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {
    @Test
    void noSeedViolatesARule() {
        int seeds = Integer.getInteger("hark.sim.seeds", 2_000);
        long only = Long.getLong("hark.sim.seed", -1);
        long start = System.nanoTime();
        long events = 0;
        List<String> bad = new ArrayList<>();
        for (long seed = only < 0 ? 1 : only; seed <= (only < 0 ? seeds : only); seed++) {
            Simulation.Outcome outcome = Simulation.run(seed, PlantedBug.NONE);
            events += outcome.history().events().size();
            if (only >= 0) outcome.history().events().forEach(System.out::println);
            if (!outcome.anomalies().isEmpty()) { bad.add(seed + " " + outcome.anomalies().getFirst()); if (bad.size() < 30) System.out.println(bad.getLast()); }
        }
        System.out.println("bad " + bad.size() + " events " + events + " ms " + (System.nanoTime() - start) / 1_000_000);
        assertThat(bad).isEmpty();
    }
}
