package io.hark.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/// Value: what a process of this machine has used until now.
///
/// @param rssBytes empty where the system does not tell
record ProcessUsage(Duration cpu, OptionalLong rssBytes) {
    private static final String RSS = "VmRSS:";

    /// @throws LoadFailure when there is no such process
    static ProcessUsage of(long pid) {
        ProcessHandle process = ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .orElseThrow(() -> new LoadFailure("--pid %d is no process of this machine".formatted(pid)));
        return new ProcessUsage(process.info().totalCpuDuration().orElse(Duration.ZERO), rss(pid));
    }

    /// Of this process.
    static ProcessUsage own() {
        return of(ProcessHandle.current().pid());
    }

    private static OptionalLong rss(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/%d/status".formatted(pid))).stream()
                    .filter(line -> line.startsWith(RSS))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // Not on Linux, or gone.
        }
    }
}
