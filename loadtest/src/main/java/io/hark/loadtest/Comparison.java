package io.hark.loadtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// Value: the same scenario against several targets, in turn, so that all had the machine's good and bad
/// minutes.
///
/// @param runs of the first round, then of the second...; in each round a run of each target
record Comparison(String scenario, List<String> targets, List<Result> runs) {
    Comparison {
        targets = List.copyOf(targets);
        runs = List.copyOf(runs);
        if (targets.isEmpty() || runs.size() % targets.size() != 0) {
            throw new IllegalArgumentException(
                    "%d runs of %d targets are no whole rounds".formatted(runs.size(), targets.size()));
        }
    }

    /// Value: one figure of each target.
    ///
    /// @param medians by target
    record Row(String key, String label, String unit, List<Double> medians) {
        /// How many times the first target's; empty when that is 0.
        OptionalDouble ratio(int target) {
            return medians.getFirst() == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(medians.get(target) / medians.getFirst());
        }
    }

    int rounds() {
        return runs.size() / targets.size();
    }

    boolean isClean() {
        return runs.stream().allMatch(run -> run.verdict().isClean());
    }

    /// The medians of what the first run told.
    List<Row> rows() {
        return runs.isEmpty()
                ? List.of()
                : runs.getFirst().figures().stream().map(this::row).toList();
    }

    private Row row(Figure figure) {
        List<Double> medians = new ArrayList<>();
        for (int target = 0; target < targets.size(); target++) {
            List<Double> values = new ArrayList<>();
            for (int run = target; run < runs.size(); run += targets.size()) {
                runs.get(run).figures().stream()
                        .filter(each -> each.key().equals(figure.key()))
                        .forEach(each -> values.add(each.value()));
            }
            medians.add(median(values));
        }
        return new Row(figure.key(), figure.label(), figure.unit(), medians);
    }

    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return 0;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /// As JSON has it.
    Map<String, Object> tree() {
        Map<String, Object> medians = new LinkedHashMap<>();
        Map<String, Object> ratios = new LinkedHashMap<>();
        for (Row row : rows()) {
            medians.put(row.key(), row.medians());
            List<Object> ofFirst = new ArrayList<>();
            for (int target = 0; target < targets.size(); target++) {
                OptionalDouble ratio = row.ratio(target);
                ofFirst.add(ratio.isPresent() ? ratio.getAsDouble() : null);
            }
            ratios.put(row.key(), ofFirst);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("scenario", scenario);
        tree.put("targets", targets);
        tree.put("rounds", (long) rounds());
        tree.put("medians", medians);
        tree.put("ratiosToFirst", ratios);
        tree.put("runs", runs.stream().map(Result::tree).toList());
        return tree;
    }
}
