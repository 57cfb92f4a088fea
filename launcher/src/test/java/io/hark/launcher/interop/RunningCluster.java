package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;

import com.google.gson.JsonObject;
import io.hark.channel.ChannelId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Handle: `hark cluster` as somebody new runs it, with three nodes on ports that were free.
final class RunningCluster implements AutoCloseable {
    private static final int NODES = 3;
    private static final int STOP_WITHIN_SECONDS = 60;

    private final Path dir;
    private final int firstPort;
    private final Process cluster;
    private final HttpClient http = HttpClient.newHttpClient();

    /// Nodes that were started again, by their names: the cluster's own process does not know them.
    private final Map<String, Process> restarted = new HashMap<>();

    private final Set<String> killed = new HashSet<>();
    private int channelsNamed;

    private RunningCluster(Path dir, int firstPort, Process cluster) {
        this.dir = dir;
        this.firstPort = firstPort;
        this.cluster = cluster;
    }

    /// A cluster all of whose nodes serve.
    static RunningCluster start(Path dir) throws IOException {
        int port = ClusterPorts.free();
        Process process = Children.start(new ProcessBuilder(command(
                "cluster",
                "--nodes",
                Integer.toString(NODES),
                "--port",
                Integer.toString(port),
                "--data",
                dir.toString())));
        RunningCluster cluster = new RunningCluster(dir, port, process);
        try {
            Script.awaitLine(process.inputReader(), "Stop all");
        } catch (IOException | AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx400m",
                // Nodes that live for some seconds start with half the work so.
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.hark.launcher.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    /// The key that may do everything, of the app that every node is started with.
    String key() throws IOException {
        return Files.readString(dir.resolve("key")).strip();
    }

    /// @param number from 1
    static String node(int number) {
        return "node-" + number;
    }

    /// Where the node's clients go.
    ///
    /// @param number from 1
    String port(int number) {
        return Integer.toString(firstPort + number - 1);
    }

    /// The ports of the nodes other than that one.
    List<String> portsWithout(String node) {
        return IntStream.rangeClosed(1, NODES)
                .filter(number -> !node(number).equals(node))
                .mapToObj(this::port)
                .toList();
    }

    /// Of all nodes, with commas.
    String ports() {
        return IntStream.rangeClosed(1, NODES).mapToObj(this::port).collect(Collectors.joining(","));
    }

    /// Makes an app that every node knows.
    ///
    /// @return its first key
    String makeApp(JsonObject request) throws Exception {
        String key = TestNode.makeApp(http, uri(1, "/apps"), request).getFirst();
        String credentials = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        for (int number = 1; number <= NODES; number++) {
            HttpRequest status = HttpRequest.newBuilder(uri(number, "/channels/any"))
                    .header("Authorization", "Basic " + credentials)
                    .build();
            eventually(
                    "%s knows the app".formatted(node(number)),
                    () -> http.send(status, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200);
        }
        return key;
    }

    /// The name of a channel of the key's app that the node owns, another one each time.
    String channelOwnedBy(String node, String key, String prefix, String suffix) throws Exception {
        while (true) {
            String name = prefix + "failover-" + channelsNamed++ + suffix;
            if (node.equals(owner(ChannelId.of(app(key), name)))) {
                return name;
            }
        }
    }

    static String app(String key) {
        return key.substring(0, key.indexOf('.'));
    }

    String owner(ChannelId channel) throws Exception {
        return (String) slots().get(channel.key().slot()).get("owner");
    }

    private List<Map<?, ?>> slots() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(1, "/admin/state")).build();
        Map<?, ?> state = Script.json(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        List<Map<?, ?>> slots = new ArrayList<>();
        for (Object slot : (List<?>) state.get("slots")) {
            slots.add((Map<?, ?>) slot);
        }
        return slots;
    }

    /// Starts what was killed, and returns once every node has all copies again and owns its part.
    void heal() throws Exception {
        for (String node : List.copyOf(killed)) {
            restart(node);
        }
        eventually("the cluster is as at its start", () -> {
            List<Map<?, ?>> slots = slots();
            return slots.stream()
                            .allMatch(slot -> ((List<?>) slot.get("isr")).size() == NODES
                                    && slot.get("movingTo").equals(""))
                    && IntStream.rangeClosed(1, NODES)
                            .allMatch(number -> slots.stream()
                                            .filter(slot -> slot.get("owner").equals(node(number)))
                                            .count()
                                    >= slots.size() / (NODES + 1));
        });
    }

    private URI uri(int number, String path) {
        return URI.create("http://localhost:%s%s".formatted(port(number), path));
    }

    /// Ends the node's process at once, without a word to anybody.
    void kill(String node) throws IOException {
        long pid = Long.parseLong(
                Files.readString(dir.resolve(node).resolve("node.pid")).strip());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        killed.add(node);
    }

    /// Starts a node that was killed, and returns once it serves.
    void restart(String node) throws Exception {
        Path home = dir.resolve(node);
        List<String> command =
                command("node", "--config", home.resolve("hark.yaml").toString());
        killed.remove(node);
        restarted.put(
                node,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                home.resolve("node.log").toFile()))
                        .start());
        HttpRequest ready = HttpRequest.newBuilder(
                        uri(Integer.parseInt(node.substring("node-".length())), "/health/ready"))
                .build();
        eventually("%s serves again".formatted(node), () -> {
            try {
                return http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    @Override
    public void close() {
        restarted.values().forEach(Process::destroy);
        cluster.toHandle().destroy();
        restarted.values().forEach(RunningCluster::awaitEnd);
        awaitEnd(cluster);
        http.shutdownNow();
    }

    private static void awaitEnd(Process process) {
        process.onExit().orTimeout(STOP_WITHIN_SECONDS, TimeUnit.SECONDS).join();
    }
}
