package io.hark.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/// A region of several nodes on this machine, each a process of its own, to try and to break. Blocking.
final class LocalCluster {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int PORTS_PER_NODE = 4;
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Path dir;
    private final int nodes;
    private final int port;
    private final PrintStream out;
    private final Randomness random = new Randomness();
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final String key;

    /// @param port of the first node's clients; the others' count up from it
    LocalCluster(Path dir, int nodes, int port, PrintStream out) {
        this.dir = dir.toAbsolutePath().normalize();
        this.nodes = nodes;
        this.port = port;
        this.out = out;
        NodeFiles files = new NodeFiles(this.dir);
        this.key = files.read("key").orElseGet(() -> {
            String made = random.id() + '.' + random.id().substring(0, 6) + ':' + random.secret();
            files.write("key", made);
            return made;
        });
        String secret = files.read("secret").orElseGet(() -> {
            String made = random.secret();
            files.write("secret", made);
            return made;
        });
        for (int number = 1; number <= nodes; number++) {
            write(number, secret);
        }
    }

    private static String id(int number) {
        return "node-" + number;
    }

    private Path home(int number) {
        return dir.resolve(id(number));
    }

    private Path config(int number) {
        return home(number).resolve("hark.yaml");
    }

    /// The first of four ports on which the node meets the others.
    private int linkPort(int number) {
        int base = port + 10_000 <= 65_000 ? port + 10_000 : port - 10_000;
        return base + (number - 1) * PORTS_PER_NODE;
    }

    private void write(int number, String secret) {
        Map<String, String> voters = new LinkedHashMap<>();
        int deciding = nodes % 2 == 1 ? Math.min(nodes, 5) : Math.min(nodes - 1, 5);
        for (int voter = 1; voter <= Math.max(1, deciding); voter++) {
            voters.put(id(voter), LOOPBACK + ':' + linkPort(voter));
        }
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("address", LOOPBACK + ':' + linkPort(number));
        cluster.put("voters", voters);
        cluster.put("replicas", Math.min(3, nodes));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("node", id(number));
        tree.put("dev", true);
        tree.put("data", home(number).toString());
        tree.put("secret", secret);
        tree.put("listen", Map.of("port", port + number - 1));
        tree.put("cluster", cluster);
        tree.put("apps", List.of(app()));
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        try {
            Files.createDirectories(home(number));
            Files.writeString(config(number), new Yaml(options).dump(tree));
        } catch (IOException e) {
            throw new ConfigException("--data: %s cannot be written: %s".formatted(config(number), e.getMessage()));
        }
    }

    private Map<String, Object> app() {
        int dot = key.indexOf('.');
        int colon = key.indexOf(':');
        Map<String, Object> apiKey = new LinkedHashMap<>();
        apiKey.put("id", key.substring(dot + 1, colon));
        apiKey.put("secret", key.substring(colon + 1));
        apiKey.put("capability", Map.of("[*]*", List.of("*")));
        Map<String, Object> app = new LinkedHashMap<>();
        app.put("id", key.substring(0, dot));
        app.put("keys", List.of(apiKey));
        app.put("namespaces", List.of(Map.of("id", "persisted", "persisted", true)));
        return app;
    }

    /// Starts every node and waits until all of them serve.
    void start() throws InterruptedException {
        for (int number = 1; number <= nodes; number++) {
            requireFree(port + number - 1);
            for (int at = 0; at < PORTS_PER_NODE; at++) {
                requireFree(linkPort(number) + at);
            }
        }
        for (int number = 1; number <= nodes; number++) {
            processes.put(id(number), launch(number));
        }
        out.printf("Starting %d nodes in %s%n", nodes, dir);
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (int number = 1; number <= nodes; number++) {
                while (!isReady(http, number)) {
                    if (!processes.get(id(number)).isAlive() || System.nanoTime() > deadline) {
                        throw new ConfigException("%s did not start; its log is %s"
                                .formatted(id(number), home(number).resolve("node.log")));
                    }
                    Thread.sleep(LOOK_AGAIN);
                }
                out.printf("  %s serves%n", id(number));
            }
        }
    }

    private static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(LOOPBACK))) {
            socket.setReuseAddress(true);
        } catch (IOException e) {
            throw new ConfigException(
                    "port %d is taken by another program; choose other ones with --port".formatted(port));
        }
    }

    private Process launch(int number) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("node", "--config", config(number).toString()));
        Path log = home(number).resolve("node.log");
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + id(number), e);
        }
    }

    private boolean isReady(HttpClient http, int number) throws InterruptedException {
        URI ready = URI.create("http://%s:%d/health/ready".formatted(LOOPBACK, port + number - 1));
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(ready).timeout(Duration.ofSeconds(2)).build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /// What to do with it.
    void print() {
        StringBuilder ports = new StringBuilder();
        processes.forEach((id, process) -> ports.append("    %s   http://localhost:%d   pid %d%n"
                .formatted(id, port + Integer.parseInt(id.substring("node-".length())) - 1, process.pid())));
        out.printf(
                """

                A region of %d nodes runs; any of them takes any client:

                %s
                  Your key

                    %s

                  Publish through one node, read through another:

                    curl -u '%s' http://localhost:%d/channels/hello/messages -H 'Content-Type: application/json' -d '{"name":"greeting","data":"hello"}'
                    curl -u '%s' http://localhost:%d/channels/hello/messages

                  Kill a node, and start it again:

                    kill -9 $(cat %s)
                    ./hark node --config %s

                  Look at nodes, slots and owners:

                    ./hark admin state --url http://localhost:%d

                  Stop all with Ctrl-C.

                """,
                nodes,
                ports,
                key,
                key,
                port,
                key,
                port + Math.min(1, nodes - 1),
                home(1).resolve(Node.PID_FILE),
                config(1),
                port + nodes - 1);
        out.flush();
    }

    /// Says when a node ends; returns when none is left.
    void watch() throws InterruptedException {
        List<Thread> watchers = new ArrayList<>();
        processes.forEach((id, process) -> watchers.add(Thread.ofVirtual().start(() -> {
            try {
                int status = process.waitFor();
                out.printf(
                        "%s ended with %d; start it again with ./hark node --config %s%n",
                        id, status, dir.resolve(id).resolve("hark.yaml"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        })));
        for (Thread watcher : watchers) {
            watcher.join();
        }
    }

    /// Has every node that was started here hand over and end.
    void stop() {
        processes.values().forEach(Process::destroy);
        for (Process process : processes.values()) {
            try {
                if (!process.waitFor(STOP_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
            }
        }
    }
}
