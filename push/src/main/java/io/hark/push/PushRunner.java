package io.hark.push;

import io.hark.auth.AppDirectory;
import io.hark.channel.ChannelId;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsListener;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead.Range;
import io.hark.channel.RowsResult;
import io.hark.channel.StateChange;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import io.hark.push.PushJob.Target;
import io.hark.push.Subscription.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: delivers what waits in the shards that this node owns. Each job is on a virtual thread of its
/// own; how many work at once is bounded, for the node and for each app.
///
/// A job stays until all its recipients are done, and says how far it has come after each page of them:
/// who takes over a shard begins there (ADR 17).
public final class PushRunner implements RowsListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PushRunner.class);
    private static final int JOBS_AT_ONCE = 256;
    private static final int JOBS_OF_APP_AT_ONCE = 32;

    /// Subscriptions between two notes of how far a job has come.
    private static final int PAGE = 100;

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final PushStore store;
    private final PushDelivery delivery;
    private final AppDirectory apps;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("hark-push-", 0).factory());
    private final Set<ChannelId> owned = ConcurrentHashMap.newKeySet();
    private final Set<Waiting> running = ConcurrentHashMap.newKeySet();
    private final Semaphore all = new Semaphore(JOBS_AT_ONCE);
    private final Map<String, Semaphore> ofApps = new ConcurrentHashMap<>();
    private final Set<ChannelId> orphans = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    PushRunner(PushStore store, PushDelivery delivery, AppDirectory apps) {
        this.store = store;
        this.delivery = delivery;
        this.apps = apps;
    }

    private record Waiting(ChannelId shard, String key) {}

    /// A step that may wait, or fail for now.
    private interface Step {
        void run() throws PushRefusal, InterruptedException;
    }

    @Override
    public void serving(int slot, List<ChannelId> channels) {
        for (ChannelId shard : channels) {
            owned.add(shard);
            start(
                    shard,
                    () -> store.rows()
                            .keys(shard, RowKeys.allJobs(), PushRows.PAGE_OF_LARGE)
                            .forEach(key -> begin(shard, key)));
        }
    }

    @Override
    public void ended(int slot) {
        owned.removeIf(shard -> shard.key().slot() == slot);
    }

    @Override
    public void changed(ChannelId shard, List<StateChange> changes) {
        owned.add(shard);
        for (StateChange change : changes) {
            if (RowKeys.isJob(change.key()) && change.before().isEmpty()) {
                begin(shard, change.key());
            }
        }
    }

    private boolean isOwned(ChannelId shard) {
        return !closed && owned.contains(shard);
    }

    private void begin(ChannelId shard, String key) {
        Waiting job = new Waiting(shard, key);
        if (!closed && running.add(job)) {
            threads.execute(() -> work(job));
        }
    }

    private void work(Waiting job) {
        ChannelId shard = job.shard();
        boolean done = false;
        try {
            Semaphore ofApp = ofApps.computeIfAbsent(shard.app(), app -> new Semaphore(JOBS_OF_APP_AT_ONCE));
            ofApp.acquire();
            try {
                all.acquire();
                try {
                    done = run(shard, job.key());
                } finally {
                    all.release();
                }
            } finally {
                ofApp.release();
            }
        } catch (PushRefusal notNow) {
            LOG.debug("push of {} waits: {}", shard, notNow.getMessage());
            done = !pause();
        } catch (InterruptedException ending) {
            done = true;
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            done = true;
            LOG.error("push of {} failed", shard, e);
        } finally {
            running.remove(job);
        }
        // Whoever found it running meanwhile has left it to this thread.
        if (!done && isOwned(shard)) {
            begin(shard, job.key());
        }
    }

    /// @return whether to go on
    private static boolean pause() {
        try {
            Thread.sleep(AGAIN);
            return true;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Takes the step, again and again until it succeeds or is up to another node.
    private void start(ChannelId shard, Step step) {
        if (closed) {
            return;
        }
        threads.execute(() -> {
            boolean goesOn = true;
            while (goesOn && isOwned(shard)) {
                try {
                    step.run();
                    return;
                } catch (PushRefusal notNow) {
                    LOG.debug("push of {} waits: {}", shard, notNow.getMessage());
                    goesOn = pause();
                } catch (InterruptedException ending) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        });
    }

    /// @return whether there is nothing left to do here
    private boolean run(ChannelId shard, String key) throws PushRefusal, InterruptedException {
        Optional<StateValue> row = isOwned(shard) ? store.rows().one(shard, key) : Optional.empty();
        if (row.isEmpty()) {
            return isOwned(shard);
        }
        PushJob job = PushJob.decode(row.get().bytes());
        Optional<PushJob> rest = step(shard, job);
        while (rest.isPresent() && isOwned(shard)) {
            if (!(store.rows().change(shard, PushJobs.progress(job, rest.get())) instanceof RowsResult.Done)) {
                return true; // Another owner has gone on with it.
            }
            job = rest.get();
            rest = step(shard, job);
        }
        if (rest.isPresent() || !isOwned(shard)) {
            return false;
        }
        store.rows().change(shard, PushJobs.remove(job));
        return true;
    }

    /// @return the job from where it is to go on; empty when it is done
    private Optional<PushJob> step(ChannelId shard, PushJob job) throws PushRefusal, InterruptedException {
        return switch (job.target()) {
            case Target.Named(var recipients) -> {
                toNamed(shard, job, recipients);
                yield Optional.empty();
            }
            case Target.Subscribers(var channel, var after) -> toSubscribers(shard, job, channel, after);
        };
    }

    private void toNamed(ChannelId shard, PushJob job, List<Map<String, Object>> recipients)
            throws PushRefusal, InterruptedException {
        List<Device> devices = new ArrayList<>();
        List<Map<String, Object>> others = new ArrayList<>();
        for (Map<String, Object> recipient : recipients) {
            Optional<String> deviceId = Trees.textIn(recipient, "deviceId");
            Optional<String> clientId = Trees.textIn(recipient, "clientId");
            if (deviceId.isPresent()) {
                store.device(shard.app(), deviceId.get()).ifPresent(devices::add);
            } else if (clientId.isPresent()) {
                devices.addAll(store.devicesOf(shard.app(), clientId.get()));
            } else {
                others.add(recipient);
            }
        }
        List<Step> steps = new ArrayList<>();
        others.forEach(
                recipient -> steps.add(() -> delivery.toRecipient(shard.app(), recipient, job, () -> isOwned(shard))));
        addSteps(shard, job, devices, steps);
        together(steps);
    }

    private void addSteps(ChannelId shard, PushJob job, List<Device> devices, List<Step> steps) {
        Set<String> seen = new HashSet<>();
        for (Device device : devices) {
            if (seen.add(device.id())) {
                steps.add(() -> delivery.toDevice(shard.app(), device, job, () -> isOwned(shard)));
            }
        }
    }

    /// @return the job from where it is to go on; empty when it is done
    private Optional<PushJob> toSubscribers(ChannelId shard, PushJob job, String channel, String after)
            throws PushRefusal, InterruptedException {
        Range range = RowKeys.subscriptionsTo(channel);
        RowsPage page = store.rows().page(shard, List.of(after.isEmpty() ? range : range.after(after)), PAGE);
        List<String> deviceIds = new ArrayList<>();
        List<String> clientIds = new ArrayList<>();
        for (StateRow row : page.rows()) {
            switch (RowKeys.subscriptionAt(row.key()).subject()) {
                case Subject.OfDevice(var deviceId) -> deviceIds.add(deviceId);
                case Subject.OfClient(var clientId) -> clientIds.add(clientId);
            }
        }
        List<Step> steps = new ArrayList<>();
        addSteps(shard, job, List.copyOf(store.devices(shard.app(), deviceIds).values()), steps);
        for (String clientId : clientIds) {
            steps.add(() -> {
                List<Device> devices = store.devicesOf(shard.app(), clientId);
                List<Step> ofClient = new ArrayList<>();
                addSteps(shard, job, notThemselves(shard, channel, devices), ofClient);
                together(ofClient);
            });
        }
        together(steps);
        return page.more() ? Optional.of(job.after(page.rows().getLast().key())) : Optional.empty();
    }

    /// Without those that subscribe themselves, too: a device is pushed to once.
    private List<Device> notThemselves(ChannelId shard, String channel, List<Device> devices) throws PushRefusal {
        List<String> themselves = store.subscribedThemselves(
                shard.app(), channel, devices.stream().map(Device::id).toList());
        return devices.stream()
                .filter(device -> !themselves.contains(device.id()))
                .toList();
    }

    /// Takes all steps at the same time, and waits for the last. How many really go out at once is
    /// bounded there.
    private void together(List<Step> steps) throws PushRefusal, InterruptedException {
        List<Future<?>> futures = new ArrayList<>();
        for (Step step : steps) {
            futures.add(threads.submit(() -> {
                step.run();
                return null;
            }));
        }
        Optional<PushRefusal> notNow = Optional.empty();
        for (Future<?> future : futures) {
            try {
                future.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof PushRefusal refusal) {
                    notNow = Optional.of(refusal);
                } else {
                    LOG.error("a notification failed", e.getCause());
                }
            }
        }
        if (notNow.isPresent()) {
            throw notNow.get(); // What was delivered is delivered again, with the same ids.
        }
    }

    /// Forgets what is kept of apps that are gone; to be called every minute or so. An app must be
    /// missed twice: one that is new may be known here a little later than its devices.
    public void sweep() {
        orphans.retainAll(owned);
        for (ChannelId shard : owned) {
            if (apps.app(shard.app()).isPresent()) {
                orphans.remove(shard);
            } else if (!orphans.add(shard)) {
                start(shard, () -> forget(shard));
            }
        }
        ofApps.keySet().removeIf(app -> apps.app(app).isEmpty());
    }

    private void forget(ChannelId shard) throws PushRefusal {
        RowsPage page = store.rows().page(shard, List.of(Range.of("")), PushRows.PAGE_OF_LARGE);
        while (!page.rows().isEmpty()) {
            List<RowEdit> edits = page.rows().stream()
                    .<RowEdit>map(row -> new RowEdit.Remove(row.key(), PushRows.ANY))
                    .toList();
            store.rows().change(shard, edits);
            page = store.rows().page(shard, List.of(Range.of("")), PushRows.PAGE_OF_LARGE);
        }
        owned.remove(shard);
        orphans.remove(shard);
    }

    /// What is under way is broken off; it goes on at the next owner, or when the node is there again.
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
    }
}
