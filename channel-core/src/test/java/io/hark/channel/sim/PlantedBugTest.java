package io.hark.channel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A simulator is trusted only once it has caught mistakes made on purpose. `-Dhark.sim.bugSeeds=400`
/// counts how many of that many seeds catch each; without it a bug is done with once it is caught.
class PlantedBugTest {
    private static final int SEEDS_MAX = 400;
    private static final int COUNTED = Integer.getInteger("hark.sim.bugSeeds", 0);

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "OLD_TRANSPORT_NOT_FENCED"})
    void plantedBugIsCaught(PlantedBug bug) {
        Set<Anomaly.Kind> kinds = new TreeSet<>();
        long firstCaught = 0;
        int caught = 0;
        for (long seed = 1; seed <= Math.max(SEEDS_MAX, COUNTED); seed++) {
            if (firstCaught > 0 && seed > COUNTED) {
                break;
            }
            var anomalies = Simulation.run(seed, bug).anomalies();
            // A seed that shows something anyway proves nothing.
            if (!anomalies.isEmpty()
                    && Simulation.run(seed, PlantedBug.NONE).anomalies().isEmpty()) {
                firstCaught = firstCaught == 0 ? seed : firstCaught;
                caught++;
                anomalies.forEach(anomaly -> kinds.add(anomaly.kind()));
            }
        }
        System.out.printf(
                "%-34s caught by seed %3d%s %s%n",
                bug, firstCaught, COUNTED == 0 ? "" : ", by %d of %d".formatted(caught, COUNTED), kinds);
        assertThat(firstCaught).as("the first seed that catches it").isPositive();
    }
}
