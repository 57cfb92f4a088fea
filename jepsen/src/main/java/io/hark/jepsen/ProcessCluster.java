package io.hark.jepsen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Blocking: a cluster of processes on [Hosts] of this machine.
final class ProcessCluster implements Cluster {
    private static final int LINKS_PORT = Relays.FIRST_PORT;
    private static final int ANSWERS_WITHIN_MILLIS = 500;

    private final ClusterSpec spec;
    private final HarkBuild build;
    private final Hosts hosts;
    private final Path dir;
    private final List<Optional<NodeProcess>> processes = new ArrayList<>();
    private final List<Disk> disks = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private boolean closed;

    /// @param hosts it closes them with itself
    /// @param dir   takes configurations, logs and data
    ProcessCluster(ClusterSpec spec, HarkBuild build, Hosts hosts, Path dir) throws IOException {
        this.spec = spec;
        this.build = build;
        this.hosts = hosts;
        this.dir = dir;
        for (int node = 0; node < spec.nodes(); node++) {
            processes.add(Optional.empty());
            Files.createDirectories(data(node));
            if (spec.diskMebibytes() > 0) {
                disks.add(Disk.mount(data(node), spec.diskMebibytes()));
            }
            Files.write(config(node), configuration(node));
        }
    }

    private Path data(int node) {
        return dir.resolve(ClusterSpec.name(node));
    }

    private Path config(int node) {
        return dir.resolve(ClusterSpec.name(node) + ".yaml");
    }

    private List<String> configuration(int node) {
        List<String> lines = new ArrayList<>(List.of(
                "node: " + ClusterSpec.name(node),
                "data: " + data(node).resolve("data"),
                "secret: 0123456789abcdef0123456789abcdef",
                "admin: {token: %s}".formatted(ClusterSpec.ADMIN_TOKEN),
                spec.dev() ? "dev: true" : "tls: {inFront: true}",
                "listen: {host: %s, port: %d}".formatted(hosts.address(node), ClusterSpec.PORT)));
        if (spec.nodes() > 1) {
            String voters = IntStream.range(0, spec.voters())
                    .mapToObj(voter -> "%s: \"%s\"".formatted(ClusterSpec.name(voter), links(voter)))
                    .collect(Collectors.joining(", "));
            lines.addAll(List.of(
                    "cluster:",
                    "  address: " + links(node),
                    "  voters: {" + voters + "}",
                    "  replicas: " + spec.copies(),
                    "  minIsr: " + spec.inSyncMin()));
        }
        lines.addAll(spec.settings());
        String[] key = ClusterSpec.KEY.split("[.:]");
        lines.addAll(List.of(
                "apps:",
                "  - id: " + key[0],
                "    keys: [{id: %s, secret: %s, capability: {\"*\": [\"*\"]}}]".formatted(key[1], key[2]),
                "    namespaces: [{id: persisted, persisted: true}]"));
        return lines;
    }

    private String links(int node) {
        return hosts.address(node) + ":" + LINKS_PORT;
    }

    @Override
    public ClusterSpec spec() {
        return spec;
    }

    @Override
    public Set<Ability> abilities() {
        Set<Ability> abilities = EnumSet.noneOf(Ability.class);
        if (hosts.canCut()) {
            abilities.add(Ability.CUT);
        }
        if (hosts.canSlow()) {
            abilities.add(Ability.SLOW);
        }
        if (!disks.isEmpty()) {
            abilities.add(Ability.FULL_DISK);
        }
        return abilities;
    }

    @Override
    public InetSocketAddress address(int node) {
        return new InetSocketAddress(hosts.address(node), ClusterSpec.PORT);
    }

    @Override
    public synchronized void launch(int node) throws IOException {
        if (isRunning(node)) {
            throw new IllegalStateException(ClusterSpec.name(node) + " runs already");
        }
        requireFree(node);
        noteEnds();
        List<String> command = hosts.command(node, build.command(spec.jvmOptions(), config(node)));
        processes.set(node, Optional.of(NodeProcess.start(command, log(node))));
    }

    /// Else the clients of this run talk to whatever listens there.
    private void requireFree(int node) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address(node), ANSWERS_WITHIN_MILLIS);
        } catch (IOException nobody) {
            return;
        }
        throw new IOException(
                "something else listens on %s, where %s is to".formatted(address(node), ClusterSpec.name(node)));
    }

    @Override
    public void kill(int node) {
        noteEnds();
        process(node).ifPresent(NodeProcess::kill);
    }

    @Override
    public Optional<Integer> terminate(int node, Duration within) throws InterruptedException {
        noteEnds();
        Optional<NodeProcess> process = process(node);
        return process.isPresent() ? process.get().terminate(within) : Optional.empty();
    }

    @Override
    public boolean isRunning(int node) {
        return process(node).filter(NodeProcess::isAlive).isPresent();
    }

    private synchronized Optional<NodeProcess> process(int node) {
        return processes.get(node);
    }

    @Override
    public void pause(int node) throws IOException {
        if (isRunning(node)) {
            process(node).orElseThrow().pause();
        }
    }

    @Override
    public void resume(int node) throws IOException {
        if (isRunning(node)) {
            process(node).orElseThrow().resume();
        }
    }

    @Override
    public void cut(int node, Cut cut) throws IOException {
        for (int other = 0; other < spec.nodes(); other++) {
            if (other != node && cut != Cut.CANNOT_SPEAK) {
                hosts.cut(other, node);
            }
            if (other != node && cut != Cut.CANNOT_HEAR) {
                hosts.cut(node, other);
            }
        }
    }

    @Override
    public void heal(int node) throws IOException {
        hosts.heal(node);
    }

    @Override
    public void slow(int node, Duration delay, long bytesPerSecond) throws IOException {
        hosts.slow(node, delay, bytesPerSecond);
    }

    @Override
    public void quicken(int node) throws IOException {
        hosts.quicken(node);
    }

    @Override
    public void fillDisk(int node) throws IOException {
        process(node).ifPresent(NodeProcess::allowEnd);
        disks.get(node).fill();
    }

    @Override
    public void freeDisk(int node) throws IOException {
        disks.get(node).free();
    }

    @Override
    public Path log(int node) {
        return dir.resolve(ClusterSpec.name(node) + ".log");
    }

    /// CPU time of the nodes that run, together.
    synchronized Duration cpuTime() {
        Duration sum = Duration.ZERO;
        for (Optional<NodeProcess> process : processes) {
            sum = sum.plus(process.map(NodeProcess::cpuTime).orElse(Duration.ZERO));
        }
        return sum;
    }

    /// Runs another command of the program with the configuration of a node that does not run.
    ///
    /// @return what it printed
    /// @throws IOException it failed
    String command(int node, String name, String... arguments) throws IOException, InterruptedException {
        List<String> all =
                new ArrayList<>(List.of(name, "--config", config(node).toString()));
        all.addAll(List.of(arguments));
        return run(all);
    }

    /// Runs a command of operators, which asks nodes over HTTP.
    ///
    /// @return what it printed
    /// @throws IOException it failed
    String admin(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("admin"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--token", ClusterSpec.ADMIN_TOKEN));
        return run(all);
    }

    private String run(List<String> all) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(build.command(spec.jvmOptions(), all))
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s failed:%n%s".formatted(all, printed));
        }
        return printed;
    }

    /// The node's disk is replaced by an empty one; the node must not run.
    void loseDisk(int node) throws IOException {
        try (Stream<Path> files = Files.walk(data(node).resolve("data"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// Before a process is told to end or is replaced: an end that comes first is its own.
    private synchronized void noteEnds() {
        for (int node = 0; node < spec.nodes(); node++) {
            int number = node;
            processes
                    .get(node)
                    .ifPresent(process -> process.endedByItself()
                            .ifPresent(exit -> ends.add(new End(number, exit, !process.mayEnd()))));
        }
    }

    @Override
    public synchronized List<End> ended() {
        noteEnds();
        List<End> news = List.copyOf(ends);
        ends.clear();
        return news;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        processes.forEach(process -> process.ifPresent(NodeProcess::close));
        hosts.close();
        for (Disk disk : disks) {
            try {
                disk.close();
            } catch (IOException e) {
                System.err.println("jepsen: " + e.getMessage());
            }
        }
    }
}
