package io.hark.auth;

import io.hark.protocol.Interpolation;
import io.hark.protocol.MalformedFrame;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/// [Delivery] as the members of a namespace's JSON tree.
final class DeliveryTrees {
    private static final long INTERVAL_MILLIS_MIN = 20;
    private static final long BATCHING_MILLIS_MAX = 1_000;
    private static final long CONFLATION_MILLIS_MAX = 60_000;
    private static final long BATCHING_MILLIS = 20;
    private static final long CONFLATION_MILLIS = 1_000;
    private static final String KEY = "#{message.name}";

    private DeliveryTrees() {}

    static Delivery read(Tree rules) throws MalformedFrame {
        boolean batching = rules.flag("batchingEnabled", false);
        boolean conflation = rules.flag("conflationEnabled", false);
        if (batching && conflation) {
            throw rules.malformedMember("conflationEnabled", "false where batchingEnabled is true");
        }
        if (batching) {
            return new Delivery.Batched(interval(rules, "batchingInterval", BATCHING_MILLIS, BATCHING_MILLIS_MAX));
        }
        if (conflation) {
            String key =
                    rules.text("conflationKey").filter(text -> !text.isEmpty()).orElse(KEY);
            return new Delivery.Conflated(
                    interval(rules, "conflationInterval", CONFLATION_MILLIS, CONFLATION_MILLIS_MAX),
                    Interpolation.parse(key));
        }
        return Delivery.AT_ONCE;
    }

    private static Duration interval(Tree rules, String name, long whenAbsent, long max) throws MalformedFrame {
        OptionalLong millis = rules.count(name);
        if (millis.isPresent() && (millis.getAsLong() < INTERVAL_MILLIS_MIN || millis.getAsLong() > max)) {
            throw rules.malformedMember(name, "%d to %d milliseconds".formatted(INTERVAL_MILLIS_MIN, max));
        }
        return Duration.ofMillis(millis.orElse(whenAbsent));
    }

    static void write(Delivery delivery, Map<String, Object> tree) {
        tree.put("batchingEnabled", delivery instanceof Delivery.Batched);
        tree.put("conflationEnabled", delivery instanceof Delivery.Conflated);
        switch (delivery) {
            case Delivery.AtOnce() -> {}
            case Delivery.Batched(Duration interval) -> tree.put("batchingInterval", interval.toMillis());
            case Delivery.Conflated(Duration interval, Interpolation key) -> {
                tree.put("conflationInterval", interval.toMillis());
                tree.put("conflationKey", key.toString());
            }
        }
    }
}
