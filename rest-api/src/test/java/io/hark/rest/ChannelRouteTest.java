package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelRouteTest {
    private final TestServer server = new TestServer();

    @Test
    void statusOfAnIdleChannelHasEveryMetric() {
        server.enter("busy", "conn", "ann", "bob");
        TestResponse idle = server.get("/channels/idle").send().is(200);
        assertThat(idle.at("channelId")).isEqualTo("idle");
        assertThat(idle.at("name")).isEqualTo("idle");
        assertThat(idle.at("status.isActive")).isEqualTo(true);
        Map<?, ?> metrics = (Map<?, ?>) idle.at("status.occupancy.metrics");
        assertThat(metrics).hasSize(8);
        assertThat(metrics.values()).allMatch(number -> number.equals(0L));
        assertThat(server.get("/channels/busy").send().at("status.occupancy.metrics.presenceMembers"))
                .isEqualTo(2L);
    }

    @Test
    void channelsPublishedToOverRestAreListed() {
        assertThat(server.get("/channels").send().is(200).list()).isEmpty();
        for (String name : List.of("b", "a", "ab", "c")) {
            server.post("/channels/" + name + "/messages", "{}").send().is(201);
        }
        assertThat(server.get("/channels").send().list()).isEqualTo(List.of("a", "ab", "b", "c"));
        assertThat(server.get("/channels?prefix=a").send().list()).isEqualTo(List.of("a", "ab"));
    }

    @ParameterizedTest
    @CsvSource({
        "6,,id",
        "3,,id",
        "2,,value",
        "1.2,,value",
        "0.8,,value",
        "nonsense,,value",
        "150,,id",
        "2,id,id",
        "6,value,value"
    })
    void formFollowsTheVersionUnlessAskedFor(String version, String by, String expected) {
        server.post("/channels/c/messages", "{}").send();
        Object item = server.get("/channels" + (by == null ? "" : "?by=" + by))
                .version(version)
                .send()
                .is(200)
                .list()
                .getFirst();
        assertThat(item instanceof Map ? "value" : "id").isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "value"})
    void pagesHoldEachChannelOnce(String by) {
        for (int i = 0; i < 5; i++) {
            server.post("/channels/p%2C" + i + "/messages", "{}").send();
        }
        List<Object> names = new ArrayList<>();
        Optional<String> next = Optional.of("?limit=2&prefix=p%2C&by=" + by);
        while (next.isPresent()) {
            TestResponse page = server.get("/channels" + next.get()).send().is(200);
            names.addAll(by.equals("id") ? page.list() : page.all("name"));
            assertThat(page.link("first")).contains("./channels?limit=2&by=" + by + "&prefix=p%2C");
            next = page.link("next").map(link -> link.substring("./channels".length()));
        }
        assertThat(names).containsExactly("p,0", "p,1", "p,2", "p,3", "p,4");
    }

    @ParameterizedTest
    @CsvSource({"by=name,40003", "limit=0,40003", "cursor=*,40011"})
    void wrongParamsAreRefused(String query, int code) {
        server.get("/channels?" + query).send().fails(400, code);
    }
}
