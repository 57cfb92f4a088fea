package io.hark.protocol;

import java.util.Optional;

/// Value: what a message does (TM5). The wire number is the ordinal.
public enum MessageAction {
    CREATE,
    UPDATE,
    DELETE,
    META,
    SUMMARY,
    APPEND;

    private static final MessageAction[] VALUES = values();

    public static Optional<MessageAction> of(long number) {
        return number >= 0 && number < VALUES.length ? Optional.of(VALUES[(int) number]) : Optional.empty();
    }
}
