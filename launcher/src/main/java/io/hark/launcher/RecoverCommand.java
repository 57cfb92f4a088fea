package io.hark.launcher;

import io.hark.control.ControlState;
import io.hark.control.Salvage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The `hark recover` command: for a region that cannot decide any more, as a majority of its voters has lost its
/// disks.
@Command(
        name = "recover",
        description = {
            "Prepares a node that does not run for its region to begin anew, when the disks of a majority of the voters"
                    + " are lost for good. Says without further options what the node knows of the region.",
            "Nodes that are lost must never run with their old disks again."
        },
        mixinStandardHelpOptions = true)
final class RecoverCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, description = "The node's configuration file (YAML).")
    private Path config;

    @Option(
            names = "--survivors",
            split = ",",
            description = "Ids of all nodes that still have their disks, this one among them: it brings what it knows"
                    + " of the region to the new one. On one node only.")
    private List<String> survivors = List.of();

    @Option(names = "--follow", description = "Joins the region that another survivor begins.")
    private boolean follow;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        NodeConfig node = NodeConfig.read(config, System.getenv());
        RegionRecovery recovery = new RegionRecovery(node);
        PrintWriter out = spec.commandLine().getOut();
        if (follow && !survivors.isEmpty()) {
            throw new ConfigException("--follow and --survivors exclude each other");
        }
        if (follow) {
            recovery.follow();
            out.printf(
                    "%s has forgotten what the old region decided, and joins the one that another survivor begins%n",
                    node.node());
        } else if (survivors.isEmpty()) {
            tell(out, node.node(), recovery.lastKnown());
        } else {
            tell(out, node.node(), recovery.begin(survivors));
        }
        out.flush();
        return 0;
    }

    private static void tell(PrintWriter out, String node, ControlState known) {
        out.printf("%s knows the region as of version %d:%n", node, known.version());
        new TreeMap<>(known.nodes())
                .forEach((id, entry) -> out.printf(
                        "  %-20s %-9s in sync with %d slots%n",
                        id,
                        entry.status(),
                        known.slots().stream()
                                .filter(slot -> slot.isr().contains(id))
                                .count()));
        out.printf("begin with the survivor that knows the highest version: --survivors ID,ID,...%n");
    }

    private static void tell(PrintWriter out, String node, Salvage.Salvaged salvaged) {
        out.printf(
                "%s begins the region anew when it starts, with version %d%n",
                node, salvaged.state().version());
        new TreeMap<>(salvaged.state().slots().stream()
                        .collect(Collectors.groupingBy(slot -> slot.isr().getFirst(), Collectors.counting())))
                .forEach((id, count) -> out.printf("  %-20s has %d slots%n", id, count));
        if (!salvaged.empty().isEmpty()) {
            out.printf(
                    "no survivor had anything of %d slots: they begin empty%n",
                    salvaged.empty().size());
        }
        out.printf("clients are told that they may have missed messages%n");
        out.printf("next: recover the other survivors with --follow, then start all voters%n");
    }
}
