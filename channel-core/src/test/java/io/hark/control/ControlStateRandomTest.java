package io.hark.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random decisions, while a model knows which nodes hold every committed entry.
class ControlStateRandomTest {
    private static final int RUNS = 1_500;
    private static final int STEPS = 120;
    private static final int SLOTS = 3;

    @ParameterizedTest
    @CsvSource({"2,1", "3,1", "3,2", "4,2", "5,3"})
    void whoeverMayOwnASlotHoldsEverythingThatIsCommitted(int nodes, int minIsr) {
        for (int seed = 0; seed < RUNS; seed++) {
            new Region(nodes, minIsr, seed).run();
        }
    }

    private static final class Region {
        private final String name;
        private final Random random;
        private final String[] nodes;
        private final Map<String, Integer> lives = new TreeMap<>();
        private final List<Set<String>> full = new ArrayList<>();
        private final List<ControlCommand> onTheWay = new ArrayList<>();
        private final List<String> story = new ArrayList<>();
        private ControlState state;

        Region(int count, int minIsr, int seed) {
            name = "%d nodes, min %d, seed %d".formatted(count, minIsr, seed);
            random = new Random(seed);
            nodes = Arrays.copyOf(new String[] {"a", "b", "c", "d", "e"}, count);
            state = Regions.of(minIsr, SLOTS, nodes);
            for (String node : nodes) {
                lives.put(node, 1);
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                full.add(new HashSet<>(List.of(nodes)));
            }
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                int slot = random.nextInt(SLOTS);
                switch (random.nextInt(12)) {
                    case 0, 1 -> commit(slot);
                    case 2 -> catchUp(slot);
                    case 3, 4 -> proposeIsr(slot);
                    case 5, 6 -> arrive();
                    case 7 -> onTheWay.add(Regions.move(state, slot, node()));
                    case 8 -> onTheWay.add(Regions.transfer(state, slot, node()));
                    case 9 -> onTheWay.add(Regions.setReplicas(state, slot, some()));
                    case 10 -> restart(node());
                    default -> rarely(slot);
                }
            }
        }

        private String node() {
            return nodes[random.nextInt(nodes.length)];
        }

        private String[] some() {
            List<String> some = new ArrayList<>(List.of(nodes));
            Collections.shuffle(some, random);
            return some.subList(0, 1 + random.nextInt(some.size())).toArray(String[]::new);
        }

        /// Something is committed: all of the in-sync set has it, with those about to join, and others may.
        private void commit(int slot) {
            SlotAssignment known = state.slots().get(slot);
            if (known.hasOwner() && known.isr().size() >= state.minIsr()) {
                Set<String> holders = new HashSet<>(known.isr());
                full.get(slot).stream().filter(node -> random.nextBoolean()).forEach(holders::add);
                for (ControlCommand command : onTheWay) {
                    if (command instanceof ControlCommand.ChangeIsr(var changes)) {
                        changes.stream()
                                .filter(change -> change.slot() == slot
                                        && change.epoch() == known.epoch()
                                        && change.version() == known.version())
                                .forEach(change -> holders.addAll(change.isr()));
                    }
                }
                full.set(slot, holders);
                story.add("committed in " + known + " by " + holders);
            }
        }

        private void catchUp(int slot) {
            String node = node();
            if (state.slots().get(slot).hasOwner() && state.isLive(node)) {
                full.get(slot).add(node);
            }
        }

        /// The owner leaves some out, and takes in who has everything.
        private void proposeIsr(int slot) {
            SlotAssignment known = state.slots().get(slot);
            if (known.hasOwner()) {
                List<String> isr = new ArrayList<>(known.isr());
                isr.removeIf(node -> !known.isOwnedBy(node) && random.nextInt(3) == 0);
                known.replicas().stream()
                        .filter(node -> !isr.contains(node) && full.get(slot).contains(node))
                        .filter(node -> random.nextBoolean())
                        .forEach(isr::add);
                if (isr.size() >= Math.min(state.minIsr(), known.isr().size())) {
                    onTheWay.add(Regions.changeIsr(state, slot, isr.toArray(String[]::new)));
                }
            }
        }

        /// Proposals arrive late, in any order, or never.
        private void arrive() {
            if (!onTheWay.isEmpty()) {
                apply(onTheWay.remove(random.nextInt(onTheWay.size())));
            }
        }

        private void restart(String node) {
            if (random.nextBoolean()) {
                apply(Regions.down(node, lives.get(node)));
                return;
            }
            int life = lives.merge(node, 1, Integer::sum);
            List<Integer> dirty = new ArrayList<>();
            boolean clean = random.nextInt(4) > 0;
            for (int slot = 0; slot < SLOTS; slot++) {
                if (random.nextInt(4) == 0) {
                    dirty.add(slot);
                }
                if ((!clean || dirty.contains(slot)) && random.nextInt(3) > 0) {
                    full.get(slot).remove(node);
                }
            }
            apply(new ControlCommand.Register(node, node + life, node + ":1", 1, clean, dirty));
        }

        private void rarely(int slot) {
            switch (random.nextInt(8)) {
                case 0 -> apply(new ControlCommand.Remove(node()));
                case 1 -> apply(new ControlCommand.ForceElect(slot, node()));
                case 2 -> {
                    String node = node();
                    apply(new ControlCommand.Drain(node, node + lives.get(node)));
                }
                default -> {}
            }
        }

        private void apply(ControlCommand command) {
            ControlState before = state;
            state = state.apply(command);
            for (int slot = 0; slot < SLOTS; slot++) {
                if (state.slots().get(slot) != before.slots().get(slot)) {
                    story.add(command + " -> " + state.slots().get(slot));
                }
            }
            for (int slot = 0; slot < SLOTS; slot++) {
                check(slot, before.slots().get(slot), state.slots().get(slot));
            }
            if (state != before && state.version() <= before.version()) {
                fail("the version did not grow");
            }
        }

        private void check(int slot, SlotAssignment before, SlotAssignment after) {
            if (after.lineage() > before.lineage()) {
                // What counts as committed is what this one has of it.
                full.set(slot, new HashSet<>(after.isr()));
            }
            require(after.lineage() >= before.lineage(), "the lineage went back");
            require(after.epoch() >= before.epoch(), "the epoch went back");
            require(after.version() >= before.version(), "the version went back");
            require(after.equals(before) || after.version() > before.version(), "a change without a version");
            require(
                    after.owner().equals(before.owner()) || !after.hasOwner() || after.epoch() > before.epoch(),
                    "another owner in the same epoch");
            require(!after.isr().isEmpty(), "nobody is in sync");
            require(new HashSet<>(after.isr()).size() == after.isr().size(), "twice in sync");
            require(!after.hasOwner() || after.isr().contains(after.owner()), "the owner is not in sync");
            require(!after.hasOwner() || state.isLive(after.owner()), "the owner does not live");
            require(after.movingTo().isEmpty() || after.isr().contains(after.movingTo()), "moves to one behind");
            require(full.get(slot).containsAll(after.isr()), "one in sync lacks committed entries");
            require(full.get(slot).containsAll(after.eligible()), "one eligible lacks committed entries");
        }

        private void require(boolean holds, String what) {
            if (!holds) {
                fail(what);
            }
        }

        private void fail(String what) {
            assertThat(story.subList(Math.max(0, story.size() - 30), story.size()))
                    .as("%s: %s; full: %s", name, what, full)
                    .isEmpty();
        }
    }
}
