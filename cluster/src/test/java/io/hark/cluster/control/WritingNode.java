package io.hark.cluster.control;

import io.hark.control.ControlCodec;
import io.hark.control.ControlCommand;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The main class of a node under test: it writes under a few names, each write with a text of its own, and
/// tells on its output what came of it. It ends when its input does.
///
/// Output: `leads BOOLEAN`, `applied INDEX ID`, `ok ID SENT_MILLIS`, `failed ID WHY`, `state HASH`.
/// Input: `pause`, `resume`, `state`.
final class WritingNode {
    private static final int NAMES = 5;

    private final PrintStream out;
    private final String node;
    private final RatisControlLog log;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile boolean paused;
    private boolean led;
    private int written;

    private WritingNode(PrintStream out, String node, RatisControlLog log) {
        this.out = out;
        this.node = node;
        this.log = log;
    }

    /// @param arguments node, milliseconds between writes, directory, then `voter=address` for each voter
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        LinkedHashMap<String, String> voters = new LinkedHashMap<>();
        Arrays.stream(arguments)
                .skip(3)
                .map(voter -> voter.split("=", 2))
                .forEach(voter -> voters.put(voter[0], voter[1]));
        String node = arguments[0];
        RaftConfig config = new RaftConfig(
                "acceptance", node, voters.get(node), voters, Path.of(arguments[2]), RaftTimeouts.DEFAULT);
        RatisControlLog log = RatisControlLog.open(config, (command, index) -> {
            if (command instanceof ControlCommand.PutApp(var name, var text)) {
                out.println("applied " + index + " " + new String(text, StandardCharsets.UTF_8));
            }
        });
        new WritingNode(out, node, log).run(Integer.parseInt(arguments[1]));
    }

    private void run(int everyMillis) throws Exception {
        thread.scheduleAtFixedRate(this::write, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                switch (line) {
                    case "pause" -> paused = true;
                    case "resume" -> paused = false;
                    default -> out.println("state " + Arrays.hashCode(ControlCodec.encode(log.state())));
                }
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private void write() {
        if (led != log.leads()) {
            led = !led;
            out.println("leads " + led);
        }
        if (paused) {
            return;
        }
        String id = node + "/" + ProcessHandle.current().pid() + "/" + ++written;
        long sentMillis = System.currentTimeMillis();
        log.propose(new ControlCommand.PutApp(node + written % NAMES, id.getBytes(StandardCharsets.UTF_8)))
                .whenComplete((state, failure) -> out.println(
                        failure == null
                                ? "ok " + id + " " + sentMillis
                                : "failed " + id + " " + failure + " " + failure.getCause()));
    }
}
