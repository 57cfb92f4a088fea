package io.hark.launcher.load;

import static io.hark.launcher.load.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import io.hark.launcher.jepsen.ClientGroup;
import io.hark.launcher.jepsen.ProtocolClient;
import io.hark.protocol.Format;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// Hostile bytes over real sockets, while a bystander's connection lives on. `-Dhark.fuzz.cases=1000000`
/// runs more than the usual 100,000 cases, `-Dhark.fuzz.seed=N` others.
class FrontendFuzzTest {
    private static final int ATTACKERS = 4;
    private static final Duration SOON = Duration.ofSeconds(20);
    /// A comet client whose request is answered may take its time with the next one.
    private static final Duration SILENT_CLIENT_GONE = Duration.ofSeconds(60);

    private static final long HEAP_GROWTH_BYTES_MAX = 64L << 20;
    private static final long DIRECT_GROWTH_BYTES_MAX = 64L << 20;

    @TempDir
    Path dir;

    private final int cases = Integer.getInteger("hark.fuzz.cases", 100_000);
    private final long seed = Long.getLong("hark.fuzz.seed", 20261122);
    private final ListAppender<ILoggingEvent> errors = new ListAppender<>();
    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();

    @BeforeEach
    void listen() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        errors.start();
        logger("ROOT").addAppender(errors);
        // Refusals are logged once each, which is too much here.
        logger("io.hark").setLevel(Level.ERROR);
    }

    @AfterEach
    void listenNoMore() {
        ResourceLeakDetector.setLevel(levelBefore);
        logger("ROOT").detachAppender(errors);
        logger("io.hark").setLevel(null);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @Test
    void hostileBytesAreAnsweredWithACodeAndHarmNobodyElse() throws Exception {
        try (Node node = Node.start(NodeConfig.dev(dir, 0));
                ClientGroup clients = new ClientGroup(node.port(), seed)) {
            String key = node.devKey().orElseThrow();
            NumberedReader witness = new NumberedReader();
            ProtocolClient witnessing = clients.client(ProtocolClient.Options.of(key, Format.JSON), witness);
            witnessing.attach("witness");
            witnessing.connect();
            NumberedPublisher publisher = new NumberedPublisher("witness", 100);
            ProtocolClient publishing = clients.client(ProtocolClient.Options.of(key, Format.MSGPACK), publisher);
            publishing.connect();
            eventually("the witness is attached", SOON, witness::isAttached);

            attack(node.port(), key, cases / 5, seed);
            long heapBefore = heapBytesAfterGc();
            long directBefore = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            AtomicInteger done = new AtomicInteger();
            Thread publishes = Thread.ofPlatform().start(() -> {
                while (done.get() == 0) {
                    publisher.publish(publishing, 5, Duration.ofMillis(100));
                }
            });
            long start = System.nanoTime();
            String summary = attack(node.port(), key, cases - cases / 5, seed + 1);
            double seconds = (System.nanoTime() - start) / 1e9;
            done.incrementAndGet();
            publishes.join();
            long heapAfter = heapBytesAfterGc();
            long directAfter = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();

            System.out.printf(
                    "FrontendFuzzTest cases=%d seed=%d casesPerSecond=%.0f %s heapMB %d -> %d directMB %d -> %d"
                            + " witnessed=%d%n",
                    cases,
                    seed,
                    cases * 0.8 / seconds,
                    summary,
                    heapBefore >> 20,
                    heapAfter >> 20,
                    directBefore >> 20,
                    directAfter >> 20,
                    witness.count());
            eventually("the witness has every message", SOON, () -> witness.count() == publisher.published());
            // A message may be delivered before it is acknowledged.
            eventually("every publish is accepted", SOON, () -> publisher.accepted() == publisher.published());
            assertThat(witness.faults()).isEmpty();
            assertThat(witness.connects()).isEqualTo(1);
            eventually("only the bystanders are connected", SILENT_CLIENT_GONE, () -> {
                String metrics = metrics(node.port());
                return metrics.contains("\nhark_connections 2.0\n") && metrics.contains("\nhark_streams 0.0\n");
            });
            assertThat(heapAfter - heapBefore).isLessThan(HEAP_GROWTH_BYTES_MAX);
            assertThat(directAfter - directBefore).isLessThan(DIRECT_GROWTH_BYTES_MAX);
        }
        assertThat(errors.list.stream()
                        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                        .map(event -> event.getLoggerName() + ": " + event.getFormattedMessage()
                                + (event.getThrowableProxy() == null
                                        ? ""
                                        : " " + event.getThrowableProxy().getMessage())))
                .isEmpty();
    }

    private String attack(int port, String key, int count, long attackSeed) throws Exception {
        List<Future<Attacker>> attackers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(ATTACKERS)) {
            for (int i = 0; i < ATTACKERS; i++) {
                Attacker attacker = new Attacker(port, key, attackSeed * ATTACKERS + i);
                attackers.add(threads.submit(() -> {
                    attacker.run(count / ATTACKERS);
                    return attacker;
                }));
            }
        }
        Attacker all = attackers.getFirst().get();
        for (Future<Attacker> other : attackers.subList(1, attackers.size())) {
            all.add(other.get());
        }
        assertThat(all.findings()).isEmpty();
        return all.toString();
    }

    /// Collects often enough that the leak detector's references are seen as well.
    private static long heapBytesAfterGc() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static String metrics(int port) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(port)))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
