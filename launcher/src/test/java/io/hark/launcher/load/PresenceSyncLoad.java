package io.hark.launcher.load;

import static io.hark.launcher.load.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.CompletionListener;
import io.ably.lib.types.ClientOptions;
import io.ably.lib.types.ErrorInfo;
import io.ably.lib.types.PresenceMessage;
import io.ably.lib.util.Log;
import io.hark.launcher.jepsen.ClientGroup;
import io.hark.launcher.jepsen.ClientListener;
import io.hark.launcher.jepsen.NodeProcess;
import io.hark.launcher.jepsen.ProtocolClient;
import io.hark.protocol.Format;
import io.hark.protocol.ServerMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A channel with very many members: how long the official SDK takes to know them all, and whether a crowd that
/// attaches delays what is published on the channel meanwhile.
///
/// The long form has 10,000 members and a crowd of 1,000:
///
/// ```
/// ./mvnw -q -pl launcher test -Dtest=PresenceSyncLoad -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
class PresenceSyncLoad {
    private static final String CHANNEL = "crowded";
    private static final int ENTERING_CLIENTS = 10;
    private static final int ENTERING_MAX = 500;
    private static final int ATTACHING_MAX = 100;
    private static final int MESSAGES_A_SECOND = 100;
    private static final Duration SOON = Duration.ofSeconds(120);

    @TempDir
    Path dir;

    private final NumberedReader reader = new NumberedReader();
    private final NumberedPublisher publisher = new NumberedPublisher(CHANNEL, 100);
    private final AtomicInteger refused = new AtomicInteger();

    @Test
    void aCrowdAttachesToAChannelOfManyMembers() throws Exception {
        run(1_000, 50);
    }

    @Test
    @Tag("long")
    void aCrowdOfAThousandAttachesToAChannelOfTenThousandMembers() throws Exception {
        run(10_000, 1_000);
    }

    private void run(int members, int crowd) throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, List.of("limits: {presenceMembersMax: " + members + "}"));
                ClientGroup clients = new ClientGroup(node.port(), 1);
                ClientGroup attaching = new ClientGroup(node.port(), 2)) {
            ProtocolClient reading = clients.client(ProtocolClient.Options.of(node.key(), Format.MSGPACK), reader);
            reading.attach(CHANNEL);
            reading.connect();
            ProtocolClient publishing =
                    clients.client(ProtocolClient.Options.of(node.key(), Format.MSGPACK), publisher);
            publishing.connect();
            eventually("the reader is attached", SOON, reader::isAttached);

            long start = System.nanoTime();
            List<AblyRealtime> entered = enter(node, members);
            long enterMillis = millisSince(start);
            long jsonSyncMillis = sync(node, false, members);
            long msgpackSyncMillis = sync(node, true, members);

            Histogram calm = publishDuring(publishing, () -> TimeUnit.SECONDS.sleep(1));
            start = System.nanoTime();
            Histogram crowded = publishDuring(publishing, () -> attach(node, attaching, crowd, members));
            long attachMillis = millisSince(start);

            System.out.printf(
                    "PresenceSyncLoad members=%d enterMillis=%d syncMillis json=%d msgpack=%d crowd=%d"
                            + " attachMillis=%d publishedMicros calm p50=%d p99=%d, crowded p50=%d p99=%d max=%d"
                            + " messages=%d refused=%d%n",
                    members,
                    enterMillis,
                    jsonSyncMillis,
                    msgpackSyncMillis,
                    crowd,
                    attachMillis,
                    calm.getValueAtPercentile(50),
                    calm.getValueAtPercentile(99),
                    crowded.getValueAtPercentile(50),
                    crowded.getValueAtPercentile(99),
                    crowded.getMaxValue(),
                    publisher.published(),
                    publisher.refused());
            assertThat(refused).hasValue(0);
            assertThat(publisher.refused()).isZero();
            assertThat(reader.faults()).isEmpty();
            entered.forEach(AblyRealtime::close);
        }
    }

    /// What runs beside the publisher.
    private interface Meanwhile {
        void run() throws Exception;
    }

    /// @return how old messages were when they came, in microseconds
    private Histogram publishDuring(ProtocolClient publishing, Meanwhile meanwhile) throws Exception {
        reader.takeMicros();
        Thread publishes = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                publisher.publish(publishing, MESSAGES_A_SECOND / 10, Duration.ofMillis(100));
            }
        });
        meanwhile.run();
        publishes.interrupt();
        publishes.join();
        eventually("all messages came", SOON, () -> reader.count() == publisher.published());
        return reader.takeMicros();
    }

    private List<AblyRealtime> enter(NodeProcess node, int members) throws Exception {
        Semaphore entering = new Semaphore(ENTERING_MAX);
        List<AblyRealtime> clients = new ArrayList<>();
        for (int c = 0; c < ENTERING_CLIENTS; c++) {
            AblyRealtime client = client(node, true);
            clients.add(client);
            Channel channel = client.channels.get(CHANNEL);
            for (int i = c; i < members; i += ENTERING_CLIENTS) {
                entering.acquire();
                channel.presence.enterClient("member-" + i, "here since " + i, answered(entering));
            }
        }
        entering.acquire(ENTERING_MAX);
        assertThat(refused).hasValue(0);
        return clients;
    }

    private CompletionListener answered(Semaphore entering) {
        return new CompletionListener() {
            @Override
            public void onSuccess() {
                entering.release();
            }

            @Override
            public void onError(ErrorInfo reason) {
                refused.incrementAndGet();
                entering.release();
            }
        };
    }

    /// @return milliseconds from attach to a complete presence set
    private static long sync(NodeProcess node, boolean binary, int members) throws Exception {
        try (AblyRealtime client = client(node, binary)) {
            Channel channel = client.channels.get(CHANNEL);
            eventually("connected", SOON, () -> client.connection.id != null);
            long start = System.nanoTime();
            PresenceMessage[] known = channel.presence.get(true);
            long millis = millisSince(start);
            assertThat(Arrays.stream(known).map(member -> member.clientId).distinct())
                    .hasSize(members);
            return millis;
        }
    }

    private static AblyRealtime client(NodeProcess node, boolean binary) throws Exception {
        ClientOptions options = new ClientOptions(node.key());
        options.restHost = "localhost";
        options.realtimeHost = "localhost";
        options.port = node.port();
        options.tls = false;
        options.useBinaryProtocol = binary;
        options.logLevel = Log.NONE;
        return new AblyRealtime(options);
    }

    private void attach(NodeProcess node, ClientGroup attaching, int crowd, int members) throws Exception {
        Semaphore free = new Semaphore(ATTACHING_MAX);
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < crowd; i++) {
            free.acquire();
            ProtocolClient client = attaching.client(
                    ProtocolClient.Options.of(node.key(), i % 2 == 0 ? Format.JSON : Format.MSGPACK),
                    new Newcomer(members, () -> {
                        done.incrementAndGet();
                        free.release();
                    }));
            client.attach(CHANNEL);
            client.connect();
        }
        eventually("the crowd knows all members", SOON, () -> done.get() == crowd);
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    /// Handle: waits until it knows every member. Its client's thread.
    private static final class Newcomer implements ClientListener {
        private final Set<String> known = new HashSet<>();
        private final int members;
        private final Runnable complete;

        Newcomer(int members, Runnable complete) {
            this.members = members;
            this.complete = complete;
        }

        @Override
        public void synced(ServerMessage.Sync frame) {
            frame.presence().forEach(member -> known.add(member.clientId().orElseThrow()));
            if (frame.channelSerial().endsWith(":")) {
                assertThat(known).hasSize(members);
                complete.run();
            }
        }
    }
}
