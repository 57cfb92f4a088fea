package io.hark.launcher;

import io.hark.control.ControlState;
import io.hark.control.Salvage;
import io.hark.history.RocksHistoryStore;
import io.hark.history.StoreEnvironment;
import io.hark.history.StoreObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Blocking: prepares the data of a node that does not run for a region that begins anew, as a majority of the old
/// one's voters has lost its disks.
final class RegionRecovery {
    private static final String NO_CLUSTER = "the configuration has no `cluster`: there is nothing to recover";

    private final NodeConfig config;

    RegionRecovery(NodeConfig config) {
        if (config.cluster().isEmpty()) {
            throw new ConfigException(NO_CLUSTER);
        }
        this.config = config;
    }

    /// The last state of the region that this node has written down; about a second old.
    ControlState lastKnown() {
        try (RocksHistoryStore store = open()) {
            return known(store);
        }
    }

    /// Has this node bring that state to the new region, with what the survivors have.
    Salvage.Salvaged begin(List<String> survivors) {
        if (!survivors.contains(config.node())) {
            throw new ConfigException("--survivors must name this node, %s, too; was %s"
                    .formatted(config.node(), String.join(",", survivors)));
        }
        Salvage.Salvaged salvaged;
        try (RocksHistoryStore store = open()) {
            salvaged = Salvage.of(known(store), survivors);
            store.decideAlone(salvaged.state()).toCompletableFuture().join();
        }
        forgetDecisions();
        new NodeFiles(config.data()).delete(ClusterRegion.MEMBER_FILE);
        return salvaged;
    }

    /// Has this node follow the region that another survivor begins.
    void follow() {
        forgetDecisions();
    }

    private ControlState known(RocksHistoryStore store) {
        ControlState known = store.regionCopy();
        if (!known.hasSlots()) {
            throw new ConfigException("data: %s has never been part of a region with slots".formatted(config.data()));
        }
        return known;
    }

    private RocksHistoryStore open() {
        Path dir = config.data().resolve("store");
        if (!Files.isDirectory(dir)) {
            throw new ConfigException("data: there is no store in " + config.data());
        }
        try {
            return RocksHistoryStore.open(
                    dir,
                    config.history().withReplicated(true),
                    StoreEnvironment.system(new StoreObserver() {}, failure -> {}));
        } catch (UncheckedIOException unusable) {
            throw new ConfigException("data: the store in %s cannot be opened; does the node still run? %s"
                    .formatted(dir, unusable.getMessage()));
        }
    }

    /// The old region's control log must not take part in the new one.
    private void forgetDecisions() {
        Path log = config.data().resolve(ClusterRegion.CONTROL_DIR);
        if (!Files.exists(log)) {
            return;
        }
        try (Stream<Path> files = Files.walk(log)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + log, e);
        }
    }
}
