package io.hark.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Handle: hosts that are addresses of this machine's loopback. They need no rights, and their network has no
/// faults.
final class LoopbackHosts implements Hosts {
    private static final int HOSTS_MAX = 250;
    private static final AtomicInteger USED = new AtomicInteger();

    private final String prefix;

    LoopbackHosts() {
        long pid = ProcessHandle.current().pid();
        prefix = !hasWholeNetwork()
                ? "127.0.0."
                : "127.%d.%d.".formatted(100 + pid % 100, (pid / 100 + USED.getAndIncrement()) % HOSTS_MAX);
    }

    /// Whether every address of 127.0.0.0/8 is this machine's; elsewhere there can be one host only.
    static boolean hasWholeNetwork() {
        return System.getProperty("os.name").equals("Linux");
    }

    @Override
    public String address(int host) {
        return prefix + (host + 1);
    }

    @Override
    public List<String> command(int host, List<String> command) {
        return command;
    }

    @Override
    public boolean canCut() {
        return false;
    }

    @Override
    public boolean canSlow() {
        return false;
    }

    @Override
    public void cut(int from, int to) {
        throw new UnsupportedOperationException("loopback cannot be cut");
    }

    @Override
    public void heal(int host) {
        throw new UnsupportedOperationException("loopback cannot be cut");
    }

    @Override
    public void slow(int host, Duration delay, long bytesPerSecond) {
        throw new UnsupportedOperationException("loopback cannot be slowed");
    }

    @Override
    public void quicken(int host) {
        throw new UnsupportedOperationException("loopback cannot be slowed");
    }

    @Override
    public void close() {}
}
