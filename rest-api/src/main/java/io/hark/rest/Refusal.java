package io.hark.rest;

import io.hark.auth.Outcome;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.Optional;

/// Ends a request with an error for the client. Thrown while a request is read and checked, caught where
/// it came in; it is expected, so it has no stack trace.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ErrorInfo error;

    Refusal(ErrorInfo error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    Refusal(ErrorCode code, String message) {
        this(code.info(message));
    }

    ErrorInfo error() {
        return error;
    }

    static void throwIf(Optional<ErrorInfo> error) throws Refusal {
        if (error.isPresent()) {
            throw new Refusal(error.get());
        }
    }

    static <T> T orThrow(Outcome<T> outcome) throws Refusal {
        return switch (outcome) {
            case Outcome.Ok<T>(T value) -> value;
            case Outcome.Refused<T>(var error) -> throw new Refusal(error);
        };
    }
}
