package io.hark.cluster.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Blocking: hosts that only exist for a test, each in a network namespace with an address of its own, on one
/// switch in a further namespace. Nothing of it can be reached from outside, nor can it reach anything. Needs
/// Linux, root and `ip` of iproute2; names carry this process's id, and what a process left behind that is
/// gone is swept away.
///
/// A way is cut by telling the sender a hardware address that nobody has: what it sends vanishes without a
/// word, as on a broken switch. The opposite way is another one, and both are cut and healed alone.
public final class TestHosts implements AutoCloseable {
    private static final String PREFIX = "hark-";
    private static final int HOSTS_MAX = 64;
    private static final long COMMAND_SECONDS_MAX = 20;
    private static final String NOBODY = "02:00:00:00:00:01";
    private static final AtomicInteger NETWORKS = new AtomicInteger();

    private final String name;
    private final int network;
    private final int count;

    private TestHosts(int network, int count) {
        this.name = PREFIX + ProcessHandle.current().pid() + "-" + network;
        this.network = network;
        this.count = count;
    }

    /// Why there can be no hosts here; empty when there can.
    public static Optional<String> missing() {
        String probe = PREFIX + ProcessHandle.current().pid() + "-probe";
        try {
            run("ip", "netns", "add", probe);
            run("ip", "netns", "del", probe);
            return Optional.empty();
        } catch (IllegalStateException | UncheckedIOException e) {
            return Optional.of("network namespaces need Linux, root and iproute2: " + e.getMessage());
        }
    }

    /// Makes hosts 1 to `count`.
    public static TestHosts create(int count) {
        if (count < 1 || count > HOSTS_MAX) {
            throw new IllegalArgumentException("1 to %d hosts, not %d".formatted(HOSTS_MAX, count));
        }
        sweep();
        TestHosts hosts = new TestHosts(NETWORKS.incrementAndGet() % 256, count);
        try {
            hosts.build();
            return hosts;
        } catch (RuntimeException e) {
            hosts.close();
            throw e;
        }
    }

    private void build() {
        String hub = namespace(0);
        run("ip", "netns", "add", hub);
        run("ip", "-n", hub, "link", "add", "hub", "type", "bridge");
        run("ip", "-n", hub, "link", "set", "hub", "up");
        for (int host = 1; host <= count; host++) {
            String inside = namespace(host);
            String port = "port" + host;
            run("ip", "netns", "add", inside);
            run("ip", "-n", hub, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", inside);
            run("ip", "-n", hub, "link", "set", port, "master", "hub", "up");
            run("ip", "-n", inside, "address", "add", address(host) + "/24", "dev", "eth0");
            run("ip", "-n", inside, "link", "set", "eth0", "up");
            run("ip", "-n", inside, "link", "set", "lo", "up");
        }
    }

    private String namespace(int host) {
        return name + "-" + host;
    }

    /// The host's address, which only the other hosts can reach.
    public String address(int host) {
        return "10.211.%d.%d".formatted(network, host);
    }

    /// The command line that runs `command` on the host. The process is the command's own: its id is the
    /// command's.
    public List<String> on(int host, List<String> command) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
        line.addAll(command);
        return line;
    }

    /// Nothing that `from` sends reaches `to` any more; the opposite way stays as it is.
    public void cutOneWay(int from, int to) {
        run(
                "ip",
                "-n",
                namespace(from),
                "neighbour",
                "replace",
                address(to),
                "lladdr",
                NOBODY,
                "dev",
                "eth0",
                "nud",
                "permanent");
    }

    /// Neither reaches the other.
    public void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /// The host reaches nobody and nobody reaches it.
    public void isolate(int host) {
        for (int other = 1; other <= count; other++) {
            if (other != host) {
                cut(host, other);
            }
        }
    }

    /// The host reaches all others and hears none.
    public void deafen(int host) {
        for (int other = 1; other <= count; other++) {
            if (other != host) {
                cutOneWay(other, host);
            }
        }
    }

    /// The host hears all others and reaches none.
    public void mute(int host) {
        for (int other = 1; other <= count; other++) {
            if (other != host) {
                cutOneWay(host, other);
            }
        }
    }

    public void healOneWay(int from, int to) {
        Result result = attempt("ip", "-n", namespace(from), "neighbour", "del", address(to), "dev", "eth0");
        if (result.code() != 0 && !result.output().contains("No such file")) {
            throw new IllegalStateException(result.output());
        }
    }

    /// Every way is as it was at the start.
    public void heal() {
        for (int from = 1; from <= count; from++) {
            for (int to = 1; to <= count; to++) {
                if (from != to) {
                    healOneWay(from, to);
                }
            }
        }
    }

    /// Removes the hosts; processes that still run on them keep running without a network that goes anywhere.
    @Override
    public void close() {
        for (int host = 0; host <= count; host++) {
            attempt("ip", "netns", "del", namespace(host));
        }
    }

    private static void sweep() {
        for (String line : attempt("ip", "netns", "list").output().lines().toList()) {
            String namespace = line.split(" ", 2)[0];
            String[] parts = namespace.split("-");
            boolean ours = namespace.startsWith(PREFIX) && parts.length >= 3 && parts[1].matches("\\d{1,10}");
            if (ours && ProcessHandle.of(Long.parseLong(parts[1])).isEmpty()) {
                attempt("ip", "netns", "del", namespace);
            }
        }
    }

    private record Result(int code, String output) {}

    private static void run(String... command) {
        Result result = attempt(command);
        if (result.code() != 0) {
            throw new IllegalStateException("%s: %s".formatted(String.join(" ", command), result.output()));
        }
    }

    private static Result attempt(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            // A few lines, which fit into the pipe.
            if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Result(-1, "no end within %d s".formatted(COMMAND_SECONDS_MAX));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.exitValue(), output.strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
