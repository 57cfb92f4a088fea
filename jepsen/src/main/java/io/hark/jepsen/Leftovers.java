package io.hark.jepsen;

import java.util.ArrayDeque;
import java.util.Deque;

/// Handle: what must be undone when this JVM ends, however it ends short of SIGKILL.
final class Leftovers {
    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::closeAll, "hark-jepsen-cleanup"));
    }

    private Leftovers() {}

    static void add(AutoCloseable resource) {
        synchronized (OPEN) {
            OPEN.push(resource);
        }
    }

    static void remove(AutoCloseable resource) {
        synchronized (OPEN) {
            OPEN.remove(resource);
        }
    }

    private static void closeAll() {
        while (true) {
            AutoCloseable resource;
            synchronized (OPEN) {
                resource = OPEN.poll();
            }
            if (resource == null) {
                return;
            }
            try {
                resource.close();
            } catch (Exception e) {
                System.err.println("jepsen: cannot clean up " + resource + ": " + e);
            }
        }
    }
}
