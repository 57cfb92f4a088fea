package io.hark.channel.sim;

import io.hark.control.ControlState;
import io.hark.control.SlotAssignment;
import java.util.ArrayList;
import java.util.List;

/// What the region decides when it makes a mistake on purpose.
final class PlantedControl {
    private PlantedControl() {}

    static ControlState planted(SimConfig config, Scheduler scheduler, ControlState before, ControlState after) {
        if (!config.has(PlantedBug.ELECTED_OUTSIDE_ISR) || !before.hasSlots() || before == after) {
            return after;
        }
        List<SlotAssignment> slots = new ArrayList<>(after.slots());
        for (int number : config.slots()) {
            SlotAssignment slot = slots.get(number);
            List<String> live = slot.replicas().stream().filter(after::isLive).toList();
            if (slot.epoch() != before.slots().get(number).epoch() && !live.isEmpty()) {
                String owner = scheduler.pick(live);
                List<String> isr = new ArrayList<>(slot.isr());
                if (!isr.contains(owner)) {
                    isr.add(owner);
                }
                slots.set(
                        number,
                        new SlotAssignment(
                                number,
                                slot.version(),
                                slot.epoch(),
                                owner,
                                isr,
                                slot.replicas(),
                                slot.eligible(),
                                slot.lineage(),
                                slot.movingTo()));
            }
        }
        return new ControlState(
                after.version(),
                after.replicasWanted(),
                after.minIsr(),
                after.nodes(),
                slots,
                after.apps(),
                after.revocations());
    }
}
