package io.hark.push;

import io.hark.auth.AppDirectory;
import io.hark.channel.ChannelRouter;
import io.hark.channel.RowsRouter;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/// Handle: push notifications of a node, put together. Any thread.
public final class Push implements AutoCloseable {
    /// Notifications of one batch, each of their recipients counted.
    public static final int BATCH_MAX = 10_000;

    private static final int CALLS_MAX = 1_000;

    private final PushConfig config;
    private final PushStore store;
    private final PushJobs jobs;
    private final PushRunner runner;
    private final PushingRouter router;
    private final Outbound outbound;
    private final Supplier<String> randomIds;
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("hark-push-call-", 0).factory());

    /// @param own       channels that devices may be reached by
    /// @param randomIds some ten URL-safe characters, never the same twice
    public Push(
            PushConfig config,
            ChannelRouter channels,
            RowsRouter rows,
            AppDirectory apps,
            OwnChannels own,
            InstantSource clock,
            Supplier<String> randomIds) {
        this.config = config;
        this.randomIds = randomIds;
        this.outbound = new Outbound(config.privateTargets());
        this.store = new PushStore(rows, config.limits());
        this.jobs = new PushJobs(rows, config.limits());
        FcmTransport fcm = new FcmTransport(config, outbound, clock);
        Map<String, PushTransport> transports = new LinkedHashMap<>();
        transports.put("ablyChannel", new ChannelTransport(own, outbound));
        transports.put("web", new WebTransport(store, outbound, clock, config.contact()));
        transports.put("fcm", fcm);
        transports.put("gcm", fcm);
        transports.put("apns", new ApnsTransport(config, outbound, clock));
        this.runner = new PushRunner(store, new PushDelivery(store, transports, channels::report), apps);
        this.router = new PushingRouter(channels, apps, jobs, config.limits());
    }

    /// To be told of rows.
    public PushRunner runner() {
        return runner;
    }

    /// For those who publish.
    public ChannelRouter router() {
        return router;
    }

    /// What waits for other nodes, on a thread of its own.
    public interface Call<T> {
        /// Blocking.
        T run(PushStore store) throws PushRefusal;
    }

    /// Value: what came of a call.
    public sealed interface Result<T> {
        record Ok<T>(T value) implements Result<T> {}

        record Refused<T>(ErrorInfo error) implements Result<T> {}
    }

    /// Runs the call on a thread that may wait; refuses it when too many do.
    public <T> CompletionStage<Result<T>> call(Call<T> call) {
        if (!calls.tryAcquire()) {
            return CompletableFuture.completedStage(new Result.Refused<>(ErrorCode.OVERLOADED.info(
                    "more than %d requests about push wait; try again".formatted(CALLS_MAX))));
        }
        return CompletableFuture.supplyAsync(() -> run(call), threads);
    }

    private <T> Result<T> run(Call<T> call) {
        try {
            return new Result.Ok<>(call.run(store));
        } catch (PushRefusal refusal) {
            return new Result.Refused<>(refusal.error());
        } finally {
            calls.release();
        }
    }

    /// Value: what is to be pushed, and to whom.
    ///
    /// @param recipients as [#recipient] gives them
    public record Notification(List<Map<String, Object>> recipients, PushPayload payload) {
        public Notification {
            recipients = List.copyOf(recipients);
        }

        /// Without the addresses and keys by which they are reached.
        @Override
        public String toString() {
            return "Notification[to " + recipients.size() + "]";
        }
    }

    /// Checks a recipient that a publisher names: `{deviceId}`, `{clientId}`, or a device's own.
    public static Map<String, Object> recipient(Object value) throws PushRefusal {
        Map<String, Object> recipient =
                Trees.object(value).orElseThrow(() -> Recipient.refusal("the recipient must be an object"));
        for (String name : List.of("deviceId", "clientId")) {
            if (Trees.textIn(recipient, name).isPresent()) {
                return Map.of(name, Trees.textIn(recipient, name).get());
            }
        }
        if (Trees.textIn(recipient, "transportType").isEmpty()) {
            throw Recipient.refusal("the recipient must have a deviceId, a clientId or a transportType");
        }
        return Recipient.check(recipient);
    }

    public PushPayload payload(Map<String, Object> tree) throws PushRefusal {
        return PushPayload.of(tree, config.limits().payloadBytesMax());
    }

    /// Keeps notifications to be delivered: once it returns they will be, or told of on the metachannel.
    ///
    /// Blocking.
    public void publish(String app, List<Notification> notifications) throws PushRefusal {
        List<PushJob> all = new ArrayList<>();
        for (Notification notification : notifications) {
            List<Map<String, Object>> recipients = notification.recipients();
            for (int from = 0; from < recipients.size(); from += PushJob.RECIPIENTS_MAX) {
                int to = Math.min(recipients.size(), from + PushJob.RECIPIENTS_MAX);
                all.add(new PushJob(
                        randomIds.get(),
                        new PushJob.Target.Named(recipients.subList(from, to)),
                        notification.payload()));
            }
        }
        jobs.addAll(app, all);
    }

    @Override
    public void close() {
        runner.close();
        threads.shutdownNow();
        outbound.close();
    }
}
