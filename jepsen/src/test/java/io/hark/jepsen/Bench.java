package io.hark.jepsen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// What the tests of this module run on: the program as it was built, folders for what runs leave, and hosts.
final class Bench {
    private static final Path TARGET = Path.of("target", "jepsen").toAbsolutePath();

    private Bench() {}

    /// Made once, and lazily.
    private static final class Built {
        private static final Path COPY =
                TARGET.resolve("lib-" + ProcessHandle.current().pid());
        private static final HarkBuild BUILD = build();

        private static HarkBuild build() {
            try {
                deleteAbandoned();
                Leftovers.add(() -> delete(COPY));
                return HarkBuild.copyOf(Path.of("..", "launcher"), COPY);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void deleteAbandoned() throws IOException {
            if (Files.isDirectory(TARGET)) {
                try (Stream<Path> children = Files.list(TARGET)) {
                    for (Path child : children.toList()) {
                        String name = child.getFileName().toString();
                        if (name.matches("lib-\\d+")
                                && ProcessHandle.of(Long.parseLong(name.substring("lib-".length())))
                                        .isEmpty()) {
                            endNodesOf(child);
                            delete(child);
                        }
                    }
                }
            }
        }
    }

    /// Ends the nodes of a run that was killed: no others have that folder on their class path.
    private static void endNodesOf(Path lib) {
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .filter(arguments -> List.of(arguments).contains(lib + "/*"))
                        .isPresent())
                .forEach(ProcessHandle::destroyForcibly);
    }

    static HarkBuild build() {
        return Built.BUILD;
    }

    /// An empty folder for what a run leaves.
    static Path dir(String name) throws IOException {
        Path dir = TARGET.resolve(name);
        Disk.unmountBelow(dir);
        delete(dir);
        return Files.createDirectories(dir);
    }

    /// Keeps the reports of a run in which nothing was found, and nothing else, unless
    /// `-Dhark.jepsen.keep=true`.
    static void tidy(Path dir) throws IOException {
        if (!Boolean.getBoolean("hark.jepsen.keep")) {
            delete(dir.resolve("nodes"));
            Files.deleteIfExists(dir.resolve("history.bin"));
        }
    }

    static Cluster onLoopback(ClusterSpec spec, Path dir) throws IOException {
        Assumptions.assumeTrue(
                spec.nodes() == 1 || LoopbackHosts.hasWholeNetwork(), "the loopback has one address here");
        return new ProcessCluster(spec, build(), new LoopbackHosts(), dir.resolve("nodes"));
    }

    /// A cluster whose network can be cut, and slowed down if `relayed`; the test is skipped where there can
    /// be none.
    static Cluster inNamespaces(ClusterSpec spec, Path dir, boolean relayed) throws IOException {
        Optional<String> unavailable = NamespaceHosts.unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), () -> unavailable.orElse(""));
        Hosts hosts = relayed ? NamespaceHosts.relayed(spec.nodes()) : NamespaceHosts.of(spec.nodes());
        return new ProcessCluster(spec, build(), hosts, dir.resolve("nodes"));
    }

    static long seed() {
        return Long.getLong("hark.jepsen.seed", System.nanoTime());
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
