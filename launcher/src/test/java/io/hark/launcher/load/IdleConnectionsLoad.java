package io.hark.launcher.load;

import static io.hark.launcher.load.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.jepsen.ClientGroup;
import io.hark.launcher.jepsen.ClientListener;
import io.hark.launcher.jepsen.NodeProcess;
import io.hark.launcher.jepsen.ProtocolClient;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ServerMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Very many clients that do nothing, each attached to a channel of its own: how fast they come, and what one
/// costs.
///
/// The long form holds 18,000, about as many as a process here may have descriptors for:
///
/// ```
/// ./mvnw -q -pl launcher test -Dtest=IdleConnectionsLoad -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
@EnabledOnOs(OS.LINUX)
class IdleConnectionsLoad {
    private static final int WARM = 500;
    private static final int CONNECTING_MAX = 200;
    private static final int PER_SOURCE_ADDRESS = 6_000;
    private static final long HEAP_BYTES_PER_CONNECTION_MAX = 24 << 10;

    @TempDir
    Path dir;

    private final AtomicInteger attached = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();
    private final Semaphore connecting = new Semaphore(CONNECTING_MAX);

    @Test
    void idleConnectionsCostLittle() throws Exception {
        run(1_500, Duration.ofSeconds(1));
    }

    @Test
    @Tag("long")
    void eighteenThousandIdleConnectionsStay() throws Exception {
        run(18_000, Duration.ofSeconds(40));
    }

    private void run(int count, Duration idle) throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, List.of(), "-Xmx1g");
                ClientGroup clients = new ClientGroup(node.port(), 1)) {
            List<ProtocolClient> warm = connect(node, clients, 0, WARM);
            long heapBefore = node.heapBytesAfterGc();
            long rssBefore = node.rssBytes();

            long start = System.nanoTime();
            connect(node, clients, WARM, WARM + count);
            double seconds = (System.nanoTime() - start) / 1e9;
            long heap = (node.heapBytesAfterGc() - heapBefore) / count;
            long rss = (node.rssBytes() - rssBefore) / count;
            TimeUnit.MILLISECONDS.sleep(idle.toMillis());
            String metrics = node.metrics();

            System.out.printf(
                    "IdleConnectionsLoad connections=%d connectsPerSecond=%.0f bytesPerConnection heap=%d rss=%d"
                            + " nodeRssMB=%d idleSeconds=%d faults=%d%n",
                    count, count / seconds, heap, rss, node.rssBytes() >> 20, idle.toSeconds(), faults.get());
            assertThat(metrics).containsPattern("(?m)^hark_connections(\\{.*})? %d\\.0$".formatted(WARM + count));
            assertThat(faults).hasValue(0);
            assertThat(heap).isLessThan(HEAP_BYTES_PER_CONNECTION_MAX);
            warm.forEach(ProtocolClient::close);
        }
    }

    private List<ProtocolClient> connect(NodeProcess node, ClientGroup clients, int from, int to) throws Exception {
        List<ProtocolClient> all = new ArrayList<>();
        for (int i = from; i < to; i++) {
            connecting.acquire();
            String localAddress = "127.0.0." + (2 + i / PER_SOURCE_ADDRESS);
            ProtocolClient client = clients.client(
                    new ProtocolClient.Options(
                            node.key(), Format.MSGPACK, "&heartbeats=false", Optional.of(localAddress)),
                    new Idler());
            client.attach("idle-" + i);
            client.connect();
            all.add(client);
        }
        eventually("all are attached", Duration.ofSeconds(120), () -> attached.get() == to);
        return all;
    }

    /// Any thread: counts attaches, and whatever else happens as a fault.
    private final class Idler implements ClientListener {
        @Override
        public void attached(ServerMessage.Attached frame, Optional<String> sent) {
            attached.incrementAndGet();
            connecting.release();
        }

        @Override
        public void disconnected(ErrorInfo reason) {
            faults.incrementAndGet();
        }

        @Override
        public void failed(Optional<String> channel, ErrorInfo error) {
            faults.incrementAndGet();
        }

        @Override
        public void violated(String rule) {
            faults.incrementAndGet();
        }
    }
}
