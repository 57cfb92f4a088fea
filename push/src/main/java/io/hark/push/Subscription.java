package io.hark.push;

import java.util.LinkedHashMap;
import java.util.Map;

/// Value: that a device, or all devices of a client, are pushed what is published on a channel with a
/// notification.
public record Subscription(String channel, Subject subject) {
    /// Who subscribes.
    public sealed interface Subject {
        record OfDevice(String deviceId) implements Subject {}

        record OfClient(String clientId) implements Subject {}
    }

    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("channel", channel);
        switch (subject) {
            case Subject.OfDevice(var deviceId) -> tree.put("deviceId", deviceId);
            case Subject.OfClient(var clientId) -> tree.put("clientId", clientId);
        }
        return tree;
    }
}
