package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Handle: a script of the Node.js project that is under way, and says what it has done, line by line.
final class Script implements AutoCloseable {
    private final Process process;
    private final BufferedReader story;
    private final PrintWriter told;

    Script(Process process) {
        this.process = process;
        this.story = process.inputReader();
        this.told = new PrintWriter(process.outputWriter(), true);
    }

    /// The next line that holds the text.
    String await(String part) throws IOException {
        return awaitLine(story, part);
    }

    /// The same of a line of JSON.
    Map<?, ?> awaitJson(String part) throws IOException {
        return json(await(part));
    }

    static String awaitLine(BufferedReader lines, String part) throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains(part)) {
                return line;
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("it ended without '%s':%n%s".formatted(part, before));
    }

    static Map<?, ?> json(String text) {
        try {
            return (Map<?, ?>) ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedFrame e) {
            throw new AssertionError(text, e);
        }
    }

    /// What it waits for has happened.
    void tell(String what) {
        told.println(what);
    }

    /// Has it end, and gives what it says then.
    Map<?, ?> end() throws IOException, InterruptedException {
        tell("end");
        Map<?, ?> done = awaitJson("\"done\"");
        System.out.println("at its end a script says " + done);
        assertEnded();
        return done;
    }

    void assertEnded() throws InterruptedException {
        told.close();
        assertThat(process.waitFor()).isZero();
    }

    @Override
    public void close() {
        told.close();
        process.destroy();
    }
}
