package io.hark.launcher;

import io.hark.loadtest.LoadCommand;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The `hark` command.
@Command(
        name = "hark",
        description = "Realtime messaging that speaks Ably's protocol.",
        mixinStandardHelpOptions = true,
        subcommands = {
            Main.Dev.class,
            Main.RunNode.class,
            Main.RunCluster.class,
            RecoverCommand.class,
            AdminCommand.class,
            LoadCommand.class
        })
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int BAD_CONFIG = 2;
    private static final int STORE_FAILED = 70;

    private Main() {}

    public static void main(String[] args) {
        CommandLine commands = new CommandLine(new Main());
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof ConfigException || failure instanceof IllegalArgumentException) {
                command.getErr().println("hark: " + failure.getMessage());
                return BAD_CONFIG;
            }
            LOG.error("the node did not start", failure);
            return 1;
        });
        System.exit(commands.execute(args));
    }

    /// Runs until the process is told to end; then drains, and exits with 0.
    private static int run(NodeConfig config) throws InterruptedException {
        if (config.jsonLogs()) {
            Logs.asJson();
        }
        Node node = Node.start(config, failure -> {
            LOG.error("the store failed; the node ends, so that clients resume after a restart", failure);
            Runtime.getRuntime().halt(STORE_FAILED);
        });
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("hark-shutdown").unstarted(() -> stop(node)));
        node.devKey().ifPresent(key -> System.out.println(new DevBanner(node.port(), key)));
        new CountDownLatch(1).await();
        return 0;
    }

    private static void stop(Node node) {
        try {
            node.close();
            // Without this the JVM would report the signal, though the node ended as it should.
            Runtime.getRuntime().halt(0);
        } catch (RuntimeException e) {
            LOG.error("the node did not stop cleanly", e);
            Runtime.getRuntime().halt(1);
        }
    }

    @Command(
            name = "dev",
            description = "Runs one node for development: no configuration, a working key, a page to look at.",
            mixinStandardHelpOptions = true)
    static final class Dev implements Callable<Integer> {
        @Option(names = "--port", defaultValue = "8080", description = "Port to listen on (default: ${DEFAULT-VALUE}).")
        private int port;

        @Option(
                names = "--data",
                defaultValue = "./data",
                description = "Where to keep data (default: ${DEFAULT-VALUE}).")
        private Path data;

        @Override
        public Integer call() throws InterruptedException {
            return run(NodeConfig.of(
                    Map.of("dev", true, "data", data.toString(), "listen", Map.of("port", port)), System.getenv()));
        }
    }

    @Command(
            name = "node",
            description = "Runs one node as its configuration file says.",
            mixinStandardHelpOptions = true)
    static final class RunNode implements Callable<Integer> {
        @Option(names = "--config", required = true, description = "The configuration file (YAML).")
        private Path config;

        @Override
        public Integer call() throws InterruptedException {
            return run(NodeConfig.read(config, System.getenv()));
        }
    }

    @Command(
            name = "cluster",
            description = "Runs a region of several nodes on this machine, to try and to break.",
            mixinStandardHelpOptions = true)
    static final class RunCluster implements Callable<Integer> {
        @Option(names = "--nodes", defaultValue = "3", description = "How many (default: ${DEFAULT-VALUE}).")
        private int nodes;

        @Option(
                names = "--port",
                defaultValue = "8081",
                description = "Port of the first node; the others' count up (default: ${DEFAULT-VALUE}).")
        private int port;

        @Option(
                names = "--data",
                defaultValue = "./data-cluster",
                description = "Where to keep data (default: ${DEFAULT-VALUE}).")
        private Path data;

        @Override
        public Integer call() throws InterruptedException {
            if (nodes < 1 || nodes > 9) {
                throw new ConfigException("--nodes must be 1 to 9, was " + nodes);
            }
            LocalCluster cluster = new LocalCluster(data, nodes, port, System.out);
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("hark-shutdown").unstarted(cluster::stop));
            cluster.start();
            cluster.print();
            cluster.watch();
            return 0;
        }
    }
}
