package io.hark.jepsen;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Blocking: runs a system's command to its end.
final class Shell {
    private static final int SECONDS_MAX = 20;
    private static final int INSTALL_SECONDS_MAX = 300;

    private Shell() {}

    /// @return what it wrote
    /// @throws IOException when it cannot be started, does not end or ends with another code than 0
    static String run(String... command) throws IOException {
        return run(SECONDS_MAX, "", List.of(command));
    }

    static String runWithInput(String input, List<String> command) throws IOException {
        return run(SECONDS_MAX, input, command);
    }

    /// Whether the command exists and ends with code 0.
    static boolean succeeds(String... command) {
        try {
            run(command);
            return true;
        } catch (IOException no) {
            return false;
        }
    }

    static boolean isRoot() {
        try {
            return run("id", "-u").strip().equals("0");
        } catch (IOException noSuchCommand) {
            return false;
        }
    }

    /// Installs packages of Debian or Ubuntu; where that cannot be done, the commands they bring stay
    /// missing.
    static void install(String... packages) throws IOException {
        List<String> command = new ArrayList<>(List.of("apt-get", "install", "-y", "-qq"));
        command.addAll(List.of(packages));
        try {
            run(INSTALL_SECONDS_MAX, "", command);
        } catch (IOException stalePackageLists) {
            run(INSTALL_SECONDS_MAX, "", List.of("apt-get", "update", "-qq"));
            run(INSTALL_SECONDS_MAX, "", command);
        }
    }

    private static String run(int secondsMax, String input, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        Process process = builder.start();
        CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> text(process.getInputStream()));
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        try {
            if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("%s did not end within %d s".formatted(command, secondsMax));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during " + command, e);
        }
        String said = output.join();
        if (process.exitValue() != 0) {
            throw new IOException("%s ended with %d: %s".formatted(command, process.exitValue(), said));
        }
        return said;
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "its output cannot be read: " + e.getMessage();
        }
    }
}
