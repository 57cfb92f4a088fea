package io.hark.loadtest;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// Confined to one call: a run or a comparison as one page that needs nothing else.
final class HtmlReport {
    private static final String STYLE = """
        :root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --paper: #fff; --line: #e3e7ec; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e9ee; --dim: #9aa5b4; --paper: #14181e; --line: #2a313b; } }
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1140px; padding: 0 1rem;
               color: var(--ink); background: var(--paper); }
        h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .4rem; }
        h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
        .verdict { display: inline-block; padding: .25rem .7rem; border-radius: 1rem; font-weight: 600; }
        .good { background: #d9f2e0; color: #115c2a; } .bad { background: #fbdcda; color: #8f1710; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        td, th { text-align: left; padding: .15rem .9rem .15rem 0; vertical-align: top; }
        th { font-weight: 600; color: var(--dim); } td.n, th.n { text-align: right; }
        svg { display: block; width: 100%; height: auto; }
        svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
        .grid { stroke: var(--line); } .warm { fill: var(--dim); opacity: .12; }
        .key span { margin-right: 1.2rem; } .key i { display: inline-block; width: 1.1rem; height: .2rem;
               vertical-align: middle; margin-right: .35rem; }
        """;
    private static final List<Chart.Line> PUBLISHES = List.of(
            new Chart.Line("published", "#7a8797", second -> true, second -> second.perSecond(second.published())),
            new Chart.Line(
                    "acknowledged", "#2f7bf0", second -> true, second -> second.perSecond(second.acknowledged())));
    private static final List<Chart.Line> DELIVERIES = List.of(
            new Chart.Line("delivered", "#1f9d55", second -> true, second -> second.perSecond(second.delivered())));

    private final StringBuilder html = new StringBuilder();

    private HtmlReport() {}

    static String of(Result result) {
        HtmlReport page = new HtmlReport();
        page.head(result.scenario() + " against " + result.target());
        page.run(result);
        return page.end();
    }

    static String of(Comparison comparison) {
        HtmlReport page = new HtmlReport();
        page.head(comparison.scenario() + ", compared");
        page.table(comparison);
        for (int i = 0; i < comparison.runs().size(); i++) {
            Result run = comparison.runs().get(i);
            page.html.append(
                    "<h2>Round %d: %s</h2>".formatted(i / comparison.targets().size() + 1, escaped(run.target())));
            page.run(run);
        }
        return page.end();
    }

    private void head(String title) {
        html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                        + "<meta name=\"viewport\" content=\"width=device-width\"><title>")
                .append(escaped(title))
                .append("</title><style>\n")
                .append(STYLE)
                .append("</style></head><body><h1>")
                .append(escaped(title))
                .append("</h1>");
    }

    private String end() {
        return html.append("</body></html>\n").toString();
    }

    private void run(Result result) {
        html.append("<p><span class=\"verdict %s\">%s</span></p>"
                .formatted(
                        result.verdict().isClean() ? "good" : "bad",
                        escaped(TextReport.of(result.verdict())
                                .lines()
                                .findFirst()
                                .orElseThrow())));
        if (!result.verdict().problems().isEmpty()) {
            html.append("<ul>");
            result.verdict()
                    .problems()
                    .forEach(problem ->
                            html.append("<li>").append(escaped(problem)).append("</li>"));
            html.append("</ul>");
        }
        double warmUp = result.parameters().get("warmUpSeconds") instanceof Number number ? number.doubleValue() : 0;
        html.append(new Chart("Publishes a second", PUBLISHES, false, result.seconds(), warmUp).text());
        html.append(new Chart("Deliveries a second", DELIVERIES, false, result.seconds(), warmUp).text());
        html.append(new Chart(
                        "From when a message was due to each of its deliveries, ms",
                        percentiles(Second::delivery),
                        true,
                        result.seconds(),
                        warmUp)
                .text());
        html.append(new Chart(
                        "From when a message was due to its acknowledgement, ms",
                        percentiles(Second::acknowledgement),
                        true,
                        result.seconds(),
                        warmUp)
                .text());
        html.append("<h3>Figures</h3><table>");
        for (Figure figure : result.figures()) {
            html.append("<tr><th>%s</th><td class=\"n\">%s</td><td>%s</td></tr>"
                    .formatted(escaped(figure.label()), TextReport.number(figure.value()), escaped(figure.unit())));
        }
        html.append("</table><h3>What was asked for</h3><table>");
        for (Map.Entry<String, Object> parameter : result.parameters().entrySet()) {
            html.append("<tr><th>%s</th><td>%s</td></tr>"
                    .formatted(escaped(parameter.getKey()), escaped(String.valueOf(parameter.getValue()))));
        }
        html.append("</table>");
    }

    private static List<Chart.Line> percentiles(Function<Second, Percentiles> which) {
        return List.of(
                line("p50", "#1f9d55", which, Percentiles::p50),
                line("p99", "#c98a00", which, Percentiles::p99),
                line("p99.9", "#d9622b", which, Percentiles::p999),
                line("longest", "#c2362b", which, Percentiles::max));
    }

    private static Chart.Line line(
            String name, String colour, Function<Second, Percentiles> which, ToDoubleFunction<Percentiles> value) {
        return new Chart.Line(
                name,
                colour,
                second -> which.apply(second).count() > 0,
                second -> value.applyAsDouble(which.apply(second)));
    }

    private void table(Comparison comparison) {
        html.append("<p>Medians of %d rounds.</p><table><tr><th></th>".formatted(comparison.rounds()));
        for (String target : comparison.targets()) {
            html.append("<th class=\"n\">%s</th>".formatted(escaped(target)));
        }
        for (int i = 1; i < comparison.targets().size(); i++) {
            html.append("<th class=\"n\">%s/A</th>".formatted(TextReport.letter(i)));
        }
        html.append("</tr>");
        for (Comparison.Row row : comparison.rows()) {
            html.append("<tr><th>%s%s</th>"
                    .formatted(escaped(row.label()), row.unit().isEmpty() ? "" : ", " + escaped(row.unit())));
            row.medians()
                    .forEach(median -> html.append("<td class=\"n\">%s</td>".formatted(TextReport.number(median))));
            for (int i = 1; i < row.medians().size(); i++) {
                html.append("<td class=\"n\">%s</td>".formatted(TextReport.ratio(row, i)));
            }
            html.append("</tr>");
        }
        html.append("</table>");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
