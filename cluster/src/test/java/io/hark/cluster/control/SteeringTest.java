package io.hark.cluster.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.cluster.membership.Life;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.control.Planner;
import io.hark.control.PlannerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SteeringTest {
    private final Decided log = new Decided();
    private final List<ControlCommand> proposed = new ArrayList<>();
    private final Steering steering;
    private Set<Life> present = Set.of();
    private long now = 1_000_000;
    private CompletableFuture<ControlState> undecided = CompletableFuture.completedFuture(ControlState.EMPTY);

    SteeringTest() {
        Planner planner =
                new Planner(new PlannerConfig(2, 1, List.of("a", "b"), 64, Duration.ZERO, 64, Duration.ofMinutes(10)));
        this.steering = new Steering(log, this::propose, planner, () -> present);
    }

    private CompletionStage<ControlState> propose(ControlCommand command) {
        proposed.add(command);
        log.state = log.state.apply(command);
        return undecided;
    }

    /// A log that decides at once, or never.
    private static final class Decided implements ControlLog {
        private ControlState state = ControlState.EMPTY;
        private boolean leads = true;

        @Override
        public ControlState state() {
            return state;
        }

        @Override
        public CompletionStage<ControlState> propose(ControlCommand command) {
            throw new UnsupportedOperationException("the controller proposes while it leads only");
        }

        @Override
        public void onChange(Consumer<ControlState> listener) {
            throw new UnsupportedOperationException("nobody listens here");
        }

        @Override
        public boolean leads() {
            return leads;
        }

        @Override
        public long silentMillis() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private void register(String node, String incarnation) {
        log.state = log.state.apply(new ControlCommand.Register(node, incarnation, node + ":1", 1, true, List.of()));
    }

    private void stepAfter(long millis) {
        now += millis;
        steering.step(now);
    }

    private static Set<Life> lives(String... nodes) {
        return Set.copyOf(
                List.of(nodes).stream().map(node -> new Life(node, node + "1")).toList());
    }

    private List<String> down() {
        return log.state.nodes().values().stream()
                .filter(node -> node.status() == NodeEntry.Status.DOWN)
                .map(NodeEntry::id)
                .sorted()
                .toList();
    }

    private void bothAreThere() {
        register("a", "a1");
        register("b", "b1");
        present = lives("a", "b");
        stepAfter(100);
        stepAfter(100);
    }

    @Test
    void whoLeadsGivesOutSlotsOnceTheFoundersAreThere() {
        register("a", "a1");
        present = lives("a", "b");
        stepAfter(100);
        assertThat(log.state.hasSlots()).isFalse();
        register("b", "b1");
        stepAfter(100);
        assertThat(log.state.hasSlots()).isTrue();
    }

    @Test
    void whoDoesNotLeadProposesNothing() {
        log.leads = false;
        bothAreThere();
        present = lives("a");
        stepAfter(60_000);
        assertThat(proposed).isEmpty();
    }

    @Test
    void aLifeThatWasThereAndIsMissingIsOverAtOnce() {
        bothAreThere();
        present = lives("a");
        stepAfter(100);
        assertThat(proposed).contains(new ControlCommand.NodeDown("b", "b1"));
        assertThat(down()).containsExactly("b");
    }

    @Test
    void aLifeThatWasThereWhileAnotherNodeLedIsMissedToo() {
        log.leads = false;
        bothAreThere();
        present = lives("a");
        stepAfter(100);
        log.leads = true;
        stepAfter(100);
        assertThat(down()).containsExactly("b");
    }

    @Test
    void aLifeThatWasNeverThereGetsAWhileToAppear() {
        register("a", "a1");
        register("b", "b1");
        present = lives("a");
        stepAfter(100);
        stepAfter(4_900);
        assertThat(down()).isEmpty();
        stepAfter(100);
        assertThat(down()).containsExactly("b");
    }

    @Test
    void theWhileBeginsWhenThisNodeBeginsToLead() {
        log.leads = false;
        register("a", "a1");
        register("b", "b1");
        present = lives("a");
        stepAfter(100);
        stepAfter(60_000);
        log.leads = true;
        stepAfter(100);
        stepAfter(4_900);
        assertThat(down()).isEmpty();
        stepAfter(100);
        assertThat(down()).containsExactly("b");
    }

    @Test
    void theNextLifeOfANodeIsNotTheOneThatIsMissing() {
        bothAreThere();
        register("b", "b2");
        stepAfter(100);
        assertThat(down()).isEmpty();
        present = Set.of(new Life("a", "a1"), new Life("b", "b2"));
        stepAfter(60_000);
        assertThat(down()).isEmpty();
    }

    @Test
    void aProcessThatRegistersAgainIsTheLifeThatTheMembershipSees() {
        bothAreThere();
        register("b", "b1#1");
        stepAfter(60_000);
        assertThat(down()).isEmpty();
        present = lives("a");
        stepAfter(100);
        assertThat(down()).containsExactly("b");
    }

    @Test
    void aProcessThatRegistersAgainWhileItIsMissingGetsAWhileToAppear() {
        bothAreThere();
        present = lives("a");
        stepAfter(100);
        assertThat(down()).containsExactly("b");
        register("b", "b1#1");
        stepAfter(100);
        stepAfter(4_900);
        assertThat(down()).isEmpty();
        stepAfter(100);
        assertThat(down()).containsExactly("b");
    }

    @Test
    void aNodeThatDrainsCanGoMissing() {
        bothAreThere();
        log.state = log.state.apply(new ControlCommand.Drain("b", "b1"));
        present = lives("a");
        stepAfter(100);
        assertThat(down()).containsExactly("b");
    }

    @Test
    void oneBatchIsOnItsWayAtATime() {
        bothAreThere();
        undecided = new CompletableFuture<>();
        present = lives("a");
        stepAfter(100);
        int before = proposed.size();
        register("b", "b1#1");
        stepAfter(10_000);
        stepAfter(10_000);
        assertThat(proposed).hasSize(before);
        undecided.completeExceptionally(new IllegalStateException("not the leader"));
        stepAfter(100);
        assertThat(proposed).hasSizeGreaterThan(before);
    }
}
