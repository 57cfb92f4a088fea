package io.hark.sdk;

import static io.hark.sdk.Clients.options;
import static io.hark.sdk.Recorder.gaps;
import static io.hark.sdk.Recorder.texts;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Publishers and subscribers, quick and slow, one of them present, over a network that fails by chance:
/// everything arrives once, in order, and whoever entered is there.
class RandomCutsTest {
    private static final int SEEDS = 200;
    private static final int STEPS = 120;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everythingArrivesOnceAndInOrder(boolean forgetful) {
        for (long seed = 0; seed < SEEDS; seed++) {
            run(seed, forgetful);
        }
    }

    private static void run(long seed, boolean forgetful) {
        VirtualEnvironment world = new VirtualEnvironment(seed);
        FakeNode node = world.node();
        Random random = new Random(seed);
        HarkOptions options = options().withLimits(Limits.DEFAULTS.withBufferMessagesMax(1 + random.nextInt(6)));
        HarkClient publisher = HarkClient.connect(options, world);
        HarkClient subscriber = HarkClient.connect(options, world);
        Recorder<Delivery<String>> quick = Recorder.greedy();
        Recorder<Delivery<String>> slow = Recorder.asking(1);
        subscriber.channel("c", Codec.text()).messages().subscribe(quick);
        subscriber.channel("c", Codec.text()).messages().subscribe(slow);
        world.settle();

        List<Object> all = new ArrayList<>();
        List<CompletableFuture<PublishResult>> published = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(9)) {
                case 0 -> node.cut();
                case 1 -> node.losesAcks(1 + random.nextInt(2));
                case 2 -> {
                    if (forgetful) {
                        node.forgetsConnections();
                    }
                }
                case 3 -> world.advance(Duration.ofMillis(random.nextInt(700)));
                case 4 -> slow.request(1 + random.nextInt(5));
                case 5 -> subscriber.channel("c", Codec.text()).presence().enterAs("ann", "step " + step);
                default -> {
                    all.add("m" + all.size());
                    published.add(publisher.channel("c", Codec.text()).publish("e", (String) all.getLast()));
                }
            }
            if (random.nextBoolean()) {
                world.settle();
            }
        }
        node.losesAcks(0);
        CompletableFuture<Void> entered =
                subscriber.channel("c", Codec.text()).presence().enterAs("ann", "last");
        slow.request(Long.MAX_VALUE);
        world.advance(Duration.ofSeconds(100));

        assertThat(published).as("seed %d", seed).allMatch(CompletableFuture::isDone);
        assertThat(node.stored("c")).as("stored, seed %d", seed).isEqualTo(all);
        assertThat(texts(quick)).as("quick, seed %d", seed).isEqualTo(all);
        assertThat(texts(slow)).as("slow, seed %d", seed).isEqualTo(all);
        assertThat(entered).as("seed %d", seed).isCompleted();
        assertThat(node.members("c"))
                .as("members, seed %d", seed)
                .containsKey(((ConnectionState.Connected) subscriber.state()).connectionId() + ":ann");
        assertThat(gaps(quick)).as("seed %d", seed).isEmpty();
        assertThat(gaps(slow)).as("seed %d", seed).isEmpty();
    }
}
