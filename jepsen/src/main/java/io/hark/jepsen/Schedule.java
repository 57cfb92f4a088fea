package io.hark.jepsen;

import io.hark.jepsen.Cluster.Ability;
import io.hark.jepsen.Cluster.Cut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// Value: which faults come when. As text it has one step a line, such as `at=12.5s for=8.0s kill node=1`, so
/// that a run can be repeated or written by hand.
record Schedule(List<Step> steps) {
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final int KINDS = 9;

    /// @param after since the run began; later when the cluster has not recovered from what came before,
    ///              unless `overlaps`
    /// @param lasts until it is undone
    /// @param overlaps whether it does not wait for the cluster to recover
    record Step(Duration after, Duration lasts, boolean overlaps, Fault fault) {
        @Override
        public String toString() {
            return "at=%.1fs for=%.1fs %s%s"
                    .formatted(seconds(after), seconds(lasts), overlaps ? "overlaps " : "", fault.text());
        }

        private static double seconds(Duration duration) {
            return duration.toMillis() / 1e3;
        }
    }

    Schedule {
        steps = List.copyOf(steps);
    }

    static Schedule parse(String text) {
        List<Step> steps = new ArrayList<>();
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            String[] words = line.strip().split("\\s+", 3);
            if (words.length < 3 || !words[0].startsWith("at=") || !words[1].startsWith("for=")) {
                throw new IllegalArgumentException("'%s' is not at=… for=… fault".formatted(line));
            }
            boolean overlaps = words[2].startsWith("overlaps ");
            String fault = overlaps ? words[2].substring("overlaps ".length()) : words[2];
            steps.add(new Step(duration(words[0]), duration(words[1]), overlaps, Fault.parse(fault)));
        }
        return new Schedule(steps);
    }

    private static Duration duration(String word) {
        String seconds = word.substring(word.indexOf('=') + 1, word.length() - 1);
        return Duration.ofMillis(Math.round(Double.parseDouble(seconds) * 1_000));
    }

    @Override
    public String toString() {
        return String.join("\n", steps.stream().map(Step::toString).toList());
    }

    /// Faults of every kind that the cluster can suffer, on one of the first `nodes` at a time: all kinds in
    /// turn, in an order of chance, so that also a short run meets many.
    static Schedule mixed(int nodes, Set<Ability> abilities, Duration length, SplittableRandom random) {
        List<Step> steps = new ArrayList<>();
        List<Integer> kinds = new ArrayList<>();
        Duration at = WARM_UP;
        while (at.compareTo(length) < 0) {
            if (kinds.isEmpty()) {
                for (int kind = 0; kind < KINDS; kind++) {
                    kinds.add(random.nextInt(kinds.size() + 1), kind);
                }
            }
            Fault fault = fault(kinds.removeFirst(), random.nextInt(nodes), random);
            if (fault.needs().isPresent() && !abilities.contains(fault.needs().get())) {
                continue;
            }
            Duration lasts = lasts(fault, random);
            steps.add(new Step(at, lasts, false, fault));
            at = at.plus(lasts).plusMillis(4_000 + random.nextInt(6_000));
        }
        return new Schedule(steps);
    }

    private static Fault fault(int kind, int node, SplittableRandom random) {
        return switch (kind) {
            case 0, 1 -> new Fault.Kill(node);
            case 2 -> new Fault.Pause(node);
            case 3 -> new Fault.Isolate(node, Cut.BOTH_WAYS);
            case 4 -> new Fault.Isolate(node, Cut.CANNOT_HEAR);
            case 5 -> new Fault.Isolate(node, Cut.CANNOT_SPEAK);
            case 6 -> new Fault.Slow(node, random.nextInt(10, 200), random.nextInt(4) == 0 ? 0 : 200_000);
            case 7 -> new Fault.FillDisk(node);
            default -> new Fault.Restart(node);
        };
    }

    private static Duration lasts(Fault fault, SplittableRandom random) {
        return Duration.ofMillis(
                switch (fault) {
                    case Fault.Kill ignored -> random.nextInt(100, 8_000);
                    case Fault.Pause ignored -> random.nextInt(10) == 0 ? 30_000 : random.nextInt(1_000, 12_000);
                    case Fault.Isolate ignored -> random.nextInt(2_000, 15_000);
                    case Fault.Slow ignored -> random.nextInt(4_000, 12_000);
                    case Fault.FillDisk ignored -> random.nextInt(15_000, 25_000);
                    case Fault.Restart ignored -> 0;
                    case Fault.Join ignored -> 0;
                    case Fault.Leave ignored -> 0;
                });
    }

    /// Nodes above `few` join up to `many` and leave again, over and over, while the first ones suffer kills.
    static Schedule growAndShrink(int few, int many, Duration length, SplittableRandom random) {
        List<Step> steps = new ArrayList<>();
        Duration at = WARM_UP;
        while (at.compareTo(length) < 0) {
            for (int node = few; node < many; node++, at = at.plusSeconds(5)) {
                steps.add(new Step(at, Duration.ZERO, false, new Fault.Join(node)));
            }
            at = at.plusSeconds(10);
            steps.add(new Step(
                    at, Duration.ofMillis(random.nextInt(500, 5_000)), false, new Fault.Kill(random.nextInt(few))));
            at = at.plusSeconds(15);
            for (int node = many - 1; node >= few; node--, at = at.plusSeconds(10)) {
                steps.add(new Step(at, Duration.ZERO, false, new Fault.Leave(node)));
            }
            at = at.plusSeconds(10);
        }
        return new Schedule(steps);
    }
}
