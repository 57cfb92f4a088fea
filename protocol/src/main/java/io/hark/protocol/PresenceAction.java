package io.hark.protocol;

import java.util.Optional;

/// Value: what a presence message says (TP2). The wire number is the ordinal.
public enum PresenceAction {
    ABSENT,
    PRESENT,
    ENTER,
    LEAVE,
    UPDATE;

    private static final PresenceAction[] VALUES = values();

    public static Optional<PresenceAction> of(long number) {
        return number >= 0 && number < VALUES.length ? Optional.of(VALUES[(int) number]) : Optional.empty();
    }
}
