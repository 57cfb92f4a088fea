package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.jepsen.Cluster.Ability;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Set<Ability> ALL = EnumSet.allOf(Ability.class);

    @Test
    void aScheduleIsReadBackFromItsText() {
        Schedule schedule = Schedule.mixed(3, ALL, HOUR, new SplittableRandom(1));

        Schedule read = Schedule.parse(schedule.toString());

        assertThat(read.toString()).isEqualTo(schedule.toString());
        assertThat(read.steps()).hasSameSizeAs(schedule.steps());
    }

    @Test
    void aSeedGivesOneSchedule() {
        assertThat(Schedule.mixed(3, ALL, HOUR, new SplittableRandom(7)))
                .isEqualTo(Schedule.mixed(3, ALL, HOUR, new SplittableRandom(7)))
                .isNotEqualTo(Schedule.mixed(3, ALL, HOUR, new SplittableRandom(8)));
    }

    @Test
    void faultsFollowOneAnother() {
        Schedule schedule = Schedule.mixed(3, ALL, HOUR, new SplittableRandom(2));

        for (int i = 1; i < schedule.steps().size(); i++) {
            Schedule.Step before = schedule.steps().get(i - 1);
            assertThat(schedule.steps().get(i).after())
                    .isGreaterThan(before.after().plus(before.lasts()));
        }
        assertThat(schedule.steps()).noneMatch(Schedule.Step::overlaps);
        assertThat(schedule.steps()).allMatch(step -> step.fault().victims().size() == 1);
    }

    @Test
    void aLongScheduleHasFaultsOfEveryKind() {
        Schedule schedule = Schedule.mixed(3, ALL, HOUR, new SplittableRandom(3));

        Set<Class<?>> kinds =
                schedule.steps().stream().map(step -> step.fault().getClass()).collect(Collectors.toSet());

        assertThat(kinds)
                .contains(
                        Fault.Kill.class,
                        Fault.Pause.class,
                        Fault.Isolate.class,
                        Fault.Slow.class,
                        Fault.FillDisk.class,
                        Fault.Restart.class);
    }

    @Test
    void aClusterSuffersOnlyWhatItCan() {
        Schedule schedule = Schedule.mixed(3, Set.of(), HOUR, new SplittableRandom(4));

        assertThat(schedule.steps())
                .isNotEmpty()
                .allMatch(step -> step.fault().needs().isEmpty());
    }

    @Test
    void nodesThatJoinLeaveAgain() {
        Schedule schedule = Schedule.growAndShrink(3, 5, HOUR, new SplittableRandom(5));

        assertThat(schedule.toString()).contains("join node=3", "join node=4", "leave node=4", "leave node=3");
        assertThat(schedule.steps().stream().filter(step -> step.fault() instanceof Fault.Join))
                .hasSameSizeAs(schedule.steps().stream()
                        .filter(step -> step.fault() instanceof Fault.Leave)
                        .toList());
    }

    @Test
    void aScheduleMayBeWrittenByHand() {
        Schedule schedule = Schedule.parse("""
            at=1.0s for=2.5s kill node=1
            at=2.0s for=4.0s overlaps isolate node=2 cut=CANNOT_HEAR
            """);

        assertThat(schedule.steps())
                .containsExactly(
                        new Schedule.Step(Duration.ofSeconds(1), Duration.ofMillis(2_500), false, new Fault.Kill(1)),
                        new Schedule.Step(
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(4),
                                true,
                                new Fault.Isolate(2, Cluster.Cut.CANNOT_HEAR)));
    }

    @Test
    void anUnknownFaultIsRefused() {
        assertThatThrownBy(() -> Schedule.parse("at=1s for=1s meteor node=1")).hasMessageContaining("meteor");
    }
}
