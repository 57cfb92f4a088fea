package io.hark.jepsen;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Blocking: hosts that are network namespaces of Linux, each with a cable to one bridge, to which this
/// process is connected too. Needs root, `ip` and `nft`; it installs them where apt-get is.
///
/// With relays, what nodes say to each other goes through this process, which can slow it down: each host's
/// own rules send its connections to the ports of a node to an address of the bridge that stands for the
/// other host.
final class NamespaceHosts implements Hosts {
    private static final String NAME = "hark-j";
    private static final Pattern NAME_PATTERN = Pattern.compile(NAME + "(\\d+)-(\\d+)-\\d+");
    private static final int BRIDGE = 254;
    private static final AtomicInteger USED = new AtomicInteger();
    private static final int HOSTS_MAX = 9;

    private final int hosts;
    private final String name;
    private final String link;
    private final String subnet;
    private Optional<Relays> relays = Optional.empty();
    private boolean closed;

    private NamespaceHosts(int hosts, boolean relayed) throws IOException {
        if (hosts < 1 || hosts > HOSTS_MAX) {
            throw new IllegalArgumentException("there can be 1 to %d hosts, not %d".formatted(HOSTS_MAX, hosts));
        }
        int number = USED.getAndIncrement();
        long pid = ProcessHandle.current().pid();
        this.hosts = hosts;
        this.name = "%s%d-%d-".formatted(NAME, pid, number);
        this.link = linkName(pid, number);
        this.subnet = freeSubnet(pid + number);
        Leftovers.add(this);
        try {
            create();
            if (relayed && hosts > 1) {
                relays = Optional.of(new Relays(subnet, hosts));
                for (int host = 0; host < hosts; host++) {
                    redirect(host);
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// @return why there can be no such hosts here; empty when there can
    static synchronized Optional<String> unavailable() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("network namespaces are of Linux");
        }
        if (!Shell.isRoot()) {
            return Optional.of("network namespaces need root");
        }
        try {
            if (!Shell.succeeds("ip", "-V") || !Shell.succeeds("nft", "-v")) {
                Shell.install("iproute2", "nftables");
            }
            removeAbandoned();
            new NamespaceHosts(1, false).close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("network namespaces do not work here: " + e.getMessage());
        }
    }

    static NamespaceHosts of(int hosts) throws IOException {
        return new NamespaceHosts(hosts, false);
    }

    /// Hosts whose links can be slowed down, at the price of one more hop for every byte between them.
    static NamespaceHosts relayed(int hosts) throws IOException {
        return new NamespaceHosts(hosts, true);
    }

    /// The kernel takes 15 characters for the name of a device.
    private static String linkName(long pid, int number) {
        return "hk%s%s".formatted(Long.toString(pid % 60_466_176, 36), Integer.toString(number, 36));
    }

    /// What runs that were killed have left behind.
    private static void removeAbandoned() throws IOException {
        Matcher names = NAME_PATTERN.matcher(Shell.run("ip", "netns", "list"));
        while (names.find()) {
            if (ProcessHandle.of(Long.parseLong(names.group(1)))
                    .filter(ProcessHandle::isAlive)
                    .isEmpty()) {
                remove(names.group());
                Shell.succeeds(
                        "ip",
                        "link",
                        "delete",
                        linkName(Long.parseLong(names.group(1)), Integer.parseInt(names.group(2))));
            }
        }
    }

    private static void remove(String namespace) throws IOException {
        for (String pid : Shell.run("ip", "netns", "pids", namespace).split("\\s+")) {
            if (!pid.isEmpty()) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        Shell.run("ip", "netns", "delete", namespace);
    }

    private static String freeSubnet(long start) throws IOException {
        String taken = Shell.run("ip", "-o", "-4", "addr");
        for (long number = start; ; number++) {
            String subnet = "10.%d.%d.".formatted(64 + number / 250 % 64, number % 250);
            if (!taken.contains(" " + subnet)) {
                return subnet;
            }
        }
    }

    private void create() throws IOException {
        Shell.run("ip", "link", "add", link, "type", "bridge");
        Shell.run("ip", "addr", "add", subnet + BRIDGE + "/24", "dev", link);
        Shell.run("ip", "link", "set", link, "up");
        for (int host = 0; host < hosts; host++) {
            String namespace = name + host;
            String cable = link + "-" + host;
            Shell.run("ip", "addr", "add", Relays.standsForTarget(subnet, host) + "/24", "dev", link);
            Shell.run("ip", "addr", "add", Relays.standsForSource(subnet, host) + "/24", "dev", link);
            Shell.run("ip", "netns", "add", namespace);
            Shell.run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace);
            Shell.run("ip", "link", "set", cable, "master", link);
            Shell.run("ip", "link", "set", cable, "up");
            Shell.run("ip", "-n", namespace, "link", "set", "lo", "up");
            Shell.run("ip", "-n", namespace, "addr", "add", address(host) + "/24", "dev", "eth0");
            Shell.run("ip", "-n", namespace, "link", "set", "eth0", "up");
            nft(host, """
                table inet hark {
                    set muted { type ipv4_addr; }
                    chain in {
                        type filter hook input priority 0; policy accept;
                        ip saddr @muted drop
                    }
                }
                """);
        }
    }

    private void nft(int host, String rules) throws IOException {
        Shell.runWithInput(rules, List.of("ip", "netns", "exec", name + host, "nft", "-f", "-"));
    }

    /// Sends what the host says to others through the relays, from its next connection on.
    private void redirect(int host) throws IOException {
        String others = others(host)
                .mapToObj(other -> address(other) + " : " + Relays.standsForTarget(subnet, other))
                .collect(Collectors.joining(", "));
        nft(host, """
            table inet relays {
                chain out {
                    type nat hook output priority -100; policy accept;
                    tcp dport %d-%d ip daddr { %s } dnat ip to ip daddr map { %s };
                }
            }
            """.formatted(
                        Relays.FIRST_PORT,
                        Relays.FIRST_PORT + Relays.PORTS - 1,
                        others(host).mapToObj(this::address).collect(Collectors.joining(", ")),
                        others));
    }

    private IntStream others(int host) {
        return IntStream.range(0, hosts).filter(other -> other != host);
    }

    @Override
    public String address(int host) {
        return subnet + (host + 1);
    }

    @Override
    public List<String> command(int host, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name + host));
        whole.addAll(command);
        return whole;
    }

    @Override
    public boolean canCut() {
        return true;
    }

    @Override
    public boolean canSlow() {
        return relays.isPresent();
    }

    @Override
    public void cut(int from, int to) throws IOException {
        nft(to, "add element inet hark muted { %s }\n".formatted(voices(from)));
    }

    /// What packets of the host come from, by itself and through a relay.
    private String voices(int host) {
        return String.join(
                ", ", address(host), Relays.standsForSource(subnet, host), Relays.standsForTarget(subnet, host));
    }

    @Override
    public void heal(int host) throws IOException {
        nft(host, "flush set inet hark muted\n");
        for (int other : others(host).toArray()) {
            // Added first, because nft refuses to delete what is not there.
            nft(
                    other,
                    "add element inet hark muted { %1$s }\ndelete element inet hark muted { %1$s }\n"
                            .formatted(voices(host)));
        }
    }

    @Override
    public void slow(int host, Duration delay, long bytesPerSecond) {
        relays.orElseThrow(() -> new UnsupportedOperationException("these hosts have no relays"))
                .slow(host, delay, bytesPerSecond);
    }

    @Override
    public void quicken(int host) {
        relays.ifPresent(relay -> relay.quicken(host));
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Leftovers.remove(this);
        relays.ifPresent(Relays::close);
        for (int host = 0; host < hosts; host++) {
            try {
                remove(name + host);
            } catch (IOException e) {
                System.err.println("jepsen: " + e.getMessage());
            }
        }
        Shell.succeeds("ip", "link", "delete", link);
    }
}
