package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.jepsen.HttpProbes.Probe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What clients of a node see that has lost the others of its region, and what becomes of their publishes.
class MinorityJepsen {
    private static final int NODES = 3;
    private static final int MINORITY = 0;
    private static final int MAJORITY = 1;
    private static final Load LOAD = new Load(200, 9, 0.05, 20, 30, 0, 0, Load.PLAIN_AND_PERSISTED);
    private static final Duration REFUSES_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWERS_AT_ONCE = Duration.ofSeconds(1);
    private static final Duration SERVES_AGAIN_WITHIN = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int REFUSALS_AWAITED = 20;
    private static final int DISCONNECTED = 80003;
    private static final int OVERLOADED = 50003;

    private final long seed = Bench.seed();

    @Test
    void aNodeThatIsCutOffSendsItsClientsElsewhereAndComesBackByItself() throws Exception {
        Path dir = Bench.dir("minority");
        Run run = new Run("Minority", LOAD, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, seed);
        Sight sight = new Sight();
        Run.Result result;
        try (Cluster cluster = Bench.inNamespaces(ClusterSpec.of(NODES).startingFast(), dir, false)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                try (LoyalClient loyal = new LoyalClient(cluster.address(MINORITY), seed);
                        HttpProbes probes = new HttpProbes(api, MINORITY)) {
                    cutOff(workload, nemesis, loyal, probes, sight);
                    nemesis.awaitRecovery();
                    loyal.stopPublishing();
                    Run.await(PATIENCE, "the loyal client has all its answers", loyal::isAnswered);
                    sight.lookAt(loyal, probes);
                    List<String> stored = names(api, HttpProbes.CHANNEL);
                    assertThat(stored).containsExactlyInAnyOrderElementsOf(probes.names());
                    assertThat(names(api, LoyalClient.CHANNEL)).containsExactlyElementsOf(loyal.published());
                }
            });
        }
        Crowd crowd = Crowd.of(result.history(), sight.cutMicros.get(), sight.healedMicros.get());
        System.out.printf("MinorityJepsen %s %s %s seed=%d%n", sight, crowd, result, seed);
        sight.check();
        crowd.check();
        assertThat(result.verdict().failures()).as(result.toString()).isZero();
        assertThat(result.verdict().acked()).isEqualTo(result.verdict().published());
        Bench.tidy(dir);
    }

    private static void cutOff(Workload workload, Nemesis nemesis, LoyalClient loyal, HttpProbes probes, Sight sight)
            throws Exception {
        Run.await(
                PATIENCE,
                "everybody publishes",
                () -> workload.answered() >= LOAD.perSecond() && loyal.hasAnswers() && probes.accepted() > 0);
        sight.cutMicros.set(nemesis.micros());
        sight.cutNanos.set(System.nanoTime());
        nemesis.suffer(new Fault.Isolate(MINORITY, Cluster.Cut.BOTH_WAYS), () -> {
            Run.await(
                    PATIENCE,
                    "the loyal client is sent away",
                    () -> loyal.sentAway().isPresent());
            Run.await(PATIENCE, "the minority refuses", () -> probes.refused() >= REFUSALS_AWAITED);
            int answered = workload.answered();
            Run.await(PATIENCE, "the majority goes on", () -> workload.answered() >= answered + 2 * LOAD.perSecond());
            probes.stop();
            sight.healNanos.set(System.nanoTime());
        });
        sight.healedMicros.set(nemesis.micros());
        Run.await(PATIENCE, "the minority takes what it refused", probes::repeatAll);
        sight.httpAgainNanos.set(System.nanoTime());
        Run.await(
                PATIENCE,
                "the loyal client is back",
                () -> loyal.connectedNanos().isPresent());
        sight.webSocketAgainNanos.set(loyal.connectedNanos().orElseThrow());
    }

    /// Of all that is stored on a channel, as the majority tells it.
    private static List<String> names(NodeApi api, String channel) throws Exception {
        List<String> names = new ArrayList<>();
        api.history(MAJORITY, channel, message -> names.add(message.name().orElse("")));
        return names;
    }

    /// What those saw who know no other node, in times since the cut.
    private static final class Sight {
        private final AtomicLong cutMicros = new AtomicLong();
        private final AtomicLong healedMicros = new AtomicLong();
        private final AtomicLong cutNanos = new AtomicLong();
        private final AtomicLong healNanos = new AtomicLong();
        private final AtomicLong httpAgainNanos = new AtomicLong();
        private final AtomicLong webSocketAgainNanos = new AtomicLong();
        private final List<Probe> probes = new ArrayList<>();
        private LoyalClient.SentAway sentAway = new LoyalClient.SentAway(0, 0);
        private boolean resumed;
        private long acceptedWhileCut;

        void lookAt(LoyalClient loyal, HttpProbes all) {
            sentAway = loyal.sentAway().orElseThrow();
            resumed = loyal.isResumed();
            acceptedWhileCut = loyal.acceptedBetween(cutNanos.get(), healNanos.get());
            all.askedFrom(cutNanos.get()).forEach(probes::add);
        }

        private long millis(long nanos, AtomicLong since) {
            return (nanos - since.get()) / 1_000_000;
        }

        private boolean isLate(Probe probe) {
            long limit =
                    Math.max(probe.askedNanos() + ANSWERS_AT_ONCE.toNanos(), cutNanos.get() + REFUSES_WITHIN.toNanos());
            return probe.answeredNanos() > limit;
        }

        void check() {
            assertThat(sentAway.code()).isEqualTo(DISCONNECTED);
            assertThat(millis(sentAway.nanos(), cutNanos)).isLessThan(REFUSES_WITHIN.toMillis());
            assertThat(resumed).as("the connection is the one from before").isTrue();
            assertThat(probes).filteredOn(this::isLate).isEmpty();
            assertThat(probes)
                    .allMatch(probe -> probe.status() == 201
                            || (probe.status() == 503 || probe.status() == 504) && probe.code() == OVERLOADED);
            assertThat(probes)
                    .filteredOn(probe -> probe.askedNanos() > cutNanos.get() + REFUSES_WITHIN.toNanos())
                    .isNotEmpty()
                    .allMatch(probe -> probe.status() == 503);
            assertThat(millis(httpAgainNanos.get(), healNanos)).isLessThan(SERVES_AGAIN_WITHIN.toMillis());
            assertThat(millis(webSocketAgainNanos.get(), healNanos)).isLessThan(SERVES_AGAIN_WITHIN.toMillis());
        }

        @Override
        public String toString() {
            Map<Integer, Integer> statuses = new HashMap<>();
            long firstRefusal = Long.MAX_VALUE;
            long lastWait = 0;
            for (Probe probe : probes) {
                statuses.merge(probe.status(), 1, Integer::sum);
                lastWait = Math.max(lastWait, probe.answeredNanos() - probe.askedNanos());
                firstRefusal = probe.status() == 503 ? Math.min(firstRefusal, probe.answeredNanos()) : firstRefusal;
            }
            return ("webSocketSentAwayMillis=%d code=%d acceptedWhileCut=%d http503Millis=%d httpAnswers=%s"
                            + " httpLongestWaitMillis=%d httpServesAgainMillis=%d webSocketServesAgainMillis=%d")
                    .formatted(
                            millis(sentAway.nanos(), cutNanos),
                            sentAway.code(),
                            acceptedWhileCut,
                            millis(firstRefusal, cutNanos),
                            statuses,
                            lastWait / 1_000_000,
                            millis(httpAgainNanos.get(), healNanos),
                            millis(webSocketAgainNanos.get(), healNanos));
        }
    }

    /// Confined: what the clients of the load saw that were connected to the minority at the cut, and may go
    /// elsewhere.
    private static final class Crowd {
        private final long cutMicros;
        private final long healedMicros;
        private final Map<Integer, Integer> nodes = new HashMap<>();
        private final Set<Integer> clients = new HashSet<>();
        private final Set<Integer> sentAway = new HashSet<>();
        private final Set<Integer> codes = new HashSet<>();
        private long lastSentAwayMillis;

        /// Publishes that the minority acknowledged after the cut had begun.
        private int acked;

        private long lastAckedMillis;

        private Crowd(long cutMicros, long healedMicros) {
            this.cutMicros = cutMicros;
            this.healedMicros = healedMicros;
        }

        static Crowd of(History history, long cutMicros, long healedMicros) {
            Crowd crowd = new Crowd(cutMicros, healedMicros);
            history.forEach(crowd::see);
            return crowd;
        }

        private void see(Event event) {
            boolean isCut = event.micros() > cutMicros && event.micros() < healedMicros;
            long sinceCut = (event.micros() - cutMicros) / 1_000;
            if (event instanceof Event.Connected connected) {
                nodes.put(connected.client(), connected.node());
            } else if (isCut && clients.isEmpty()) {
                nodes.keySet().stream()
                        .filter(client -> nodes.get(client) == MINORITY)
                        .forEach(clients::add);
            }
            if (isCut
                    && event instanceof Event.Disconnected(long micros, int client, int code)
                    && clients.contains(client)
                    && sentAway.add(client)) {
                codes.add(code);
                lastSentAwayMillis = sinceCut;
            }
            if (isCut && event instanceof Event.Accepted accepted) {
                int client = LOAD.subscribers() + MessageKey.publisher(accepted.message());
                if (clients.contains(client) && !sentAway.contains(client)) {
                    acked++;
                    lastAckedMillis = sinceCut;
                }
            }
        }

        void check() {
            assertThat(clients).hasSizeGreaterThanOrEqualTo(LOAD.clients() / NODES - 1);
            assertThat(sentAway).isEqualTo(clients);
            assertThat(codes).containsExactly(DISCONNECTED);
            assertThat(lastSentAwayMillis).isLessThan(REFUSES_WITHIN.toMillis());
        }

        @Override
        public String toString() {
            return "crowd=%d sentAway=%d lastSentAwayMillis=%d codes=%s ackedByMinority=%d lastAckedMillis=%d"
                    .formatted(clients.size(), sentAway.size(), lastSentAwayMillis, codes, acked, lastAckedMillis);
        }
    }
}
