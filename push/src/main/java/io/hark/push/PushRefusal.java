package io.hark.push;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;

/// Ends what somebody asked for with an error for him. It is expected, so it has no stack trace.
public final class PushRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ErrorInfo error;

    public PushRefusal(ErrorInfo error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    PushRefusal(ErrorCode code, String message) {
        this(code.info(message));
    }

    public ErrorInfo error() {
        return error;
    }
}
