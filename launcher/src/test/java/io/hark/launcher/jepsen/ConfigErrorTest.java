package io.hark.launcher.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigErrorTest {
    private static final int BAD_CONFIG = 2;

    @TempDir
    Path dir;

    /// What a node says and answers that cannot start.
    private record Refusal(int exitCode, String said) {}

    @Test
    void aValueOutOfRangeStopsTheNodeWithKeyValueAndRange() throws Exception {
        Refusal refusal = start("listen: {port: 99999}");

        assertThat(refusal.exitCode()).isEqualTo(BAD_CONFIG);
        assertThat(refusal.said()).contains("listen.port", "99999", "0", "65535");
    }

    @Test
    void aValueOfTheWrongFormStopsTheNode() throws Exception {
        Refusal refusal = start("history: {resumeWindow: soon}");

        assertThat(refusal.exitCode()).isEqualTo(BAD_CONFIG);
        assertThat(refusal.said()).contains("history.resumeWindow", "soon", "10s", "72h");
    }

    @Test
    void aMisspeltKeyStopsTheNode() throws Exception {
        Refusal refusal = start("histroy: {resumeWindow: 5m}");

        assertThat(refusal.exitCode()).isEqualTo(BAD_CONFIG);
        assertThat(refusal.said()).contains("histroy.resumeWindow", "history.resumeWindow");
    }

    private Refusal start(String setting) throws Exception {
        Path config = dir.resolve("hark.yaml");
        Files.write(config, List.of("data: " + dir.resolve("data"), setting));
        Process node = new ProcessBuilder(NodeProcess.command(List.of(), "node", "--config", config.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Refusal(node.exitValue(), said);
    }
}
