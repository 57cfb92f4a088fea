package io.hark.push;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.channel.MetaEvent;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blocking: brings one notification to one device, with as many attempts as it may take, and remembers
/// of the device whether it can be reached. For virtual threads.
final class PushDelivery {
    private static final Logger LOG = LoggerFactory.getLogger(PushDelivery.class);
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(60);

    private final PushStore store;
    private final Map<String, PushTransport> transports;
    private final Consumer<MetaEvent> reports;

    /// @param transports by `transportType`
    PushDelivery(PushStore store, Map<String, PushTransport> transports, Consumer<MetaEvent> reports) {
        this.store = store;
        this.transports = Map.copyOf(transports);
        this.reports = reports;
    }

    /// @param wanted whether it is still up to this node
    void toDevice(String app, Device device, PushJob job, BooleanSupplier wanted) throws InterruptedException {
        if (device.state() == Device.State.FAILED) {
            return;
        }
        Optional<PushOutcome> outcome = attempt(app, device.recipient(), job, device.id(), wanted);
        if (outcome.isPresent()) {
            remember(app, device, outcome.get());
        }
    }

    void toRecipient(String app, Map<String, Object> recipient, PushJob job, BooleanSupplier wanted)
            throws InterruptedException {
        attempt(app, recipient, job, Trees.json(recipient), wanted)
                .flatMap(PushDelivery::problem)
                .ifPresent(why -> report(app, why, Optional.empty()));
    }

    private static String idOf(PushJob job, String recipient) {
        HashValue128 hash = Hashing.xxh3_128()
                .hashStream()
                .putString(job.id())
                .putString(recipient)
                .get();
        return "push-%016x%016x".formatted(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
    }

    /// @return empty when it is up to another node
    private Optional<PushOutcome> attempt(
            String app, Map<String, Object> recipient, PushJob job, String name, BooleanSupplier wanted)
            throws InterruptedException {
        PushTransport transport = transports.get(Recipient.transportType(recipient));
        if (transport == null) {
            return Optional.of(new PushOutcome.Refused(ErrorCode.INVALID_PUSH_RECIPIENT.info("no known transport")));
        }
        String id = idOf(job, name);
        Duration pause = FIRST_PAUSE;
        for (int attempt = 1; ; attempt++) {
            if (!wanted.getAsBoolean()) {
                return Optional.empty();
            }
            PushOutcome outcome = transport.send(app, recipient, job.payload(), id);
            if (!(outcome instanceof PushOutcome.Later(var why, var after)) || attempt == ATTEMPTS_MAX) {
                return Optional.of(outcome);
            }
            Thread.sleep(after.compareTo(pause) > 0 ? after : pause);
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
    }

    private static Optional<ErrorInfo> problem(PushOutcome outcome) {
        return switch (outcome) {
            case PushOutcome.Delivered() -> Optional.empty();
            case PushOutcome.Later(var why, var after) -> Optional.of(why);
            case PushOutcome.Refused(var why) -> Optional.of(why);
            case PushOutcome.Gone(var why) -> Optional.of(why);
        };
    }

    private void remember(String app, Device device, PushOutcome outcome) {
        Optional<ErrorInfo> why = problem(outcome);
        Device.State state = why.isEmpty()
                ? Device.State.ACTIVE
                : outcome instanceof PushOutcome.Gone ? Device.State.FAILED : Device.State.FAILING;
        why.ifPresent(error -> report(app, error, Optional.of(device.id())));
        if (state == device.state() && why.equals(device.error())) {
            return;
        }
        try {
            store.update(app, device.id(), before -> {
                Device now = before.orElseThrow(() -> PushStore.notFound(device.id()));
                // It may be reached by something else by now.
                return now.recipient().equals(device.recipient()) ? now.withState(state, why) : now;
            });
        } catch (PushRefusal notNow) {
            LOG.debug("the state of {} of app {} is not kept: {}", device, app, notNow.getMessage());
        }
    }

    private void report(String app, ErrorInfo why, Optional<String> deviceId) {
        reports.accept(event(app, why, deviceId.map(id -> Map.entry("deviceId", id))));
    }

    /// What is told on the metachannel of push.
    static MetaEvent event(String app, ErrorInfo why, Optional<Map.Entry<String, String>> whose) {
        Map<String, Object> data = new LinkedHashMap<>(Device.errorTree(why));
        whose.ifPresent(named -> data.put(named.getKey(), named.getValue()));
        return MetaEvent.ofPush(app, data);
    }
}
