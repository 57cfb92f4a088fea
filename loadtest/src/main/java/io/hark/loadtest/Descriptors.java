package io.hark.loadtest;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How many files and sockets this process may have open.
final class Descriptors {
    /// What the JVM itself has open, and some to spare.
    private static final int OTHERS = 200;

    private Descriptors() {}

    /// @throws LoadFailure when so many connections cannot be open at once
    static void require(int connections) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            require(connections, system.getMaxFileDescriptorCount());
        }
    }

    static void require(int connections, long max) {
        if (connections + OTHERS > max) {
            throw new LoadFailure(("%,d connections need %,d file descriptors and this process may have %,d:"
                            + " raise the limit (ulimit -n %d), or ask for fewer connections")
                    .formatted(connections, connections + OTHERS, max, connections + OTHERS));
        }
    }
}
