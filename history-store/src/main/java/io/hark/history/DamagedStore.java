package io.hark.history;

/// The store's files cannot be served from; the message says what is wrong and what an operator can do.
public final class DamagedStore extends RuntimeException {
    private static final long serialVersionUID = 1;

    DamagedStore(String message) {
        super(message);
    }

    DamagedStore(String message, Throwable cause) {
        super(message, cause);
    }
}
