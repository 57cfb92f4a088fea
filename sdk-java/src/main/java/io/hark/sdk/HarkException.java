package io.hark.sdk;

import io.hark.protocol.ErrorInfo;

/// What an operation ended with that did not succeed: the server's error, or one of the client's own.
public final class HarkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient ErrorInfo info;

    public HarkException(ErrorInfo info) {
        super(info.code() + ": " + info.message());
        this.info = info;
    }

    public HarkException(ErrorInfo info, Throwable cause) {
        super(info.code() + ": " + info.message(), cause);
        this.info = info;
    }

    /// Code, HTTP status and what to do; codes are those of Ably's protocol.
    public ErrorInfo info() {
        return info;
    }

    public int code() {
        return info.code();
    }
}
