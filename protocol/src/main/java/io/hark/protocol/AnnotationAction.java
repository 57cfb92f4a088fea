package io.hark.protocol;

import java.util.Optional;

/// Value: what an annotation does (TAN2b). The wire number is the ordinal.
public enum AnnotationAction {
    CREATE,
    DELETE;

    private static final AnnotationAction[] VALUES = values();

    public static Optional<AnnotationAction> of(long number) {
        return number >= 0 && number < VALUES.length ? Optional.of(VALUES[(int) number]) : Optional.empty();
    }
}
