package io.hark.loadtest;

/// A run cannot be made or finished; the message says why and what to do.
final class LoadFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    LoadFailure(String message) {
        super(message);
    }
}
