package io.hark.sdk;

import io.hark.protocol.ErrorInfo;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Waits for what is asynchronous; on a virtual thread that costs nothing.
final class Waiting {
    private Waiting() {}

    /// @throws HarkException what the future failed with
    static <T> T on(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failure) {
            throw asHarkException(failure.getCause());
        }
    }

    static HarkException asHarkException(Throwable failure) {
        Throwable cause =
                failure.getCause() != null && !(failure instanceof HarkException) ? failure.getCause() : failure;
        return cause instanceof HarkException refused
                ? new HarkException(refused.info(), refused)
                : new HarkException(new ErrorInfo(50000, 500, cause.toString()), cause);
    }
}
