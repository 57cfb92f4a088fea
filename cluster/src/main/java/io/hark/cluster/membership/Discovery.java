package io.hark.cluster.membership;

import java.nio.file.Path;
import java.util.List;

/// Value: how nodes of a region find each other at first. Later they tell each other.
public sealed interface Discovery {
    /// Some of the nodes, better all.
    ///
    /// @param hosts `host:port` of their membership
    record Hosts(List<String> hosts) implements Discovery {
        public Hosts {
            hosts = List.copyOf(hosts);
            hosts.forEach(Discovery::checkHost);
        }
    }

    /// A name in DNS with an address for each node, as a headless service of Kubernetes has; all nodes use
    /// the same port.
    record Dns(String name) implements Discovery {
        public Dns {
            if (!name.matches("[A-Za-z0-9._-]{1,253}")) {
                throw new IllegalArgumentException("'%s' is not a name in DNS".formatted(name));
            }
        }
    }

    /// A folder that all nodes can write to.
    record SharedFolder(Path folder) implements Discovery {}

    private static void checkHost(String host) {
        if (!host.matches("[A-Za-z0-9._:-]{1,253}:\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "the membership address of a node must be host:port, was '%s'".formatted(host));
        }
    }
}
