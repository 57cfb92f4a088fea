package io.hark.push;

import io.hark.auth.App;
import io.hark.auth.Namespace;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelRouter;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.InMemoryHistoryStore;
import io.hark.channel.Loop;
import io.hark.channel.MemberGrace;
import io.hark.channel.MetaEvent;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.channel.SlotLimits;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.slot.NodeRouter;
import io.hark.slot.SingleNode;
import io.hark.slot.SlotConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A node with one loop and an in-memory store, and devices that take what they are told to take.
final class TestNode implements AutoCloseable {
    static final String APP = "app";
    static final ChannelId NEWS = ChannelId.of(APP, "pushenabled:news");

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Loop loop = new ThreadLoop();
    final InMemoryHistoryStore store = new InMemoryHistoryStore(Duration.ofMinutes(2), Duration.ofMinutes(5));
    final NodeRouter router;
    final PushStore devices;
    final PushJobs jobs;
    final Map<String, App> apps = new HashMap<>();
    final List<MetaEvent> reports = new CopyOnWriteArrayList<>();
    final List<String> pushed = new CopyOnWriteArrayList<>();

    /// What the next attempts come to; nothing more stands for delivered.
    final List<PushOutcome> outcomes = new CopyOnWriteArrayList<>();

    final ChannelRouter pushing;
    PushRunner runner;

    TestNode(PushLimits limits) {
        MemberGrace grace = new MemberGrace(15_000, new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2)));
        SlotConfig config = SlotConfig.of(SlotLimits.DEFAULTS, grace, 64 << 20);
        router = SingleNode.router(List.of(loop), "eu", store, config, System::currentTimeMillis);
        devices = new PushStore(router, limits);
        jobs = new PushJobs(router, limits);
        apps.put(
                APP,
                new App(
                        APP,
                        true,
                        false,
                        List.of(),
                        Map.of("pushenabled", new Namespace("pushenabled", false, false, false, false, false, true)),
                        OptionalInt.empty()));
        pushing = new PushingRouter(router, id -> Optional.ofNullable(apps.get(id)), jobs, limits);
    }

    private final class ThreadLoop implements Loop {
        private volatile Thread own;

        @Override
        public boolean inLoop() {
            return Thread.currentThread() == own;
        }

        @Override
        public void execute(Runnable task) {
            thread.execute(() -> {
                own = Thread.currentThread();
                task.run();
            });
        }
    }

    /// From now on what waits is delivered.
    void run() {
        PushTransport transport = (app, recipient, payload, id) -> {
            if (!outcomes.isEmpty()) {
                return outcomes.removeFirst();
            }
            pushed.add(Recipient.apnsToken(recipient).orElseThrow());
            return new PushOutcome.Delivered();
        };
        runner = new PushRunner(
                devices,
                new PushDelivery(devices, Map.of("apns", transport), reports::add),
                id -> Optional.ofNullable(apps.get(id)));
        router.listen(runner);
    }

    static Device device(String id, Optional<String> clientId) {
        return new Device(
                id,
                clientId,
                "ios",
                "phone",
                Map.of(),
                Optional.of("secret"),
                Map.of("transportType", "apns", "deviceToken", id),
                Device.State.ACTIVE,
                Optional.empty(),
                0);
    }

    void register(String id, String clientId) throws PushRefusal {
        Device device = device(id, Optional.of(clientId).filter(text -> !text.isEmpty()));
        devices.update(APP, id, before -> device);
    }

    void subscribe(Subscription.Subject subject) throws PushRefusal {
        devices.subscribe(APP, new Subscription(NEWS.name(), subject));
    }

    /// Publishes with a notification, and waits until that is acknowledged.
    PublishResult publish(String id) {
        Message message = Message.of(Optional.of(id), Payload.text(id))
                .withExtras(Map.of("push", Map.of("notification", Map.of("title", id))));
        CompletableFuture<PublishResult> result = new CompletableFuture<>();
        pushing.publish(
                new Publish(
                        NEWS,
                        Optional.of(new IdHash(1, id.hashCode())),
                        true,
                        Optional.empty(),
                        new MessageBatch(id, Optional.empty(), 0, List.of(message)),
                        new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2)),
                        false),
                new ReplyTo<>(Runnable::run, result::complete));
        return result.orTimeout(10, TimeUnit.SECONDS).join();
    }

    static void eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not come to that in time");
            }
            Thread.onSpinWait();
        }
    }

    List<String> waiting() throws PushRefusal {
        List<String> keys = new ArrayList<>();
        for (int shard = 0; shard < RowKeys.SHARDS; shard++) {
            keys.addAll(devices.rows().keys(RowKeys.shard(APP, shard), RowKeys.allJobs(), 1));
        }
        return keys;
    }

    boolean hasNothingWaiting() {
        try {
            return waiting().isEmpty();
        } catch (PushRefusal refusal) {
            throw new AssertionError(refusal);
        }
    }

    @Override
    public void close() {
        if (runner != null) {
            runner.close();
        }
        thread.shutdownNow();
    }
}
