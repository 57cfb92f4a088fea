package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceHostsTest {
    private static final int HOSTS = 3;

    private final List<Process> listeners = new ArrayList<>();
    private Optional<Hosts> hosts = Optional.empty();

    @BeforeEach
    void namespacesWorkHere() {
        Optional<String> unavailable = NamespaceHosts.unavailable();
        Assumptions.assumeTrue(unavailable.isEmpty(), () -> unavailable.orElse(""));
    }

    @AfterEach
    void end() {
        listeners.forEach(listener -> listener.destroyForcibly().onExit().join());
        hosts.ifPresent(Hosts::close);
    }

    @Test
    void aHostIsCutOffInOneDirectionOrBothAndHealed() throws Exception {
        hosts = Optional.of(NamespaceHosts.of(HOSTS));
        listenOnAll();

        assertThat(ask(0, 1)).startsWith("millis=");
        hosts.get().cut(1, 0);
        assertThat(ask(0, 1)).as("the answer is dropped").isEqualTo("silence");
        assertThat(ask(2, 1)).as("others hear it").startsWith("millis=");
        hosts.get().heal(1);
        assertThat(ask(0, 1)).startsWith("millis=");
    }

    @Test
    void aHostIsCutOffAlsoWhenRelaysCarryItsLinks() throws Exception {
        hosts = Optional.of(NamespaceHosts.relayed(HOSTS));
        listenOnAll();

        assertThat(ask(0, 1)).startsWith("millis=");
        hosts.get().cut(0, 1);
        assertThat(ask(0, 1)).isEqualTo("silence");
        assertThat(ask(2, 1)).startsWith("millis=");
        hosts.get().heal(0);
        assertThat(ask(0, 1)).startsWith("millis=");
    }

    @Test
    void aHostsLinksAreSlowedDownAndStalled() throws Exception {
        hosts = Optional.of(NamespaceHosts.relayed(HOSTS));
        listenOnAll();

        hosts.get().slow(1, Duration.ofMillis(200), 1_000_000);
        assertThat(millis(ask(0, 1))).as("200 ms each way").isBetween(400L, 1_400L);
        hosts.get().slow(1, Duration.ZERO, 0);
        assertThat(ask(0, 1)).isEqualTo("silence");
        hosts.get().quicken(1);
        assertThat(ask(0, 1)).startsWith("millis=");
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        hosts = Optional.of(NamespaceHosts.of(HOSTS));
        String prefix = "hark-j" + ProcessHandle.current().pid() + "-";
        assertThat(Shell.run("ip", "netns", "list")).contains(prefix);

        hosts.get().close();

        assertThat(Shell.run("ip", "netns", "list")).doesNotContain(prefix);
    }

    private static long millis(String answer) {
        assertThat(answer).startsWith("millis=");
        return Long.parseLong(answer.substring("millis=".length()));
    }

    private List<String> command(int host, String verb, int other) {
        return hosts.orElseThrow()
                .command(
                        host,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                Path.of("target", "test-classes")
                                        .toAbsolutePath()
                                        .toString(),
                                Echo.class.getName(),
                                verb,
                                hosts.get().address(other),
                                Integer.toString(Relays.FIRST_PORT)));
    }

    private void listenOnAll() throws IOException {
        for (int host = 0; host < HOSTS; host++) {
            Process listener = new ProcessBuilder(command(host, "listen", host))
                    .redirectErrorStream(true)
                    .start();
            listeners.add(listener);
        }
        for (Process listener : listeners) {
            BufferedReader output = listener.inputReader();
            assertThat(output.readLine()).isEqualTo("listening");
        }
    }

    /// What `host` hears when it says something to `other`.
    private String ask(int host, int other) throws IOException {
        return Shell.run(command(host, "ask", other).toArray(String[]::new)).strip();
    }
}
