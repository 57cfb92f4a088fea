package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/// The configuration files under `deploy` are ones that a node accepts.
class ExampleConfigTest {
    private static final Path DEPLOY = Path.of("..", "deploy");
    private static final Map<String, String> SECRETS =
            Map.of("HARK_SECRET", "a-sample-secret-of-thirty-two-ch", "HARK_ADMIN_TOKEN", "a-sample-admin-token");

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(DEPLOY.resolve("examples"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void aNodeAcceptsTheExample(Path file) {
        NodeConfig config = NodeConfig.read(file, SECRETS);

        assertThat(config.cluster()).isPresent();
        assertThat(config.apps()).isNotEmpty();
    }

    @Test
    void thereIsAnExampleForEveryRole() throws IOException {
        assertThat(examples().map(file -> file.getFileName().toString()))
                .containsExactly("both.yaml", "core.yaml", "frontend.yaml");
        assertThat(example("both.yaml").servesClients()).isTrue();
        assertThat(example("core.yaml").servesClients()).isFalse();
        assertThat(example("frontend.yaml").servesClients()).isTrue();
    }

    private static NodeConfig example(String name) {
        return NodeConfig.read(DEPLOY.resolve("examples").resolve(name), SECRETS);
    }

    @ParameterizedTest
    @MethodSource("composeNodes")
    void everyNodeOfComposeAcceptsItsConfiguration(String name, Map<String, String> environment) {
        NodeConfig config = NodeConfig.read(DEPLOY.resolve("compose/hark.yaml"), environment);

        assertThat(config.node()).isEqualTo(name);
        assertThat(config.cluster()).isPresent();
        assertThat(config.data()).isEqualTo(Path.of("/data"));
    }

    /// What Compose sets for each node, with sample secrets.
    static Stream<Arguments> composeNodes() throws IOException {
        Map<?, ?> services = (Map<?, ?>) compose().get("services");
        return services.entrySet().stream().map(service -> {
            Map<String, String> environment = new HashMap<>();
            ((Map<?, ?>) ((Map<?, ?>) service.getValue()).get("environment"))
                    .forEach((key, value) -> environment.put(key.toString(), value.toString()));
            environment.putAll(SECRETS);
            environment.put("HARK_DEV", "false");
            return Arguments.of(service.getKey(), environment);
        });
    }

    private static Map<?, ?> compose() throws IOException {
        return new Yaml().load(Files.readString(DEPLOY.resolve("compose/compose.yaml")));
    }

    @Test
    void composeWaitsLongerThanANodeDrains() throws IOException {
        NodeConfig config = NodeConfig.read(
                DEPLOY.resolve("compose/hark.yaml"),
                Map.of(
                        "HARK_NODE",
                        "hark-1",
                        "HARK_CLUSTER_ADDRESS",
                        "hark-1:7800",
                        "HARK_SECRET",
                        "a-sample-secret-of-thirty-two-ch"));
        List<Long> graces = ((Map<?, ?>) compose().get("services"))
                .values().stream()
                        .map(service -> (String) ((Map<?, ?>) service).get("stop_grace_period"))
                        .map(grace -> Long.parseLong(grace.replace("s", "")))
                        .toList();

        assertThat(graces)
                .hasSize(3)
                .allMatch(grace -> grace > 3 * config.drainTimeout().toSeconds());
    }
}
