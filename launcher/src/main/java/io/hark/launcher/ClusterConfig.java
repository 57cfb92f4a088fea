package io.hark.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Value: a node's part in a region of several nodes.
///
/// @param host         where other nodes reach this one; it listens there on four ports
/// @param port         the first of them: links between nodes; `port + 1` is membership, `port + 2` the
///                     control log, `port + 3` tells who watches it that the process lives
/// @param voters       who decides for the region: ids with `host:port` as each has it, the same list on every
///                     node
/// @param discovery    how nodes find each other
/// @param replicas     copies of each slot
/// @param minIsr       in-sync copies without which nothing is acknowledged
/// @param weight       share of the slots that this node takes, relative to others; 0 when it is a frontend
///                     only
/// @param replaceAfter how long a node may be down before its copies are made elsewhere
/// @param tls          for the links between nodes; empty: they prove that they know the secret, in plain text
record ClusterConfig(
        String host,
        int port,
        LinkedHashMap<String, String> voters,
        Discovery discovery,
        int replicas,
        int minIsr,
        int weight,
        Duration replaceAfter,
        Optional<Tls> tls) {
    private static final int PORTS = 4;

    /// How nodes find each other.
    sealed interface Discovery {
        /// Everybody is in the list of voters, or knows one of them.
        record Voters() implements Discovery {}

        /// The addresses of a name, as a headless service of Kubernetes has them.
        record Dns(String name) implements Discovery {}

        /// A folder that all nodes share.
        record Folder(Path path) implements Discovery {}
    }

    /// PEM files.
    record Tls(Path key, Path chain, Path authority) {}

    static Optional<ClusterConfig> of(Settings settings, String node) {
        Optional<String> address = settings.text("cluster.address");
        LinkedHashMap<String, String> voters = new LinkedHashMap<>();
        settings.table("cluster.voters").forEach((id, at) -> {
            port("cluster.voters." + id, at);
            voters.put(id, at);
        });
        Discovery discovery = discovery(settings);
        int replicas = settings.number("cluster.replicas", Math.clamp(voters.size(), 1, 3), 1, 7);
        int minIsr = settings.number("cluster.minIsr", minIsrOf(replicas), 1, replicas);
        int weight = settings.number("cluster.weight", 100, 1, 10_000);
        Duration replaceAfter = settings.duration("cluster.replaceAfter", "10m", "10s", "365d");
        Optional<Tls> tls = tls(settings);
        boolean core = roles(settings).contains("core");
        if (address.isEmpty()) {
            if (!voters.isEmpty()) {
                throw new ConfigException(
                        "cluster.address must be this node's host:port when there are cluster.voters");
            }
            return Optional.empty();
        }
        if (voters.isEmpty()) {
            throw new ConfigException(
                    "cluster.voters must name the nodes that decide for the region, such as {%s: %s}; 3 or 5 of them survive"
                                    .formatted(node, address.get())
                            + " the loss of 1 or 2");
        }
        if (voters.containsKey(node) && !voters.get(node).equals(address.get())) {
            throw new ConfigException("cluster.address is %s, but cluster.voters.%s is %s; they must be the same"
                    .formatted(address.get(), node, voters.get(node)));
        }
        int port = port("cluster.address", address.get());
        return Optional.of(new ClusterConfig(
                host(address.get()), port, voters, discovery, replicas, minIsr, core ? weight : 0, replaceAfter, tls));
    }

    /// A majority of three or more; of two, either, so that one can be lost.
    private static int minIsrOf(int replicas) {
        return replicas > 2 ? replicas / 2 + 1 : 1;
    }

    static List<String> roles(Settings settings) {
        List<String> roles = new ArrayList<>();
        for (String role : settings.text("roles", "frontend,core").split(",")) {
            String word = role.strip();
            if (!word.equals("frontend") && !word.equals("core")) {
                throw Settings.wrong("roles", word, "frontend, core, or frontend,core");
            }
            roles.add(word);
        }
        return roles;
    }

    private static Discovery discovery(Settings settings) {
        Optional<String> dns = settings.text("cluster.discovery.dns");
        Optional<String> folder = settings.text("cluster.discovery.folder");
        if (dns.isPresent() && folder.isPresent()) {
            throw new ConfigException("cluster.discovery has either dns or folder, not both");
        }
        return dns.<Discovery>map(Discovery.Dns::new)
                .or(() -> folder.map(path -> new Discovery.Folder(Path.of(path))))
                .orElseGet(Discovery.Voters::new);
    }

    private static Optional<Tls> tls(Settings settings) {
        Optional<Path> key = settings.text("cluster.tls.key").map(Path::of);
        Optional<Path> chain = settings.text("cluster.tls.chain").map(Path::of);
        Optional<Path> authority = settings.text("cluster.tls.authority").map(Path::of);
        long given = List.of(key, chain, authority).stream()
                .filter(Optional::isPresent)
                .count();
        if (given == 0) {
            return Optional.empty();
        }
        if (given < 3) {
            throw new ConfigException("cluster.tls needs key, chain and authority, three PEM files");
        }
        return Optional.of(new Tls(key.get(), chain.get(), authority.get()));
    }

    static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    private static int port(String key, String address) {
        int colon = address.lastIndexOf(':');
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            if (colon > 0 && port > 0 && port <= 65_535 - PORTS + 1) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            throw Settings.wrong(key, address, "host:port, with the three ports after it free, too");
        }
        throw Settings.wrong(key, address, "host:port, with the three ports after it free, too");
    }

    String linkAddress() {
        return host + ':' + port;
    }

    int membershipPort() {
        return port + 1;
    }

    /// The control log's address of a node that has its links at `address`.
    static String controlAddress(String address) {
        return host(address) + ':' + (port("cluster.voters", address) + 2);
    }

    static String membershipAddress(String address) {
        return host(address) + ':' + (port("cluster.voters", address) + 1);
    }

    String controlAddress() {
        return controlAddress(linkAddress());
    }

    LinkedHashMap<String, String> controlVoters() {
        LinkedHashMap<String, String> addresses = new LinkedHashMap<>();
        voters.forEach((id, address) -> addresses.put(id, controlAddress(address)));
        return addresses;
    }
}
