package io.hark.loadtest;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/// Confined to one call of [#text]: lines over the seconds of a run, as SVG.
final class Chart {
    private static final int WIDTH = 1_100;
    private static final int HEIGHT = 200;
    private static final int LEFT = 76;
    private static final int TOP = 12;
    private static final int BOTTOM = 26;
    private static final int RIGHT = 12;

    /// What is below is drawn at the bottom of a logarithmic chart.
    private static final double LEAST = 0.01;

    private final String title;
    private final List<Line> lines;
    private final boolean logarithmic;
    private final List<Second> seconds;
    private final double warmUp;
    private final double width;
    private final double top;
    private final StringBuilder svg = new StringBuilder();

    /// One line of a chart.
    ///
    /// @param has whether there is anything to draw for a second
    record Line(String name, String colour, Predicate<Second> has, ToDoubleFunction<Second> value) {}

    /// @param warmUp seconds at the beginning that are shaded
    Chart(String title, List<Line> lines, boolean logarithmic, List<Second> seconds, double warmUp) {
        this.title = title;
        this.lines = lines;
        this.logarithmic = logarithmic;
        this.seconds = seconds;
        this.warmUp = warmUp;
        width = seconds.isEmpty() ? 1 : Math.max(0.001, seconds.getLast().to());
        double most = lines.stream()
                .flatMapToDouble(line -> seconds.stream().mapToDouble(line.value()))
                .max()
                .orElse(1);
        top = logarithmic ? Math.pow(10, Math.ceil(Math.log10(Math.max(most, LEAST * 10)))) : Math.max(1, most * 1.05);
    }

    String text() {
        svg.append("<h3>").append(HtmlReport.escaped(title)).append("</h3><div class=\"key\">");
        for (Line line : lines) {
            svg.append("<span><i style=\"background:%s\"></i>%s</span>".formatted(line.colour(), line.name()));
        }
        svg.append("</div><svg viewBox=\"0 0 %d %d\" role=\"img\">".formatted(WIDTH, HEIGHT));
        if (warmUp > 0) {
            svg.append(HtmlReport.format(
                    "<rect class=\"warm\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>warm-up</title></rect>",
                    LEFT, TOP, x(Math.min(warmUp, width)) - LEFT, HEIGHT - TOP - BOTTOM));
        }
        grid();
        for (Line line : lines) {
            svg.append("<polyline fill=\"none\" stroke-width=\"1.6\" stroke=\"%s\" points=\"".formatted(line.colour()));
            for (Second second : seconds.stream().filter(line.has()).toList()) {
                svg.append(HtmlReport.format(
                        "%.1f,%.1f ",
                        x((second.from() + second.to()) / 2), y(line.value().applyAsDouble(second))));
            }
            svg.append("\"/>");
        }
        return svg.append("</svg>").toString();
    }

    private void grid() {
        if (logarithmic) {
            for (double value = LEAST; value <= top * 1.001; value *= 10) {
                horizontal(value);
            }
        } else {
            for (int i = 0; i <= 4; i++) {
                horizontal(top / 1.05 * i / 4);
            }
        }
        int step = (int) Math.max(1, Math.ceil(width / 10));
        for (int second = 0; second <= width; second += step) {
            svg.append(HtmlReport.format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d s</text>", x(second), HEIGHT - 8, second));
        }
    }

    private void horizontal(double value) {
        svg.append(HtmlReport.format(
                "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\""
                        + " text-anchor=\"end\">%s</text>",
                LEFT,
                WIDTH - RIGHT,
                y(value),
                y(value),
                LEFT - 6,
                y(value) + 4,
                value >= 1 ? HtmlReport.format("%,.0f", value) : HtmlReport.format("%.2f", value)));
    }

    private double x(double second) {
        return LEFT + second / width * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        double share = logarithmic ? Math.log10(Math.max(LEAST, value) / LEAST) / Math.log10(top / LEAST) : value / top;
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }
}
