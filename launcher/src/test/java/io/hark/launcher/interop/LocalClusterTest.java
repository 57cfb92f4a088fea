package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;

import com.google.gson.JsonParser;
import io.hark.channel.StatsUpdate;
import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.Delivery;
import io.hark.sdk.From;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.MessageReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `hark cluster` as somebody new runs it, with the official SDK on two nodes while the third, the owner, is
/// killed.
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalClusterTest {
    private static final String OWNER = RunningCluster.node(1);
    private static final String LAST = RunningCluster.node(3);

    @TempDir
    static Path dir;

    private static JsProject project;
    private static RunningCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        project = JsProject.ready();
        cluster = RunningCluster.start(dir);
    }

    @BeforeEach
    void heal() throws Exception {
        cluster.heal();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void whatIsPublishedWhileTheOwnerIsKilledArrivesOnceAndInOrder() throws Exception {
        assertEverythingArrived(whileTheOwnerIsKilled("lib/failover.mjs", ""));
    }

    private static void assertEverythingArrived(Map<?, ?> done) {
        assertThat(done.get("received")).isEqualTo(done.get("acknowledged"));
        assertThat(done.get("inOrder")).isEqualTo(true);
        assertThat(done.get("discontinuities")).isEqualTo(0L);
        assertThat(done.get("subscriber")).isEqualTo("connected");
    }

    @Test
    void batchedMessagesArriveOnceAndInOrderWhileTheirOwnerIsKilled() throws Exception {
        String key = makeApp("{\"id\": \"held\", \"batchingEnabled\": true, \"batchingInterval\": 100}");
        assertEverythingArrived(whileTheOwnerIsKilled("lib/failover.mjs", key, "held:", ""));
    }

    @Test
    void ofConflatedMessagesTheLastOfEachKeyArrivesWhileTheirOwnerIsKilled() throws Exception {
        String key = makeApp("{\"id\": \"held\", \"conflationEnabled\": true, \"conflationInterval\": 100}");
        Map<?, ?> done = whileTheOwnerIsKilled("lib/conflated-failover.mjs", key, "held:", "");
        assertThat(done.get("arrived")).isEqualTo(true);
        assertThat(done.get("inOrder")).isEqualTo(true);
        assertThat(done.get("fewer")).isEqualTo(true);
        assertThat(done.get("history")).isEqualTo(true);
        assertThat(done.get("discontinuities")).isEqualTo(0L);
    }

    @Test
    void differencesGoOnWhileTheOwnerIsKilledAndTheirReaderIsCutOff() throws Exception {
        Map<?, ?> done = whileTheOwnerIsKilled("lib/delta-failover.mjs", "");
        assertThat(done.get("received")).isEqualTo(done.get("acknowledged"));
        assertThat(done.get("whole")).isEqualTo(true);
        assertThat(done.get("discontinuities")).isEqualTo(0L);
        assertThat(done.get("undecodable")).isEqualTo(0L);
        assertThat(done.get("cuts")).asInstanceOf(LONG).isPositive();
        assertThat(done.get("differences")).asInstanceOf(LONG).isGreaterThan((long) done.get("received") / 2);
    }

    @Test
    void aDerivedChannelBringsWhatItsFilterSelectsWhileTheOwnerIsKilled() throws Exception {
        Map<?, ?> done = whileTheOwnerIsKilled("lib/derived-failover.mjs", "");
        assertThat(done.get("received")).isEqualTo(done.get("wanted"));
        assertThat(done.get("inOrder")).isEqualTo(true);
        assertThat(done.get("discontinuities")).isEqualTo(0L);
    }

    @Test
    void aPresenceSetOfSeveralPagesIsWholeWhileItsOwnerIsKilledAndStartedAgain() throws Exception {
        String key = cluster.makeApp(
                JsonParser.parseString("{\"keys\": [{}], \"limits\": {\"presence\": {\"maxMembers\": 400}}}")
                        .getAsJsonObject());
        String channel = cluster.channelOwnedBy(OWNER, key, "", "");
        try (Script clients = project.script(
                "lib/presence-failover.mjs", key, cluster.port(2), cluster.port(3), channel, cluster.port(1))) {
            killTheOwnerAmong(clients);
            cluster.restart(OWNER);
            Map<?, ?> done = clients.end();
            assertThat(done.get("agreed")).isEqualTo(true);
            assertThat(done.get("told")).isEqualTo(List.of(true, true, true));
            assertThat(done.get("wrong")).isEqualTo(List.of());
            assertThat(done.get("left")).isEqualTo(0L);
        }
    }

    @Test
    void changesAndAnnotationsWhileTheOwnerIsKilledAreEachThereOnce() throws Exception {
        Map<?, ?> done = whileTheOwnerIsKilled("lib/changes.mjs", "::$chat");
        Map<?, ?> asRead = Map.of(
                "appends",
                true,
                "update",
                true,
                "summary",
                true,
                "history",
                true,
                "annotations",
                true,
                "versions",
                true);
        assertThat(done.get("discontinuities")).isEqualTo(0L);
        assertThat(done.get("shown")).isEqualTo(Map.of("appends", true, "update", true));
        assertThat(done.get("told")).isEqualTo(true);
        assertThat(done.get("read")).isEqualTo(List.of(asRead, asRead));
    }

    @Test
    void aChatRoomGoesOnWhileItsOwnerIsKilled() throws Exception {
        Map<?, ?> done = whileTheOwnerIsKilled("lib/chat-failover.mjs", "::$chat");
        Map<?, ?> asRead = Map.of("history", true, "latest", true, "versions", true);
        assertThat(done.get("breaks")).isEqualTo(List.of());
        assertThat(done.get("told")).isEqualTo(List.of(true, true));
        assertThat(done.get("present")).isEqualTo(List.of("ann,bob", "ann,bob"));
        assertThat(done.get("read")).isEqualTo(List.of(asRead, asRead));
    }

    /// The key of an app with one namespace.
    private String makeApp(String namespace) throws Exception {
        return cluster.makeApp(JsonParser.parseString("{\"keys\": [{}], \"namespaces\": [%s]}".formatted(namespace))
                .getAsJsonObject());
    }

    /// The same of a channel of the cluster's own app.
    private Map<?, ?> whileTheOwnerIsKilled(String script, String suffix) throws Exception {
        return whileTheOwnerIsKilled(script, cluster.key(), "", suffix);
    }

    /// Runs a script with clients of two nodes, and kills the third once they work on a channel that it owns.
    ///
    /// @param prefix of the channel's name
    /// @return what the script says at its end
    private Map<?, ?> whileTheOwnerIsKilled(String script, String key, String prefix, String suffix) throws Exception {
        String channel = cluster.channelOwnedBy(OWNER, key, prefix, suffix);
        try (Script clients = project.script(script, key, cluster.port(2), cluster.port(3), channel)) {
            killTheOwnerAmong(clients);
            return clients.end();
        }
    }

    /// Kills the owner while the clients work, and returns when they have got on with it.
    private void killTheOwnerAmong(Script clients) throws Exception {
        clients.await("acknowledged");
        cluster.kill(OWNER);
        for (int more = 0; more < 10; more++) {
            clients.await("acknowledged");
        }
    }

    @Test
    void ourOwnClientLosesAndDoublesNothingWhenItsNodeIsKilled() throws Exception {
        String key = cluster.key();
        String channel = cluster.channelOwnedBy(OWNER, key, "", "");
        HarkOptions options = HarkOptions.of(endpoint(1).toString(), Credentials.key(key))
                .withEndpoints(List.of(endpoint(1), endpoint(2), endpoint(3)));
        List<String> published = new ArrayList<>();
        List<String> received = new ArrayList<>();
        try (HarkClient publisher = HarkClient.connect(options);
                HarkClient subscriber = HarkClient.connect(options);
                MessageReader<String> reader =
                        subscriber.channel(channel, Codec.text()).reader(From.now())) {
            assertThat(reader.next()).isInstanceOf(Delivery.Started.class);
            for (int i = 0; i < 300; i++) {
                if (i == 100) {
                    cluster.kill(OWNER);
                }
                published.add("m" + i);
                publisher.channel(channel, Codec.text()).publishBlocking("event", "m" + i);
            }
            while (received.size() < published.size()) {
                received.add(((Delivery.Received<String>) reader.next()).value());
            }
        }
        assertThat(received).isEqualTo(published);
    }

    private URI endpoint(int number) {
        return URI.create("http://localhost:" + cluster.port(number));
    }

    @Test
    void everyNodeKnowsWhoIsOnAChannelAlsoAfterItsOwnerIsKilled() throws Exception {
        String key = cluster.key();
        String channel = cluster.channelOwnedBy(OWNER, key, "", "");
        try (Script clients = project.script("lib/occupancy.mjs", key, cluster.ports(), channel)) {
            clients.await("all");
            cluster.kill(OWNER);
            clients.tell("it is gone");
            // The new owner says nothing before it knows who is there: never less than that.
            assertThat(clients.awaitJson("left").get("least")).isEqualTo(6L);
            clients.await("come");
            clients.assertEnded();
        }
    }

    @Test
    void aRevokedTokenIsRefusedByEveryNodeAlsoAfterOneIsKilled() throws Exception {
        try (Script client = project.script("lib/revoked.mjs", cluster.ports())) {
            Map<?, ?> cut = client.awaitJson("cut");
            assertThat(cut.get("cut")).isEqualTo(40141L);
            assertThat(cut.get("tokens")).isEqualTo(2L);
            cluster.kill(LAST);
            client.tell("it is gone");
            assertThat(client.awaitJson("answers").get("answers")).isEqualTo(List.of(40141L, 40141L));
            client.assertEnded();
        }
    }

    @Test
    void everybodyHasTheSameObjectsAfterTheirOwnerIsKilled() throws Exception {
        performWhileTheOwnerIsKilled(ObjectsInteropTest.FEW);
    }

    @Test
    @Tag("long")
    void everybodyHasTheSameObjectsAfterTheirOwnerIsKilledAmongManyOperations() throws Exception {
        performWhileTheOwnerIsKilled(ObjectsInteropTest.MANY);
    }

    private void performWhileTheOwnerIsKilled(int operations) throws Exception {
        String key = cluster.key();
        String channel = cluster.channelOwnedBy(OWNER, key, "", "");
        List<String> where = List.of(key, cluster.port(2), cluster.port(3), cluster.port(2), channel);
        try (Script clients = ObjectsInteropTest.clients(project, where, operations, "untilTold")) {
            clients.await("\"tenth\":3");
            cluster.kill(OWNER);
            ObjectsInteropTest.assertAgreed(clients.end(), operations);
        }
    }

    @Test
    void whatIsCountedIsWhatWasSentAlsoWhenTheNodeThatKeepsTheCountsIsKilled() throws Exception {
        String key = cluster.makeApp(JsonParser.parseString("""
            {"keys": [{"capability": "{\\"[*]*\\": [\\"*\\"]}"}]}
            """).getAsJsonObject());
        String keeper = cluster.owner(StatsUpdate.channel(RunningCluster.app(key)));
        List<String> others = cluster.portsWithout(keeper);
        String channel = cluster.channelOwnedBy(keeper, key, "", "");
        try (Script client = project.script("lib/stats.mjs", key, others.getFirst(), others.getLast(), channel)) {
            client.await("sent");
            client.await("sent");
            cluster.kill(keeper);
            for (int more = 0; more < 20; more++) {
                client.await("sent");
            }
            Map<?, ?> done = client.end();
            assertThat(done.get("sum")).isEqualTo(done.get("sent"));
            assertThat(done.get("kept")).asInstanceOf(LIST).containsAll((List<?>) done.get("ids"));
            assertThat(done.get("kept")).asInstanceOf(LIST).doesNotHaveDuplicates();
            assertThat(done.get("names")).isEqualTo(List.of("update"));
            assertThat(done.get("rewound")).isEqualTo(((List<?>) done.get("kept")).getLast());
        }
    }

    @Test
    void everyMessageThatIsAcknowledgedWhileANodeIsKilledIsPushedOnce() throws Exception {
        try (Script client = project.script("lib/push.mjs", cluster.ports())) {
            for (int some = 0; some < 50; some++) {
                client.await("acknowledged");
            }
            cluster.kill(LAST);
            // Some of the channels, and of the places where notifications wait, were its own.
            for (int more = 0; more < 200; more++) {
                client.await("acknowledged");
            }
            Map<?, ?> done = client.end();
            assertThat(done.get("different")).isEqualTo(done.get("done"));
            assertThat(done.get("received")).isEqualTo(done.get("done"));
            assertThat(done.get("state")).isEqualTo("ACTIVE");
            assertThat(done.get("subscriptions")).isEqualTo(24L);
        }
    }
}
