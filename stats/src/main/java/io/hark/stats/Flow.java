package io.hark.stats;

/// Value: which way messages go. The stored number is made of the ordinal: add at the end only.
public enum Flow {
    INBOUND_REALTIME("inbound", "realtime"),
    INBOUND_REST("inbound", "rest"),
    OUTBOUND_REALTIME("outbound", "realtime"),
    OUTBOUND_REST("outbound", "rest"),
    PERSISTED("persisted", "");

    private final String direction;
    private final String transport;

    Flow(String direction, String transport) {
        this.direction = direction;
        this.transport = transport;
    }

    String direction() {
        return direction;
    }

    /// Empty where it does not matter.
    String transport() {
        return transport;
    }
}
