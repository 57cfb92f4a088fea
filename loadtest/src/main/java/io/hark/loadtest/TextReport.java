package io.hark.loadtest;

import java.util.Locale;

/// A run or a comparison as a table for a terminal.
final class TextReport {
    private TextReport() {}

    static String of(Result result) {
        StringBuilder text = new StringBuilder();
        text.append("%n%s against %s%n".formatted(result.scenario(), result.target()));
        result.parameters().forEach((name, value) -> text.append("  %-28s %s%n".formatted(name, value)));
        text.append("%n".formatted());
        result.figures()
                .forEach(figure -> text.append(
                        "  %-32s %14s %s%n".formatted(figure.label(), number(figure.value()), figure.unit())));
        return text.append("%n".formatted()).append(of(result.verdict())).toString();
    }

    static String of(Comparison comparison) {
        StringBuilder text = new StringBuilder();
        text.append("%n%s, medians of %d rounds%n".formatted(comparison.scenario(), comparison.rounds()));
        for (int i = 0; i < comparison.targets().size(); i++) {
            text.append("  %s: %s%n".formatted(letter(i), comparison.targets().get(i)));
        }
        text.append("%n  %-32s".formatted(""));
        for (int i = 0; i < comparison.targets().size(); i++) {
            text.append(" %14s".formatted(letter(i)));
        }
        for (int i = 1; i < comparison.targets().size(); i++) {
            text.append(" %8s".formatted(letter(i) + "/A"));
        }
        text.append("%n".formatted());
        for (Comparison.Row row : comparison.rows()) {
            text.append("  %-32s".formatted(row.label()));
            row.medians().forEach(median -> text.append(" %14s".formatted(number(median))));
            for (int i = 1; i < row.medians().size(); i++) {
                text.append(" %8s".formatted(ratio(row, i)));
            }
            text.append(" %s%n".formatted(row.unit()));
        }
        text.append("%n".formatted());
        for (Result run : comparison.runs()) {
            if (!run.verdict().isClean()) {
                text.append("%s: %s".formatted(run.target(), of(run.verdict())));
            }
        }
        return text.toString();
    }

    /// Targets are named by letters.
    static String letter(int target) {
        return String.valueOf((char) ('A' + target));
    }

    static String ratio(Comparison.Row row, int target) {
        return row.ratio(target).isPresent()
                ? String.format(Locale.ROOT, "%.2f", row.ratio(target).getAsDouble())
                : "-";
    }

    static String of(Verdict verdict) {
        StringBuilder text = new StringBuilder();
        if (verdict.isClean()) {
            text.append(String.format(
                    Locale.ROOT,
                    "OK: %,d published, %,d delivered; none lost, doubled, out of order or misrouted%n",
                    verdict.published(),
                    verdict.delivered()));
        } else {
            text.append(String.format(
                    Locale.ROOT,
                    "FAILED: %,d published, %,d delivered; %,d lost, %,d doubled, %,d out of order, %,d misrouted%n",
                    verdict.published(),
                    verdict.delivered(),
                    verdict.lost(),
                    verdict.doubled(),
                    verdict.reordered(),
                    verdict.misrouted()));
            verdict.problems().forEach(problem -> text.append("  %s%n".formatted(problem)));
        }
        return text.toString();
    }

    /// Enough digits to tell two apart, and no more.
    static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 || size == 0 ? "%,.0f" : size >= 10 ? "%.1f" : "%.3f", value);
    }
}
