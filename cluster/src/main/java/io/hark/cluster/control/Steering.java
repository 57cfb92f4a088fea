package io.hark.cluster.control;

import io.hark.cluster.membership.Life;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.Planner;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined to the controller's thread: one look at the region, and what to propose then.
final class Steering {
    private static final Logger log = LoggerFactory.getLogger(Steering.class);
    private static final long APPEAR_MILLIS = 5_000;

    /// How long a look that found nothing to do stands for the same state and suspects: what is due by time, such
    /// as replacing a node that stays away, is never more urgent.
    private static final long LOOK_AGAIN_MILLIS = 1_000;

    private final ControlLog controlLog;
    private final Function<ControlCommand, CompletionStage<ControlState>> propose;
    private final Planner planner;
    private final Supplier<Set<Life>> present;
    private final Suspicion suspicion = new Suspicion(APPEAR_MILLIS);
    private OptionalLong ledSince = OptionalLong.empty();
    private CompletableFuture<Void> batch = CompletableFuture.completedFuture(null);
    private Optional<Look> nothingToDo = Optional.empty();

    private record Look(ControlState state, Set<Planner.Suspect> suspects, long atMillis) {
        boolean holdsFor(ControlState other, Set<Planner.Suspect> others, long nowMillis) {
            return state == other && suspects.equals(others) && nowMillis - atMillis < LOOK_AGAIN_MILLIS;
        }
    }

    Steering(
            ControlLog controlLog,
            Function<ControlCommand, CompletionStage<ControlState>> propose,
            Planner planner,
            Supplier<Set<Life>> present) {
        this.controlLog = controlLog;
        this.propose = propose;
        this.planner = planner;
        this.present = present;
    }

    /// Completes when what this step proposed is decided or has failed; at once when it proposed nothing.
    CompletableFuture<Void> step(long nowMillis) {
        boolean leads = controlLog.leads();
        if (!leads) {
            ledSince = OptionalLong.empty();
        } else if (ledSince.isEmpty()) {
            log.info("this node plans for the region");
            ledSince = OptionalLong.of(nowMillis);
        }
        // Also while another node leads: who was there then is missed at once later.
        ControlState state = controlLog.state();
        Set<Planner.Suspect> suspects = suspicion.suspects(state, present.get(), ledSince.orElse(nowMillis), nowMillis);
        boolean known = nothingToDo
                .filter(look -> look.holdsFor(state, suspects, nowMillis))
                .isPresent();
        if (!leads || known || !batch.isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        List<ControlCommand> commands = planner.next(state, suspects, nowMillis);
        boolean nothing = commands.isEmpty() && !planner.isPausing();
        nothingToDo = nothing ? Optional.of(new Look(state, suspects, nowMillis)) : Optional.empty();
        batch = CompletableFuture.allOf(commands.stream().map(this::proposed).toArray(CompletableFuture<?>[]::new));
        return batch;
    }

    private CompletableFuture<Void> proposed(ControlCommand command) {
        if (command instanceof ControlCommand.NodeDown(var node, var incarnation)) {
            log.warn("node {} is gone, its life {} is to be declared over", node, incarnation);
        }
        return propose.apply(command)
                .handle((state, failure) -> {
                    if (failure != null) {
                        log.info("{} is not decided", command.getClass().getSimpleName(), failure);
                    }
                    return (Void) null;
                })
                .toCompletableFuture();
    }
}
