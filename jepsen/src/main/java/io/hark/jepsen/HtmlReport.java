package io.hark.jepsen;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Confined to one call of [#text]: a run as one page that needs nothing else.
final class HtmlReport {
    private static final int WIDTH = 1_100;
    private static final int HEIGHT = 190;
    private static final int LEFT = 64;
    private static final int TOP = 12;
    private static final int BOTTOM = 26;
    private static final int RIGHT = 12;
    private static final String STYLE = """
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1140px; padding: 0 1rem;
               color: #1c2430; background: #fff; }
        h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .4rem; }
        .verdict { display: inline-block; padding: .25rem .7rem; border-radius: 1rem; font-weight: 600; }
        .good { background: #d9f2e0; color: #115c2a; } .bad { background: #fbdcda; color: #8f1710; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        td, th { text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; }
        th { font-weight: 600; color: #55606e; } td.n, th.n { text-align: right; }
        pre { background: #f4f6f8; padding: .7rem; overflow-x: auto; font-size: 12.5px; line-height: 1.4; }
        svg { display: block; width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: #55606e; }
        .grid { stroke: #e3e7ec; stroke-width: 1; }
        .fault { fill: #e2574c; opacity: .16; } .recovery { fill: #d9a514; opacity: .12; }
        .key span { margin-right: 1.2rem; } .key i { display: inline-block; width: 1.1rem; height: .2rem;
               vertical-align: middle; margin-right: .35rem; }
        .facts { columns: 2; } summary { cursor: pointer; }
        """;

    private final RunReport report;
    private final StringBuilder html = new StringBuilder();

    /// One line of a chart.
    private record Line(String name, String colour, ToDoubleFunction<Timeline.Second> value) {}

    HtmlReport(RunReport report) {
        this.report = report;
    }

    String text() {
        Verdict verdict = report.verdict();
        html.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(report.name()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><h1>")
                .append(escaped(report.name()))
                .append("</h1><p>")
                .append(
                        verdict.failures() == 0
                                ? "<span class=\"verdict good\">no promise broken</span>"
                                : "<span class=\"verdict bad\">%d failures</span>".formatted(verdict.failures()))
                .append("</p>");
        List<Line> rates = List.of(
                new Line("published", "#7a8797", Timeline.Second::invoked),
                new Line("acknowledged", "#1f6feb", Timeline.Second::acked),
                new Line("delivered", "#1a8f4a", Timeline.Second::delivered));
        chart("Messages a second", rates, false);
        chart(
                "Publish: from the application's call to the acknowledgement, ms",
                List.of(
                        new Line("p50", "#1f6feb", second -> second.publish().p50() / 1e3),
                        new Line("p99", "#b8860b", second -> second.publish().p99() / 1e3),
                        new Line("max", "#c2362b", second -> second.publish().max() / 1e3)),
                true);
        chart(
                "Delivery: from the application's call to each subscriber, ms",
                List.of(
                        new Line("p50", "#1a8f4a", second -> second.delivery().p50() / 1e3),
                        new Line("p99", "#b8860b", second -> second.delivery().p99() / 1e3),
                        new Line("max", "#c2362b", second -> second.delivery().max() / 1e3)),
                true);
        faults();
        anomalies();
        facts("What was checked", report.counts());
        facts("The run", report.facts());
        html.append("<h2>Schedule</h2><pre>")
                .append(escaped(report.schedule().toString()))
                .append("</pre></body></html>\n");
        return html.toString();
    }

    private void chart(String title, List<Line> lines, boolean logarithmic) {
        List<Timeline.Second> seconds = report.timeline().seconds();
        double top = 1;
        for (Line line : lines) {
            top = Math.max(top, seconds.stream().mapToDouble(line.value()).max().orElse(1));
        }
        top = logarithmic ? Math.pow(10, Math.ceil(Math.log10(top))) : top * 1.05;
        html.append("<h2>").append(escaped(title)).append("</h2><div class=\"key\">");
        for (Line line : lines) {
            html.append("<span><i style=\"background:%s\"></i>%s</span>".formatted(line.colour(), line.name()));
        }
        html.append("<span><i style=\"background:#f3c3bf;height:.7rem\"></i>fault</span>"
                + "<span><i style=\"background:#f3e3b4;height:.7rem\"></i>recovery</span></div>"
                + "<svg viewBox=\"0 0 %d %d\">".formatted(WIDTH, HEIGHT));
        grid(top, logarithmic);
        for (Timeline.FaultSpan span : report.timeline().faults()) {
            double from = x(span.fromMicros() / 1e6);
            double width = Math.max(2, x(span.toMicros() / 1e6) - from);
            html.append(format(
                    "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title></rect>",
                    span.fault().equals(Nemesis.RECOVERY) ? "recovery" : "fault",
                    from,
                    TOP,
                    width,
                    HEIGHT - TOP - BOTTOM,
                    escaped(span.fault())));
        }
        for (Line line : lines) {
            html.append(
                    "<polyline fill=\"none\" stroke-width=\"1.4\" stroke=\"%s\" points=\"".formatted(line.colour()));
            for (int i = 0; i < seconds.size(); i++) {
                double value = line.value().applyAsDouble(seconds.get(i));
                html.append(format("%.1f,%.1f ", x(i + 0.5), y(value, top, logarithmic)));
            }
            html.append("\"/>");
        }
        html.append("</svg>");
    }

    private void grid(double top, boolean logarithmic) {
        if (logarithmic) {
            for (double value = 1; value <= top; value *= 10) {
                horizontal(value, top, true);
            }
        } else {
            for (int i = 0; i <= 4; i++) {
                horizontal(top / 1.05 * i / 4, top, false);
            }
        }
        int seconds = report.timeline().seconds().size();
        int step = Math.max(1, (seconds + 9) / 10);
        for (int second = 0; second <= seconds; second += step) {
            html.append(format(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d s</text>", x(second), HEIGHT - 8, second));
        }
    }

    private void horizontal(double value, double top, boolean logarithmic) {
        double y = y(value, top, logarithmic);
        html.append(format(
                "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\""
                        + " text-anchor=\"end\">%,.0f</text>",
                LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, value));
    }

    private double x(double second) {
        int seconds = Math.max(1, report.timeline().seconds().size());
        return LEFT + second / seconds * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double top, boolean logarithmic) {
        double share = logarithmic ? Math.log10(Math.max(1, value)) / Math.max(1, Math.log10(top)) : value / top;
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private void faults() {
        html.append("<h2>Faults</h2><table><tr><th>fault</th><th class=\"n\">begins, s</th><th class=\"n\">lasts,"
                + " s</th><th class=\"n\">longest time without an acknowledgement, ms</th><th class=\"n\">publish"
                + " p95, ms</th><th class=\"n\">publish max, ms</th></tr>");
        for (Timeline.FaultSpan span : report.timeline().faults()) {
            html.append(format(
                    "<tr><td>%s</td><td class=\"n\">%.1f</td><td class=\"n\">%.1f</td><td class=\"n\">%,d</td>"
                            + "<td class=\"n\">%,.0f</td><td class=\"n\">%,.0f</td></tr>",
                    escaped(span.fault()),
                    span.fromMicros() / 1e6,
                    (span.toMicros() - span.fromMicros()) / 1e6,
                    span.pauseMillis(),
                    span.waits().p95() / 1e3,
                    span.waits().max() / 1e3));
        }
        html.append("</table>");
    }

    private void anomalies() {
        html.append("<h2>Anomalies</h2>");
        Verdict verdict = report.verdict();
        if (verdict.anomalies().isEmpty()) {
            html.append("<p>None.</p>");
            return;
        }
        html.append("<table>");
        verdict.found()
                .forEach((kind, count) ->
                        html.append("<tr><th>%s</th><td class=\"n\">%,d</td></tr>".formatted(kind, count)));
        html.append("</table>");
        for (Anomaly anomaly : verdict.anomalies()) {
            List<String> events = report.evidence().getOrDefault(anomaly, List.of());
            html.append("<details%s><summary><b>%s</b> %s</summary>"
                    .formatted(events.isEmpty() ? "" : " open", anomaly.kind(), escaped(anomaly.what())));
            if (!events.isEmpty()) {
                html.append("<pre>").append(escaped(String.join("\n", events))).append("</pre>");
            }
            html.append("</details>");
        }
    }

    private void facts(String title, Map<String, Object> facts) {
        html.append("<h2>").append(title).append("</h2><table class=\"facts\">");
        facts.forEach((name, value) -> html.append("<tr><th>%s</th><td>%s</td></tr>"
                .formatted(
                        escaped(name),
                        value instanceof Long number ? format("%,d", number) : escaped(String.valueOf(value)))));
        html.append("</table>");
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
