package io.hark.jepsen;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Handle: one process of a node, from its start to its end.
final class NodeProcess implements AutoCloseable {
    private static final int KILLED_WITHIN_SECONDS = 20;

    private final Process process;
    private volatile boolean told;
    private volatile boolean mayEnd;

    private NodeProcess(Process process) {
        this.process = process;
    }

    /// @param log what it says is added there
    static NodeProcess start(List<String> command, Path log) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        NodeProcess node = new NodeProcess(process);
        Leftovers.add(node);
        return node;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// CPU time that it has spent since its start; none once it has ended.
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// How it ended, when nobody told it to; told once.
    Optional<Integer> endedByItself() {
        if (told || process.isAlive()) {
            return Optional.empty();
        }
        told = true;
        return Optional.of(process.exitValue());
    }

    /// Its end, from now on, is nobody's surprise.
    void allowEnd() {
        mayEnd = true;
    }

    boolean mayEnd() {
        return mayEnd;
    }

    void kill() {
        told = true;
        process.destroyForcibly()
                .onExit()
                .orTimeout(KILLED_WITHIN_SECONDS, TimeUnit.SECONDS)
                .join();
        Leftovers.remove(this);
    }

    /// Sends SIGTERM.
    ///
    /// @return the exit code; empty when it had to be killed
    Optional<Integer> terminate(Duration within) throws InterruptedException {
        told = true;
        process.destroy();
        boolean ended = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        kill();
        return ended ? Optional.of(process.exitValue()) : Optional.empty();
    }

    void pause() throws IOException {
        Shell.run("kill", "-STOP", Long.toString(process.pid()));
    }

    void resume() throws IOException {
        Shell.run("kill", "-CONT", Long.toString(process.pid()));
    }

    @Override
    public void close() {
        kill();
    }
}
