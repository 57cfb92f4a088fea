package io.hark.launcher.jepsen;

import io.hark.cluster.net.FreePorts;
import io.hark.launcher.Main;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Handle: a node in a process of its own, which can be killed and started again on the same port and data.
public final class NodeProcess implements AutoCloseable {
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final Pattern HEAP = Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\"[^}]*} (\\S+)$");
    private static final Pattern RSS = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    private final Path dir;
    private final int port;
    private final List<String> jvmOptions;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Process process;

    private NodeProcess(Path dir, int port, List<String> jvmOptions) {
        this.dir = dir;
        this.port = port;
        this.jvmOptions = jvmOptions;
    }

    /// Starts a node and returns when it serves.
    ///
    /// @param settings lines of its configuration file besides `dev`, `data` and `listen`
    public static NodeProcess start(Path dir, List<String> settings, String... jvmOptions)
            throws IOException, InterruptedException {
        int port = FreePorts.one();
        List<String> config = new ArrayList<>(
                List.of("dev: true", "data: " + dir.resolve("data"), "listen: {host: 127.0.0.1, port: " + port + "}"));
        config.addAll(settings);
        Files.write(dir.resolve("hark.yaml"), config);
        NodeProcess node = new NodeProcess(dir, port, List.of(jvmOptions));
        node.start();
        return node;
    }

    /// The command line of a node with the test's own class path.
    static List<String> command(List<String> jvmOptions, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-XX:+UseG1GC");
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /// Starts it again after its end.
    public void start() throws IOException, InterruptedException {
        process = new ProcessBuilder(command(
                        jvmOptions, "node", "--config", dir.resolve("hark.yaml").toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the node did not start:\n" + Files.readString(log()));
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/health/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /// Ends it as kill -9 does.
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /// Sends SIGTERM.
    ///
    /// @return the exit code
    public int terminate(Duration within) throws InterruptedException {
        process.toHandle().destroy();
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the node did not end within " + within);
        }
        return process.exitValue();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int port() {
        return port;
    }

    public Path log() {
        return dir.resolve("node.log");
    }

    public String key() throws IOException {
        return Files.readString(dir.resolve("data").resolve("dev-key")).strip();
    }

    /// Answers a GET with the node's own key.
    public HttpResponse<byte[]> get(String pathAndQuery) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + pathAndQuery))
                .timeout(Duration.ofSeconds(20));
        if (Files.exists(dir.resolve("data").resolve("dev-key"))) {
            byte[] key = key().getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(key));
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /// Heap in use after a full collection, as the node itself reports it.
    public long heapBytesAfterGc() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (jcmd.waitFor() != 0) {
            throw new IllegalStateException("jcmd cannot reach the node");
        }
        Matcher heap = HEAP.matcher(metrics());
        double bytes = 0;
        while (heap.find()) {
            bytes += Double.parseDouble(heap.group(1));
        }
        return (long) bytes;
    }

    public String metrics() throws IOException, InterruptedException {
        return new String(get("/metrics").body(), StandardCharsets.UTF_8);
    }

    /// Resident memory as the kernel counts it; Linux only.
    public long rssBytes() throws IOException {
        Matcher rss = RSS.matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
        if (!rss.find()) {
            throw new IllegalStateException("the kernel does not tell VmRSS");
        }
        return Long.parseLong(rss.group(1)) << 10;
    }

    @Override
    public void close() {
        kill();
        http.close();
    }
}
