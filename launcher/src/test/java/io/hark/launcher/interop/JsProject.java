package io.hark.launcher.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Value: the Node.js project beside the tests, with the SDKs in it.
record JsProject(Path dir) {
    private static final int SCRIPT_MINUTES_MAX = 7;

    /// The project, with its packages there; the first time they are fetched, which shows on standard error.
    static JsProject ready() throws IOException, InterruptedException {
        Path dir = Path.of("src", "test", "js").toAbsolutePath();
        Process prepare =
                Children.start(new ProcessBuilder(dir.resolve("prepare").toString()));
        if (prepare.waitFor() != 0) {
            throw new IllegalStateException(
                    "the tests' Node.js packages are not there; see the messages of " + dir.resolve("prepare"));
        }
        return new JsProject(dir);
    }

    /// Starts a script with its arguments.
    Script script(String file, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(file));
        command.addAll(List.of(arguments));
        return new Script(node(command, Map.of(), SCRIPT_MINUTES_MAX));
    }

    /// Starts `node` here; its standard output is the caller's to read.
    ///
    /// @param endsWithinMinutes after it the process is killed, so that a reader of its output is never stuck
    Process node(List<String> arguments, Map<String, String> environment, int endsWithinMinutes) throws IOException {
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
        builder.environment().putAll(environment);
        Process process = Children.start(builder);
        CompletableFuture.delayedExecutor(endsWithinMinutes, TimeUnit.MINUTES).execute(process::destroyForcibly);
        return process;
    }
}
