package io.hark.loadtest;

import java.util.LinkedHashMap;
import java.util.Map;

/// Confined: what a run was asked for, by name.
final class Parameters {
    private final Map<String, Object> values = new LinkedHashMap<>();

    static Parameters of(TrafficPlan plan) {
        Parameters parameters = new Parameters();
        parameters.put("channels", plan.channels());
        parameters.put("subscribersPerChannel", plan.subscribersPerChannel());
        parameters.put(plan.presence() ? "members" : "publishers", plan.publishers());
        parameters.put("size", plan.size());
        parameters.put("ratePerSecond", plan.perSecond());
        parameters.put("window", plan.window());
        return parameters;
    }

    /// @param value a text, number or truth value
    void put(String name, Object value) {
        values.put(name, value instanceof Integer number ? (Object) number.longValue() : value);
    }

    Map<String, Object> tree() {
        return values;
    }
}
