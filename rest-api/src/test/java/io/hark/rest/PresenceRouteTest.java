package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresenceRouteTest {
    private static final String PRESENCE = "/channels/c/presence";

    private final TestServer server = new TestServer();

    @Test
    void membersArePresentWithTheirData() {
        server.enter("c", "conn", "ann");
        TestResponse members = server.get(PRESENCE).send().is(200);
        assertThat(members.at("0.action")).isEqualTo(1L);
        assertThat(members.at("0.clientId")).isEqualTo("ann");
        assertThat(members.at("0.connectionId")).isEqualTo("conn");
        assertThat(members.at("0.data")).isEqualTo("data of ann");
        assertThat(members.at("0.timestamp")).isEqualTo(server.now);
        assertThat(members.at("0.id").toString()).startsWith("conn:");
        assertThat(server.get("/channels/other/presence").send().is(200).list()).isEmpty();
    }

    private List<Object> walk(String query) {
        List<Object> clientIds = new ArrayList<>();
        Optional<String> next = Optional.of("?" + query);
        while (next.isPresent()) {
            TestResponse page = server.get(PRESENCE + next.get()).send().is(200);
            assertThat(page.list()).isNotEmpty();
            clientIds.addAll(page.all("clientId"));
            next = page.link("next").map(link -> link.substring("./presence".length()));
        }
        return clientIds;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 11, 12, 13, 100})
    void pagesHoldEachMemberOnceInTheOrderOfEntering(int limit) {
        String[] names = {"z", "y", "x", "w", "v", "u", "t", "s", "r", "q", "p"};
        server.enter("c", "conn2", names);
        server.now += 5;
        server.enter("c", "conn1", "late");
        assertThat(walk("limit=" + limit))
                .containsExactly("z", "y", "x", "w", "v", "u", "t", "s", "r", "q", "p", "late");
    }

    @Test
    void filtersApplyAndAreRepeatedInLinks() {
        server.enter("c", "conn1", "ann", "b&=,b");
        server.enter("c", "conn2", "ann");
        assertThat(server.get(PRESENCE + "?clientId=ann").send().all("connectionId"))
                .containsExactly("conn1", "conn2");
        assertThat(server.get(PRESENCE + "?connectionId=conn2").send().all("clientId"))
                .containsExactly("ann");
        assertThat(server.get(PRESENCE + "?clientId=ann&connectionId=none")
                        .send()
                        .list())
                .isEmpty();
        TestResponse page =
                server.get(PRESENCE + "?clientId=b%26%3D%2Cb&limit=1").send();
        assertThat(page.all("clientId")).containsExactly("b&=,b");
        assertThat(page.link("first")).contains("./presence?limit=1&clientId=b%26%3D%2Cb");
        assertThat(page.link("next")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"limit=0,40003", "limit=1001,40003", "cursor=*,40011", "cursor=YQ,40011", "cursor=,40011"})
    void wrongParamsAreRefused(String query, int code) {
        server.get(PRESENCE + "?" + query).send().fails(400, code);
    }

    @Test
    void historyTellsWhoCameAndWent() {
        server.enter("c", "conn", "ann", "bob");
        server.leave("c", "conn", "ann");
        server.post("/channels/c/messages", "{}").send();
        TestResponse history =
                server.get(PRESENCE + "/history?direction=forwards").send().is(200);
        assertThat(history.all("action")).containsExactly(2L, 2L, 3L);
        assertThat(history.all("clientId")).containsExactly("ann", "bob", "ann");
        assertThat(history.all("connectionId")).containsOnly("conn");
        assertThat(server.get(PRESENCE + "/history?limit=2").send().all("clientId"))
                .containsExactly("ann", "bob");
        assertThat(server.get(PRESENCE + "/history?limit=2").send().link("next").orElseThrow())
                .startsWith("./history?start=0&end=");
        assertThat(server.get("/channels/c/messages").send().list()).hasSize(1);
    }
}
