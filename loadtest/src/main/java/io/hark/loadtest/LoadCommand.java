package io.hark.loadtest;

import picocli.CommandLine.Command;

/// The `hark load` command: what a server carries, and whether it loses anything meanwhile.
@Command(
        name = "load",
        description = "Loads a node or cluster, measures it, and checks that nothing is lost, doubled or out of order.",
        mixinStandardHelpOptions = true,
        subcommands = {
            FanoutScenario.class,
            ManyScenario.class,
            IdleScenario.class,
            ReconnectScenario.class,
            HistoryScenario.class,
            SlowScenario.class,
            PresenceScenario.class,
            MixedScenario.class,
            CompareCommand.class
        })
public final class LoadCommand {}
