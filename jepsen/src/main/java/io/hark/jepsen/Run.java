package io.hark.jepsen;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Blocking: one run of a cluster under load and faults, from its start to its report.
///
/// @param name   of the run, as its report's title
/// @param length of the time with load; the end with its checks comes after it
/// @param seed   of everything that chance decides, but not of the machine's timing
record Run(String name, Load load, Schedule schedule, Duration length, Rules rules, long seed) {
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(90);
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(90);
    private static final int LOOK_AGAIN_MILLIS = 50;
    private static final int ERRORS_SHOWN = 20;

    record Result(Verdict verdict, Timeline timeline, Path report, History history) {
        @Override
        public String toString() {
            return "%s %s report=%s".formatted(verdict, timeline, report);
        }
    }

    /// Something else that goes on during the load, instead of waiting for its end.
    interface Meanwhile {
        void happen(Workload workload, Nemesis nemesis, NodeApi api) throws Exception;
    }

    Result on(Cluster cluster, Path dir) throws Exception {
        return on(cluster, dir, (workload, nemesis, api) -> nemesis.run(schedule, length));
    }

    /// @param cluster whose nodes do not run yet
    /// @param dir     takes the history and the report
    Result on(Cluster cluster, Path dir, Meanwhile meanwhile) throws Exception {
        Files.createDirectories(dir);
        Path events = dir.resolve("history.bin");
        List<Integer> first =
                IntStream.range(0, cluster.spec().voters()).boxed().toList();
        int shed;
        try (NodeApi api = new NodeApi(IntStream.range(0, cluster.spec().nodes())
                .mapToObj(cluster::address)
                .toList())) {
            for (int node : first) {
                cluster.launch(node);
            }
            awaitReady(cluster, api, first);
            shed = suffer(cluster, api, first, events, meanwhile);
        }
        return report(cluster, dir, events, shed);
    }

    /// @return publishes that were due and not made
    private int suffer(Cluster cluster, NodeApi api, List<Integer> first, Path events, Meanwhile meanwhile)
            throws Exception {
        int shed;
        try (History.Recorder history = new History.Recorder(events);
                Nemesis nemesis = new Nemesis(cluster, api, history, first)) {
            nemesis.awaitRecovery();
            List<Integer> live;
            try (Workload workload = new Workload(load, cluster, api, first.size(), history, seed)) {
                await(STARTS_WITHIN, "all clients are attached", workload::allAreAttached);
                workload.start();
                try {
                    meanwhile.happen(workload, nemesis, api);
                } catch (TimeoutException e) {
                    history.record(micros -> new Event.Violated(
                            micros, Event.Violated.OPERATOR, "the run ended early: " + e.getMessage()));
                }
                live = nemesis.servingMembers();
                workload.finish(live, QUIET_WITHIN);
                shed = workload.shed();
            }
            lookAtAlarms(api, live, history);
        }
        return shed;
    }

    private void awaitReady(Cluster cluster, NodeApi api, List<Integer> nodes) throws Exception {
        for (int node : nodes) {
            await(
                    STARTS_WITHIN,
                    ClusterSpec.name(node) + " serves; its log ends with\n" + tail(cluster.log(node)),
                    () -> {
                        if (!cluster.isRunning(node)) {
                            throw new IOException(
                                    "%s did not start:\n%s".formatted(ClusterSpec.name(node), tail(cluster.log(node))));
                        }
                        return api.notReady(node).isEmpty();
                    });
        }
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    /// Waits until the condition holds.
    ///
    /// @throws TimeoutException when it does not within the time: the run ends, and what was seen is checked
    static void await(Duration within, String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + within.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("not within %s: %s".formatted(within, what));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    private static String tail(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    /// An alarm says that a promise is broken.
    private static void lookAtAlarms(NodeApi api, List<Integer> live, History.Recorder history)
            throws InterruptedException {
        for (int node : live) {
            try {
                long alarms = api.alarms(node);
                if (alarms > 0) {
                    history.record(micros -> new Event.Violated(
                            micros,
                            Event.Violated.OPERATOR,
                            "%s raised %d alarms".formatted(ClusterSpec.name(node), alarms)));
                }
            } catch (IOException e) {
                history.record(micros -> new Event.Violated(
                        micros, Event.Violated.OPERATOR, "%s has no metrics: %s".formatted(ClusterSpec.name(node), e)));
            }
        }
    }

    private Result report(Cluster cluster, Path dir, Path events, int shed) throws IOException {
        History history = History.of(events);
        Verdict verdict = Checker.check(history, rules);
        Timeline timeline = Timeline.of(history);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("seed", Long.toString(seed));
        facts.put("length", length.toString());
        facts.put("load", load.toString());
        facts.put("nodes", cluster.spec().toString());
        facts.put("faults that the cluster can suffer", cluster.abilities().toString());
        facts.put("publishes that were due and not made", (long) shed);
        facts.put("publish latency", timeline.publish().toString());
        facts.put("delivery latency", timeline.delivery().toString());
        facts.put("longest time without an acknowledgement, ms", timeline.longestSilenceMillis());
        facts.put(
                "machine",
                "%d processors, %s, Java %s, load average %.1f"
                        .formatted(
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.name"),
                                System.getProperty("java.version"),
                                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        facts.put("lines of nodes' logs with ERROR", String.join("\n", errors(cluster)));
        RunReport report =
                new RunReport(name, facts, schedule, verdict, timeline, Evidence.of(history, verdict.anomalies()));
        report.write(dir);
        return new Result(verdict, timeline, dir.resolve("report.html"), history);
    }

    private static List<String> errors(Cluster cluster) throws IOException {
        List<String> errors = new ArrayList<>();
        for (int node = 0; node < cluster.spec().nodes(); node++) {
            if (Files.exists(cluster.log(node))) {
                try (Stream<String> lines = Files.lines(cluster.log(node))) {
                    String name = ClusterSpec.name(node);
                    lines.filter(line -> line.contains(" ERROR "))
                            .limit(ERRORS_SHOWN)
                            .forEach(line -> errors.add(name + ": " + line));
                }
            }
        }
        return errors;
    }
}
