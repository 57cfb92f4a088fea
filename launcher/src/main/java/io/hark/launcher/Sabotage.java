package io.hark.launcher;

import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.SlotAssignment;
import io.hark.slot.PlantedBug;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mistake that a test has planted in this node by the system property `hark.plantedBug`, on a `dev` node
/// only.
final class Sabotage {
    private static final Logger LOG = LoggerFactory.getLogger(Sabotage.class);
    private static final String PROPERTY = "hark.plantedBug";

    private Sabotage() {}

    static PlantedBug planted(boolean dev) {
        String name = System.getProperty(PROPERTY);
        if (name == null) {
            return PlantedBug.NONE;
        }
        if (!dev) {
            throw new ConfigException(PROPERTY + " is for tests on dev nodes only");
        }
        PlantedBug bug = Arrays.stream(PlantedBug.values())
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Settings.wrong(PROPERTY, name, Arrays.toString(PlantedBug.values())));
        LOG.warn("this node breaks a promise on purpose: {}", bug);
        return bug;
    }

    /// Proposals of a controller that gives the slots of a node that is gone to whoever is not in sync, if
    /// there is one.
    static Function<ControlCommand, CompletionStage<ControlState>> electingOutsideIsr(
            ControlLog control, Function<ControlCommand, CompletionStage<ControlState>> propose) {
        return command -> {
            if (command instanceof ControlCommand.NodeDown(var gone, var incarnation)) {
                ControlState before = control.state();
                for (SlotAssignment slot : before.slots()) {
                    if (slot.isOwnedBy(gone)) {
                        outsider(before, slot, gone)
                                .ifPresent(node -> propose.apply(new ControlCommand.ForceElect(slot.slot(), node)));
                    }
                }
            }
            return propose.apply(command);
        };
    }

    private static Optional<String> outsider(ControlState state, SlotAssignment slot, String gone) {
        return slot.replicas().stream()
                .filter(node -> !node.equals(gone) && !slot.isr().contains(node) && state.isLive(node))
                .findFirst();
    }
}
