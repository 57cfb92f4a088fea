package io.hark.launcher.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import io.hark.loadtest.LoadCommand;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `hark load` against a real node: short, for what it finds and writes and not for the figures.
class LoadCommandTest {
    @TempDir
    static Path data;

    private static Node node;

    @TempDir
    Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws Exception {
        node = Node.start(NodeConfig.dev(data, 0));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String url() {
        return "http://127.0.0.1:" + node.port();
    }

    private int load(String... arguments) {
        return new CommandLine(new LoadCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private Map<?, ?> json() throws Exception {
        return (Map<?, ?>) ProtocolCodec.of(Format.JSON).decodeValue(Files.readAllBytes(dir.resolve("run.json")));
    }

    private String file(String name) {
        return dir.resolve(name).toString();
    }

    private static double figure(Map<?, ?> json, String name) {
        return ((Number) ((Map<?, ?>) json.get("figures")).get(name)).doubleValue();
    }

    private static Object verdict(Map<?, ?> json, String name) {
        return ((Map<?, ?>) json.get("verdict")).get(name);
    }

    private String said() {
        return out + "\n" + err;
    }

    @Test
    void fanoutOfAFixedRateDeliversAllOnTime() throws Exception {
        int exit = load(
                "fanout",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--subscribers",
                "20",
                "--rate",
                "200",
                "--seconds",
                "1",
                "--warm-up",
                "0.5",
                "--json",
                file("run.json"),
                "--html",
                file("run.html"));

        assertThat(exit).as(said()).isZero();
        Map<?, ?> json = json();
        assertThat(verdict(json, "published")).isEqualTo(300L);
        assertThat(verdict(json, "delivered")).isEqualTo(300L * 20);
        assertThat(verdict(json, "lost")).isEqualTo(0L);
        assertThat(verdict(json, "doubled")).isEqualTo(0L);
        assertThat(figure(json, "deliveryMillisP50")).isPositive();
        assertThat(figure(json, "unsent")).isZero();
        assertThat((List<?>) json.get("seconds")).isNotEmpty();
        assertThat(Files.readString(dir.resolve("run.html"))).contains("<polyline");
        assertThat(out.toString()).contains("OK: 300 published, 6,000 delivered");
        assertThat(said()).doesNotContain(node.devKey().orElseThrow());
    }

    @Test
    void manyChannelsAsFastAsAcknowledgedLoseNothing() throws Exception {
        int exit = load(
                "many",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--channels",
                "50",
                "--subscribers",
                "2",
                "--publishers",
                "3",
                "--format",
                "JSON",
                "--threads",
                "2",
                "--seconds",
                "1",
                "--warm-up",
                "0.2",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        Map<?, ?> json = json();
        long published = (Long) verdict(json, "published");
        assertThat(published).isPositive();
        assertThat(verdict(json, "delivered")).isEqualTo(published * 2);
        assertThat(verdict(json, "lost")).isEqualTo(0L);
        assertThat(verdict(json, "reordered")).isEqualTo(0L);
        assertThat(figure(json, "deliveriesPerSecond")).isPositive();
    }

    @Test
    void comparingANodeWithItselfRunsEachTargetInTurn() throws Exception {
        int exit = load(
                "compare",
                "--target",
                url(),
                "--target",
                "http://localhost:" + node.port(),
                "--key",
                node.devKey().orElseThrow(),
                "--rounds",
                "1",
                "fanout",
                "--subscribers",
                "5",
                "--rate",
                "50",
                "--seconds",
                "0.5",
                "--warm-up",
                "0",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        assertThat((List<?>) json().get("runs")).hasSize(2);
        assertThat(out.toString()).contains("medians of 1 rounds", "B/A");
    }

    @Test
    void clientsThatAreCutAtOnceComeBackWithContinuity() throws Exception {
        int exit = load(
                "reconnect",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--clients",
                "30",
                "--client-channels",
                "3",
                "--client-rate",
                "300",
                "--channels",
                "5",
                "--rate",
                "50",
                "--seconds",
                "1.5",
                "--warm-up",
                "0.3",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        Map<?, ?> json = json();
        assertThat(figure(json, "clientsBack")).isEqualTo(30);
        assertThat(figure(json, "lostContinuity")).isZero();
        assertThat(figure(json, "allBackMillis")).isPositive();
        assertThat(verdict(json, "lost")).isEqualTo(0L);
        assertThat(verdict(json, "doubled")).isEqualTo(0L);
    }

    @Test
    void idleConnectionsAreCountedAndKnownToLive() throws Exception {
        int exit = load(
                "idle",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--connections",
                "60",
                "--before",
                "10",
                "--settle",
                "0",
                "--pid",
                Long.toString(ProcessHandle.current().pid()),
                "--seconds",
                "0.5",
                "--warm-up",
                "0",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        Map<?, ?> json = json();
        assertThat(figure(json, "connectsPerSecond")).isPositive();
        assertThat((Long) verdict(json, "delivered")).isGreaterThanOrEqualTo(70L);
    }

    @Test
    void rewindsAndPagesOfHistoryAreAnsweredInOrder() throws Exception {
        int exit = load(
                "history",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--channels",
                "4",
                "--depth",
                "50",
                "--rewinds",
                "20",
                "--pages",
                "20",
                "--seconds",
                "1",
                "--warm-up",
                "0.5",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        assertThat(figure(json(), "rewinds")).isEqualTo(20);
        assertThat(figure(json(), "pages")).isEqualTo(20);
        assertThat(figure(json(), "rewindsMillisP50")).isPositive();
    }

    @Test
    void subscribersThatStopReadingGetAllInTheEnd() throws Exception {
        int exit = load(
                "slow",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--subscribers",
                "6",
                "--slow",
                "2",
                "--size",
                "20000",
                "--rate",
                "300",
                "--seconds",
                "2",
                "--warm-up",
                "0.2",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        Map<?, ?> json = json();
        assertThat(verdict(json, "delivered")).isEqualTo(660L * 6);
        assertThat(figure(json, "lostContinuity")).isZero();
    }

    @Test
    void membersThatComeAndGoAreSeenInOrder() throws Exception {
        int exit = load(
                "presence",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--channels",
                "2",
                "--subscribers",
                "3",
                "--members",
                "6",
                "--rate",
                "120",
                "--seconds",
                "1",
                "--warm-up",
                "0.2",
                "--json",
                file("run.json"));

        assertThat(exit).as(said()).isZero();
        assertThat(verdict(json(), "published")).isEqualTo(144L);
        assertThat(verdict(json(), "delivered")).isEqualTo(144L * 3);
    }

    @Test
    void everythingAtOnceLosesNothing() throws Exception {
        int exit = load(
                "mixed",
                "--target",
                url(),
                "--key",
                node.devKey().orElseThrow(),
                "--channels",
                "20",
                "--crowd",
                "10",
                "--members",
                "10",
                "--rate",
                "200",
                "--seconds",
                "1",
                "--warm-up",
                "0.2");

        assertThat(exit).as(said()).isZero();
        assertThat(out.toString()).contains("OK:");
    }

    @Test
    void aKeyThatIsRefusedEndsTheRunAndSaysWhy() {
        int exit = load("fanout", "--target", url(), "--key", "no.such:key-of-this-node", "--subscribers", "3");

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).contains("a connection cannot be made", "the server refused the connection: 40");
    }

    @Test
    void aServerThatIsNotThereEndsTheRunAndSaysWhere() {
        int exit = load("fanout", "--target", "http://127.0.0.1:1", "--key", "a.b:c", "--subscribers", "3");

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).contains("http://127.0.0.1:1 does not answer");
    }
}
