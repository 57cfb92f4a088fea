package io.hark.cluster.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// A [WritingNode] in a process of its own, and what it told.
final class NodeProcess implements AutoCloseable {
    private final String node;
    private final Process process;
    private final Observed observed;
    private final AtomicReference<String> state = new AtomicReference<>("");
    private volatile boolean leads;

    private NodeProcess(String node, Process process, Observed observed) {
        this.node = node;
        this.process = process;
        this.observed = observed;
        Thread.ofPlatform().daemon().name("output-of-" + node).start(this::read);
    }

    /// @param prefix  the command that runs a command on the node's host
    /// @param errors  where the process's complaints go
    static NodeProcess start(
            String node,
            List<String> prefix,
            int everyMillis,
            Path dir,
            List<String> voters,
            Path errors,
            Observed observed)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.addAll(List.of("-Dhark.test.log=" + System.getProperty("hark.test.log", "ERROR"), "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(WritingNode.class.getName(), node, Integer.toString(everyMillis), dir.toString()));
        command.addAll(voters);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
        return new NodeProcess(node, process, observed);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "leads" -> leads = Boolean.parseBoolean(words[1]);
                    case "applied" -> observed.applied(node, Long.parseLong(words[1]), words[2]);
                    case "ok" -> observed.ok(node, words[1], Long.parseLong(words[2]), System.currentTimeMillis());
                    case "failed" -> observed.failed(node, line);
                    case "state" -> state.set(words[1]);
                    default -> observed.said(node, line);
                }
            }
        } catch (IOException e) {
            observed.said(node, "its output ended: " + e);
        }
        leads = false;
    }

    String node() {
        return node;
    }

    boolean leads() {
        return leads;
    }

    void tell(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void forgetState() {
        state.set("");
    }

    String state() {
        return state.get();
    }

    void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("no signal " + signal + " to " + process.pid());
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
