package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.launcher.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing that is said of a configuration has its secrets in it.
class ConfigSecretsTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("hark.yaml"), text);
    }

    @Test
    void aFileThatIsNoYamlIsRefusedWithThePlaceAndNotQuoted() throws IOException {
        Path file = file("secret: hidden-by-the-operator\nadmin: {token: hidden-by-the-operator\nnode: n1\n");

        assertThatThrownBy(() -> NodeConfig.read(file, Map.of()))
                .hasMessageContaining("is not valid YAML: line ")
                .message()
                .doesNotContain("hidden");
    }

    @Test
    void aConfigurationIsPrintedWithoutItsSecrets() throws IOException {
        Path file = file("""
            secret: hidden-by-the-operator
            admin: {token: hidden-by-the-operator}
            control: {token: hidden-by-the-operator-in-32-characters}
            apps: [{id: app, keys: [{id: key, secret: hidden-by-the-operator}]}]
            """);

        assertThat(NodeConfig.read(file, Map.of()).toString()).doesNotContain("hidden");
    }
}
