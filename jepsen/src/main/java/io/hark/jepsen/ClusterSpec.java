package io.hark.jepsen;

import java.util.ArrayList;
import java.util.List;

/// Value: the nodes of a run and how they are configured. Nodes are counted from 0; their names from
/// `node-1`.
///
/// @param nodes         how many there can be
/// @param voters        the first so many of them decide for the region; the run starts with these
/// @param dev           whether the nodes take keys over plain HTTP because they are a developer's; otherwise
///                      because TLS is said to end in front of them
/// @param settings      further lines of the configuration file, the same for all
/// @param jvmOptions    further options of the nodes' JVMs
/// @param diskMebibytes size of each node's own disk; 0 for a folder of the machine's
record ClusterSpec(
        int nodes, int voters, boolean dev, List<String> settings, List<String> jvmOptions, int diskMebibytes) {
    static final String KEY = "jepsen.all:a-secret-of-the-fault-harness";
    static final String ADMIN_TOKEN = "the-operator-of-the-fault-harness";
    static final int PORT = 8081;

    /// Everything a run publishes is kept until its end; clients notice a silent node within some 8 s.
    private static final List<String> SETTINGS = List.of(
            "history: {resumeWindow: 60m, persistedRetention: 72h, dedupeWindow: 60m}",
            "connections: {stateTtl: 10m, maxIdleInterval: 5s}");

    private static final List<String> HEAP = List.of("-Xmx512m");
    private static final int COPIES_MAX = 3;

    ClusterSpec {
        settings = List.copyOf(settings);
        jvmOptions = List.copyOf(jvmOptions);
    }

    static ClusterSpec of(int nodes) {
        return of(nodes, nodes);
    }

    static ClusterSpec of(int nodes, int voters) {
        return new ClusterSpec(nodes, voters, false, SETTINGS, HEAP, 0);
    }

    /// Settings that hold in place of the usual ones.
    ClusterSpec withSettings(String... lines) {
        return new ClusterSpec(nodes, voters, dev, List.of(lines), jvmOptions, diskMebibytes);
    }

    /// Nodes that start with half the work and then run somewhat slower: for short runs with many starts.
    ClusterSpec startingFast() {
        List<String> options = new ArrayList<>(jvmOptions);
        options.add("-XX:TieredStopAtLevel=1");
        return new ClusterSpec(nodes, voters, dev, settings, options, diskMebibytes);
    }

    /// Nodes with small disks of their own. Their store takes space in small steps, since what it has taken
    /// ahead lets it write on while the disk is full.
    ClusterSpec withDisks(int mebibytes) {
        List<String> lines = settings.stream()
                .map(line -> line.replace("history: {", "history: {writeBufferBytes: 4 MiB, "))
                .toList();
        return new ClusterSpec(nodes, voters, dev, lines, jvmOptions, mebibytes);
    }

    /// Developer's nodes with one more system property.
    ClusterSpec asDevWith(String property) {
        List<String> options = new ArrayList<>(jvmOptions);
        options.add("-D" + property);
        return new ClusterSpec(nodes, voters, true, settings, options, diskMebibytes);
    }

    static String name(int node) {
        return "node-" + (node + 1);
    }

    int copies() {
        return Math.min(voters, COPIES_MAX);
    }

    int inSyncMin() {
        return copies() / 2 + (copies() > 2 ? 1 : 0);
    }
}
