package io.hark.loadtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Value: whether every message came to each of its subscribers, once and in its stream's order.
///
/// @param delivered without doubles
/// @param misrouted came where they were not published
/// @param problems  what else makes the figures worthless
record Verdict(
        long published,
        long acknowledged,
        long delivered,
        long lost,
        long doubled,
        long reordered,
        long misrouted,
        List<String> problems) {
    Verdict {
        problems = List.copyOf(problems);
    }

    boolean isClean() {
        return lost == 0 && doubled == 0 && reordered == 0 && misrouted == 0 && problems.isEmpty();
    }

    /// Of two traffics together.
    Verdict and(Verdict other) {
        List<String> both = new ArrayList<>(problems);
        both.addAll(other.problems);
        return new Verdict(
                published + other.published,
                acknowledged + other.acknowledged,
                delivered + other.delivered,
                lost + other.lost,
                doubled + other.doubled,
                reordered + other.reordered,
                misrouted + other.misrouted,
                both);
    }

    Verdict withProblem(String problem) {
        return and(new Verdict(0, 0, 0, 0, 0, 0, 0, List.of(problem)));
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("clean", isClean());
        tree.put("published", published);
        tree.put("acknowledged", acknowledged);
        tree.put("delivered", delivered);
        tree.put("lost", lost);
        tree.put("doubled", doubled);
        tree.put("reordered", reordered);
        tree.put("misrouted", misrouted);
        tree.put("problems", problems);
        return tree;
    }
}
