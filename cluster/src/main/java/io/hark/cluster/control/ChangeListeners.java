package io.hark.cluster.control;

import io.hark.control.ControlState;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: tells listeners of the newest state, in order, on one thread. States that are overtaken while a
/// listener is busy are left out, so nothing piles up.
final class ChangeListeners {
    private static final Logger log = LoggerFactory.getLogger(ChangeListeners.class);

    private final AtomicReference<ControlState> newest = new AtomicReference<>(ControlState.EMPTY);
    private final List<Consumer<ControlState>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean waits = new AtomicBoolean();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hark-control-changes").factory());

    /// Confined to the thread.
    private ControlState told = ControlState.EMPTY;

    void add(Consumer<ControlState> listener) {
        listeners.add(listener);
    }

    void changed(ControlState state) {
        newest.set(state);
        if (waits.compareAndSet(false, true)) {
            try {
                thread.execute(this::tell);
            } catch (RejectedExecutionException closed) {
                log.debug("a change after the end", closed);
            }
        }
    }

    private void tell() {
        waits.set(false);
        ControlState state = newest.get();
        if (state == told) {
            return;
        }
        told = state;
        for (Consumer<ControlState> listener : listeners) {
            try {
                listener.accept(state);
            } catch (RuntimeException e) {
                log.error("a listener of the control log failed at version {}", state.version(), e);
            }
        }
    }

    void close() {
        thread.shutdown();
    }
}
