package io.hark.history;

/// A read was refused because as many as allowed wait already; the caller may try again later.
public final class StoreOverloaded extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreOverloaded(int readsQueuedMax) {
        super(
                "%d reads wait already, the most that history.readsQueuedMax allows; try again later"
                        .formatted(readsQueuedMax),
                null,
                false,
                false);
    }
}
