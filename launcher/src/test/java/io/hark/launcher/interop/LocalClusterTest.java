package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.hark.channel.ChannelId;
import io.hark.channel.StatsUpdate;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.Delivery;
import io.hark.sdk.From;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.MessageReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `hark cluster` as somebody new runs it, with the official SDK on two nodes while the third, the owner, is
/// killed.
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalClusterTest {
    @TempDir
    Path dir;

    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    @Test
    void whatIsPublishedWhileTheOwnerIsKilledArrivesOnceAndInOrder() throws Exception {
        Map<?, ?> done = whileTheOwnerIsKilled("lib/failover.mjs", "");
        assertThat(done.get("received")).isEqualTo(done.get("acknowledged"));
        assertThat(done.get("inOrder")).isEqualTo(true);
        assertThat(done.get("discontinuities")).isEqualTo(0L);
        assertThat(done.get("subscriber")).isEqualTo("connected");
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

    /// Runs a script with clients of two nodes, and kills the third once they work on a channel that it owns.
    ///
    /// @param suffix of the channel's name
    /// @return what the script says at its end
    private Map<?, ?> whileTheOwnerIsKilled(String script, String suffix) throws Exception {
        JsProject project = JsProject.ready();
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String key = Files.readString(dir.resolve("key")).strip();
            String channel = channelOwnedBy("node-1", key.substring(0, key.indexOf('.')), suffix);
            Process clients = project.node(
                    List.of(script, key, Integer.toString(port + 1), Integer.toString(port + 2), channel), Map.of(), 3);
            BufferedReader story = clients.inputReader();
            awaitLine(story, "acknowledged");
            kill("node-1");
            for (int more = 0; more < 10; more++) {
                awaitLine(story, "acknowledged");
            }
            Map<?, ?> done;
            try (PrintWriter end = new PrintWriter(clients.outputWriter(), true)) {
                end.println("end");
                done = json(awaitLine(story, "done"));
                System.out.println("LocalClusterTest " + done);
            }
            assertThat(clients.waitFor()).isZero();
            return done;
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void ourOwnClientLosesAndDoublesNothingWhenItsNodeIsKilled() throws Exception {
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String key = Files.readString(dir.resolve("key")).strip();
            String channel = channelOwnedBy("node-1", key.substring(0, key.indexOf('.')), "");
            HarkOptions options = HarkOptions.of("http://localhost:" + port, Credentials.key(key))
                    .withEndpoints(List.of(uri(port), uri(port + 1), uri(port + 2)));
            List<String> published = new ArrayList<>();
            List<String> received = new ArrayList<>();
            try (HarkClient publisher = HarkClient.connect(options);
                    HarkClient subscriber = HarkClient.connect(options);
                    MessageReader<String> reader =
                            subscriber.channel(channel, Codec.text()).reader(From.now())) {
                assertThat(reader.next()).isInstanceOf(Delivery.Started.class);
                for (int i = 0; i < 300; i++) {
                    if (i == 100) {
                        kill("node-1");
                    }
                    published.add("m" + i);
                    publisher.channel(channel, Codec.text()).publishBlocking("event", "m" + i);
                }
                while (received.size() < published.size()) {
                    received.add(((Delivery.Received<String>) reader.next()).value());
                }
            }
            assertThat(received).isEqualTo(published);
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    private static URI uri(int port) {
        return URI.create("http://localhost:" + port);
    }

    @Test
    void everyNodeKnowsWhoIsOnAChannelAlsoAfterItsOwnerIsKilled() throws Exception {
        JsProject project = JsProject.ready();
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String key = Files.readString(dir.resolve("key")).strip();
            String channel = channelOwnedBy("node-1", key.substring(0, key.indexOf('.')), "");
            String ports = "%d,%d,%d".formatted(port, port + 1, port + 2);
            Process clients = project.node(List.of("lib/occupancy.mjs", key, ports, channel), Map.of(), 3);
            BufferedReader story = clients.inputReader();
            awaitLine(story, "all");
            kill("node-1");
            try (PrintWriter told = new PrintWriter(clients.outputWriter(), true)) {
                told.println("node-1 is gone");
                // The new owner says nothing before it knows who is there: never less than that.
                assertThat(json(awaitLine(story, "left")).get("least")).isEqualTo(6L);
                awaitLine(story, "come");
            }
            assertThat(clients.waitFor()).isZero();
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void aRevokedTokenIsRefusedByEveryNodeAlsoAfterOneIsKilled() throws Exception {
        JsProject project = JsProject.ready();
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String ports = "%d,%d,%d".formatted(port, port + 1, port + 2);
            Process client = project.node(List.of("lib/revoked.mjs", ports), Map.of(), 3);
            BufferedReader story = client.inputReader();
            Map<?, ?> cut = json(awaitLine(story, "cut"));
            assertThat(cut.get("cut")).isEqualTo(40141L);
            assertThat(cut.get("tokens")).isEqualTo(2L);
            kill("node-3");
            try (PrintWriter told = new PrintWriter(client.outputWriter(), true)) {
                told.println("node-3 is gone");
                assertThat(json(awaitLine(story, "answers")).get("answers")).isEqualTo(List.of(40141L, 40141L));
            }
            assertThat(client.waitFor()).isZero();
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
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
        JsProject project = JsProject.ready();
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String key = Files.readString(dir.resolve("key")).strip();
            String channel = channelOwnedBy("node-1", key.substring(0, key.indexOf('.')), "");
            String one = Integer.toString(port + 1);
            String other = Integer.toString(port + 2);
            Process clients = ObjectsInteropTest.clients(
                    project, List.of(key, one, other, one, channel), operations, "untilTold");
            BufferedReader story = clients.inputReader();
            awaitLine(story, "\"tenth\":3");
            kill("node-1");
            ObjectsInteropTest.tell(clients);
            ObjectsInteropTest.assertAgreed(awaitLine(story, "done"), operations);
            assertThat(clients.waitFor()).isZero();
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void whatIsCountedIsWhatWasSentAlsoWhenTheNodeThatKeepsTheCountsIsKilled() throws Exception {
        JsProject project = JsProject.ready();
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String key = Files.readString(dir.resolve("key")).strip();
            String app = key.substring(0, key.indexOf('.'));
            String keeper = owner(StatsUpdate.channel(app));
            List<Integer> others = new ArrayList<>(List.of(port, port + 1, port + 2));
            others.remove(Integer.parseInt(keeper.substring("node-".length())) - 1);
            Process client = project.node(
                    List.of(
                            "lib/stats.mjs",
                            key,
                            others.getFirst().toString(),
                            others.getLast().toString(),
                            channelOwnedBy(keeper, app, "")),
                    Map.of(),
                    4);
            BufferedReader story = client.inputReader();
            awaitLine(story, "sent");
            awaitLine(story, "sent");
            kill(keeper);
            for (int more = 0; more < 20; more++) {
                awaitLine(story, "sent");
            }
            try (PrintWriter end = new PrintWriter(client.outputWriter(), true)) {
                end.println("end");
                System.out.println("LocalClusterTest " + awaitLine(story, "counted"));
                Map<?, ?> done = json(awaitLine(story, "done"));
                System.out.println("LocalClusterTest " + done);
                assertThat(done.get("sum")).isEqualTo(done.get("sent"));
                assertThat(done.get("kept")).asInstanceOf(LIST).containsAll((List<?>) done.get("ids"));
                assertThat(done.get("kept")).asInstanceOf(LIST).doesNotHaveDuplicates();
                assertThat(done.get("names")).isEqualTo(List.of("update"));
                assertThat(done.get("rewound")).isEqualTo(((List<?>) done.get("kept")).getLast());
            }
            assertThat(client.waitFor()).isZero();
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void everyMessageThatIsAcknowledgedWhileANodeIsKilledIsPushedOnce() throws Exception {
        JsProject project = JsProject.ready();
        port = ClusterPorts.free();
        Process cluster = Children.start(new ProcessBuilder(command()));
        try {
            awaitLine(cluster.inputReader(), "Stop all");
            String ports = "%d,%d,%d".formatted(port, port + 1, port + 2);
            Process client = project.node(List.of("lib/push.mjs", ports), Map.of(), 3);
            BufferedReader story = client.inputReader();
            for (int some = 0; some < 50; some++) {
                awaitLine(story, "acknowledged");
            }
            kill("node-3");
            // Some of the channels, and of the places where notifications wait, were its own.
            for (int more = 0; more < 200; more++) {
                awaitLine(story, "acknowledged");
            }
            try (PrintWriter end = new PrintWriter(client.outputWriter(), true)) {
                end.println("end");
                Map<?, ?> done = json(awaitLine(story, "done"));
                System.out.println("LocalClusterTest " + done);
                assertThat(done.get("different")).isEqualTo(done.get("done"));
                assertThat(done.get("received")).isEqualTo(done.get("done"));
                assertThat(done.get("state")).isEqualTo("ACTIVE");
                assertThat(done.get("subscriptions")).isEqualTo(24L);
            }
            assertThat(client.waitFor()).isZero();
        } finally {
            cluster.toHandle().destroy();
            cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx400m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.hark.launcher.Main"));
        command.addAll(List.of("cluster", "--nodes", "3", "--port", Integer.toString(port), "--data", dir.toString()));
        return command;
    }

    static String awaitLine(BufferedReader lines, String part) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(part)) {
                return line;
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("it ended without '%s':%n%s".formatted(part, before));
    }

    private String channelOwnedBy(String node, String app, String suffix) throws Exception {
        for (int number = 0; ; number++) {
            String name = "failover-" + number + suffix;
            if (node.equals(owner(ChannelId.of(app, name)))) {
                return name;
            }
        }
    }

    private String owner(ChannelId channel) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:%d/admin/state".formatted(port)))
                .build();
        Map<?, ?> state =
                json(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        Map<?, ?> slot =
                (Map<?, ?>) ((List<?>) state.get("slots")).get(channel.key().slot());
        return (String) slot.get("owner");
    }

    private void kill(String node) throws IOException {
        long pid = Long.parseLong(
                Files.readString(dir.resolve(node).resolve("node.pid")).strip());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    private static Map<?, ?> json(String text) throws Exception {
        return (Map<?, ?>) ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
    }
}
