package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ably.lib.rest.AblyRest;
import io.ably.lib.types.Message;
import io.ably.lib.types.PaginatedResult;
import io.ably.lib.types.Param;
import io.ably.lib.types.Stats;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The Java SDK reads statistics in the shape of before version 3.
class JavaSdkStatsInteropTest {
    private static Param[] unit(String unit) {
        return new Param[] {new Param("unit", unit)};
    }

    private static Message[] messages(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Message("n", "data" + i))
                .toArray(Message[]::new);
    }

    @ParameterizedTest(name = "binary protocol {0}")
    @ValueSource(booleans = {false, true})
    void countsAreRead(boolean binary) throws Exception {
        try (TestNode node = TestNode.start();
                JavaClients clients = new JavaClients(node.port(), binary)) {
            AblyRest client = clients.rest(node.makeApp(TestNode.EVERYTHING).getFirst());
            client.channels.get("persisted:a").publish(messages(3));
            client.channels.get("persisted:a").publish(messages(4));
            eventually("the messages", () -> {
                PaginatedResult<Stats> stats = client.stats(unit("month"));
                return stats.items().length == 1 && stats.items()[0].inbound.all.all.count == 7;
            });
            Stats stats = client.stats(unit("month")).items()[0];
            assertThat(stats.inbound.rest.messages.count).isEqualTo(7);
            assertThat(stats.inbound.rest.messages.data).isEqualTo(7 * "ndata0".length());
            assertThat(stats.persisted.messages.count).isEqualTo(7);
            assertThat(stats.all.all.category.get("delta").count).isZero();
            assertThat(stats.processed.delta.get("xdelta").succeeded).isZero();
            assertThat(stats.apiRequests.succeeded).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void pagesOfWhatATestSuiteBringsAlongAreWalked() throws Exception {
        try (TestNode node = TestNode.start();
                JavaClients clients = new JavaClients(node.port(), false)) {
            String key = node.makeApp(TestNode.EVERYTHING).getFirst();
            int year = Year.now(ZoneOffset.UTC).getValue() - 1;
            String fixtures = """
                [{"intervalId": "%1$d-02-03:15:03", "inbound": {"realtime": {"messages": {"count": 50, "data": 5000,
                   "uncompressedData": 6000, "category": {"delta": {"count": 7, "data": 8, "uncompressedData": 9}}}}}},
                 {"intervalId": "%1$d-02-03:15:04", "inbound": {"realtime": {"messages": {"count": 60}}},
                  "processed": {"delta": {"xdelta": {"succeeded": 10, "skipped": 5, "failed": 1}}}}]
                """.formatted(year);
            HttpResponse<String> posted = node.http()
                    .send(
                            HttpRequest.newBuilder(node.uri("/stats"))
                                    .header("Content-Type", "application/json")
                                    .header(
                                            "Authorization",
                                            "Basic "
                                                    + Base64.getEncoder()
                                                            .encodeToString(key.getBytes(StandardCharsets.UTF_8)))
                                    .POST(HttpRequest.BodyPublishers.ofString(fixtures))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(posted.statusCode()).as(posted.body()).isEqualTo(201);

            AblyRest client = clients.rest(key);
            Param[] params = {
                new Param("start", year + "-02-03:15:03"),
                new Param("end", year + "-02-03:15:05"),
                new Param("direction", "forwards"),
                new Param("limit", "1")
            };
            PaginatedResult<Stats> page = client.stats(params);
            assertThat(Arrays.stream(page.items()).map(item -> item.intervalId)).containsExactly(year + "-02-03:15:03");
            assertThat(page.items()[0].inbound.all.all.category.get("delta").uncompressedData)
                    .isEqualTo(9);
            assertThat(page.items()[0].inbound.all.messages.uncompressedData).isEqualTo(6000);
            page = page.next();
            assertThat(page.items()[0].inbound.all.all.count).isEqualTo(60);
            assertThat(page.items()[0].processed.delta.get("xdelta").succeeded).isEqualTo(10);
            assertThat(page.hasNext()).isFalse();
            assertThat(page.first().items()[0].intervalId).isEqualTo(year + "-02-03:15:03");

            Param[] ofDay = {
                new Param("start", year + "-02-03"), new Param("end", year + "-02-03"), new Param("unit", "day")
            };
            Stats day = client.stats(ofDay).items()[0];
            assertThat(day.inbound.realtime.messages.count).isEqualTo(110);
            assertThat(day.intervalId).isEqualTo(year + "-02-03");
        }
    }

    @Test
    void aNodeThatIsStoppedReportsWhatItHasCountedAndKnowsItAfterwards(@TempDir Path data) throws Exception {
        String key;
        Node first = Node.start(NodeConfig.dev(data, 0));
        try (JavaClients clients = new JavaClients(first.port(), false)) {
            key = first.devKey().orElseThrow();
            clients.rest(key).channels.get("a").publish(messages(9));
        } finally {
            first.close();
        }
        Node second = Node.start(NodeConfig.dev(data, 0));
        try (JavaClients clients = new JavaClients(second.port(), false)) {
            Stats stats = clients.rest(key).stats(unit("month")).items()[0];
            assertThat(stats.inbound.rest.messages.count).isEqualTo(9);
            clients.rest(key).channels.get("a").publish(messages(1));
            eventually(
                    "both lives together",
                    () -> clients.rest(key).stats(unit("month")).items()[0].inbound.rest.messages.count == 10);
        } finally {
            second.close();
        }
    }
}
