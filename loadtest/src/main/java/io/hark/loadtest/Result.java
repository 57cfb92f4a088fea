package io.hark.loadtest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Value: what one run gave.
///
/// @param parameters what was asked for, without secrets
/// @param seconds    one after another, warm-up and drain included; latencies are of what counts
record Result(
        String scenario,
        String target,
        Map<String, Object> parameters,
        List<Figure> figures,
        Verdict verdict,
        List<Second> seconds) {
    Result {
        figures = List.copyOf(figures);
        seconds = List.copyOf(seconds);
    }

    /// As JSON has it.
    Map<String, Object> tree() {
        Map<String, Object> values = new LinkedHashMap<>();
        figures.forEach(figure -> values.put(figure.key(), figure.value()));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("scenario", scenario);
        tree.put("target", target);
        tree.put("parameters", parameters);
        tree.put("verdict", verdict.tree());
        tree.put("figures", values);
        tree.put("seconds", seconds.stream().map(Second::tree).toList());
        return tree;
    }
}
