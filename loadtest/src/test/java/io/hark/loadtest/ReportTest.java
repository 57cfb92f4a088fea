package io.hark.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {
    private static final Percentiles LATENCY = new Percentiles(1_000, 1.5, 2, 3, 4, 250);
    private static final Verdict CLEAN = new Verdict(2_000, 2_000, 20_000, 0, 0, 0, 0, List.of());
    private static final Verdict LOST =
            new Verdict(2_000, 2_000, 19_999, 1, 0, 0, 0, List.of("the connection of <b> ended"));

    private static Result result(String target, Verdict verdict, double rate) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("channels", 1L);
        parameters.put("warmUpSeconds", 1.0);
        return new Result(
                "fanout",
                target,
                parameters,
                List.of(
                        new Figure("deliveriesPerSecond", "delivered", "1/s", rate),
                        new Figure("unsent", "due and never sent", "", 0)),
                verdict,
                List.of(
                        new Second(0, 1, 1_000, 1_000, 10_000, LATENCY, LATENCY),
                        new Second(1, 2, 1_000, 1_000, 9_999, LATENCY, LATENCY)));
    }

    @Test
    void aCleanRunSaysSo() {
        assertThat(TextReport.of(result("http://a:1", CLEAN, 12_345.6)))
                .contains("fanout against http://a:1", "12,346", "OK: 2,000 published, 20,000 delivered");
    }

    @Test
    void aLostMessageFailsTheRun() {
        assertThat(LOST.isClean()).isFalse();
        assertThat(TextReport.of(result("http://a:1", LOST, 1)))
                .contains("FAILED", "1 lost", "the connection of <b> ended")
                .doesNotContain("OK:");
    }

    @Test
    void eachKindOfFaultFailsARun() {
        assertThat(List.of(
                        new Verdict(1, 1, 1, 1, 0, 0, 0, List.of()),
                        new Verdict(1, 1, 1, 0, 1, 0, 0, List.of()),
                        new Verdict(1, 1, 1, 0, 0, 1, 0, List.of()),
                        new Verdict(1, 1, 1, 0, 0, 0, 1, List.of()),
                        new Verdict(1, 1, 1, 0, 0, 0, 0, List.of("a problem"))))
                .noneMatch(Verdict::isClean)
                .noneMatch(verdict -> verdict.and(CLEAN).isClean())
                .noneMatch(verdict -> CLEAN.and(verdict).isClean());
    }

    @Test
    void jsonHoldsFiguresVerdictAndEachSecond() throws Exception {
        byte[] json = ProtocolCodec.of(Format.JSON)
                .encodeValue(result("http://a:1", LOST, 12.5).tree());

        Map<?, ?> tree = (Map<?, ?>) ProtocolCodec.of(Format.JSON).decodeValue(json);

        assertThat(((Map<?, ?>) tree.get("figures")).get("deliveriesPerSecond")).isEqualTo(12.5);
        assertThat(((Map<?, ?>) tree.get("verdict")).get("lost")).isEqualTo(1L);
        assertThat(((Map<?, ?>) tree.get("verdict")).get("clean")).isEqualTo(false);
        assertThat((List<?>) tree.get("seconds")).hasSize(2);
    }

    @Test
    void thePageIsWellFormedAndLoadsNothing() throws Exception {
        String page = HtmlReport.of(result("http://a:1/?<x>&y", LOST, 1));

        // What is in a body of ours is XML, too; a browser forgives more than that.
        String body = page.substring(page.indexOf("<body>"), page.indexOf("</html>"));
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(body)));
        assertThat(page)
                .contains("<polyline", "warm-up", "&lt;x&gt;&amp;y", "the connection of &lt;b&gt; ended", "FAILED")
                .doesNotContain("<script", "<link", "src=", "@import", "NaN", "Infinity");
    }

    @Test
    void aSecondInWhichNothingWasTimedIsNoPointOfTheLine() {
        Percentiles nothing = new Percentiles(0, 0, 0, 0, 0, 0);
        List<Second> seconds =
                List.of(new Second(0, 1, 1, 1, 1, nothing, nothing), new Second(1, 2, 1, 1, 1, LATENCY, LATENCY));
        Chart.Line line = new Chart.Line(
                "p50",
                "#000",
                second -> second.delivery().count() > 0,
                second -> second.delivery().p50());

        assertThat(new Chart("Latency", List.of(line), true, seconds, 0).text()).containsPattern("points=\"\\S+ \"");
    }

    @Test
    void aRunWithoutASecondHasAPageToo() {
        Result empty = new Result("fanout", "http://a:1", Map.of(), List.of(), CLEAN, List.of());

        assertThat(HtmlReport.of(empty)).contains("<svg").doesNotContain("NaN", "Infinity");
    }

    @Test
    void aComparisonHasMediansAndRatios() {
        Comparison comparison = new Comparison(
                "fanout",
                List.of("http://a:1", "http://b:1"),
                List.of(
                        result("http://a:1", CLEAN, 100),
                        result("http://b:1", CLEAN, 300),
                        result("http://a:1", CLEAN, 900),
                        result("http://b:1", CLEAN, 10),
                        result("http://a:1", CLEAN, 120),
                        result("http://b:1", CLEAN, 240)));

        Comparison.Row row = comparison.rows().getFirst();

        assertThat(row.medians()).containsExactly(120.0, 240.0);
        assertThat(row.ratio(1).orElseThrow()).isEqualTo(2, within(1e-9));
        assertThat(comparison.rows().get(1).ratio(1)).isEmpty();
        assertThat(comparison.isClean()).isTrue();
        assertThat(TextReport.of(comparison)).contains("B/A", "2.00", "medians of 3 rounds");
        assertThat(HtmlReport.of(comparison)).contains("Round 3: http://b:1");
        assertThat(ProtocolCodec.of(Format.JSON).encodeValue(comparison.tree())).isNotEmpty();
    }

    @Test
    void oneRunThatLostSomethingFailsTheComparison() {
        Comparison comparison =
                new Comparison("fanout", List.of("a", "b"), List.of(result("a", CLEAN, 1), result("b", LOST, 1)));

        assertThat(comparison.isClean()).isFalse();
        assertThat(TextReport.of(comparison)).contains("b: FAILED");
    }

    @Test
    void halfARoundIsNoComparison() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Comparison("fanout", List.of("a", "b"), List.of(result("a", CLEAN, 1))));
    }

    @Test
    void medianOfAnEvenCountIsBetweenTheMiddleTwo() {
        assertThat(Comparison.median(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(2.5);
    }

    @Test
    void percentilesAreInMilliseconds() {
        Histogram micros = new Histogram(3);
        for (int i = 1; i <= 1_000; i++) {
            micros.recordValue(i * 1_000);
        }

        Percentiles percentiles = Percentiles.of(micros);

        assertThat(percentiles.p50()).isEqualTo(500, within(1.0));
        assertThat(percentiles.p99()).isEqualTo(990, within(1.0));
        assertThat(percentiles.max()).isEqualTo(1_000, within(1.0));
    }
}
