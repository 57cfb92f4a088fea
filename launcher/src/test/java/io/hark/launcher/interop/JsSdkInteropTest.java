package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The JavaScript SDKs `ably`, `@ably/chat` and `@ably/spaces` against a node. The tests are in
/// `src/test/js/interop`; each shows up here by its name.
class JsSdkInteropTest {
    private static final int FILES_AT_ONCE = 3;
    private static final int MINUTES_MAX = 5;

    /// What the scripts expect.
    private static final int CHANNELS_PER_CONNECTION_MAX = 200;

    private static JsProject project;
    private static TestNode node;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        project = JsProject.ready();
        node = TestNode.start(
                Map.of("HARK_LIMITS_CHANNELSPERCONNECTIONMAX", Integer.toString(CHANNELS_PER_CONNECTION_MAX)));
    }

    @AfterAll
    static void stop() throws IOException {
        node.close();
    }

    /// One finished test as `junit-reporter.mjs` writes it.
    private record Finished(String file, String name, boolean passed, String failure) {
        static Finished of(String line) {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            return new Finished(
                    json.get("file").getAsString(),
                    json.get("name").getAsString(),
                    json.get("passed").getAsBoolean(),
                    json.get("failure").getAsString());
        }
    }

    /// What a run of all tests is told to use. Comet is JSON in any case, the REST requests of its clients are not.
    private record Variant(String transport, String format) {
        @Override
        public String toString() {
            return transport + ", " + format;
        }
    }

    @TestFactory
    Stream<DynamicContainer> byEachTransportInBothFormats() {
        return Stream.of("web_socket", "comet")
                .flatMap(transport -> Stream.of("json", "msgpack").map(format -> new Variant(transport, format)))
                .map(variant -> DynamicContainer.dynamicContainer(variant.toString(), tests(variant)));
    }

    /// Lazy: a test shows up when it is finished, and the next variant starts when the one before has ended.
    private static Stream<DynamicTest> tests(Variant variant) {
        return Stream.of(variant).flatMap(JsSdkInteropTest::run);
    }

    private static Stream<DynamicTest> run(Variant variant) {
        try {
            List<String> arguments = new ArrayList<>(List.of(
                    "--test",
                    "--test-concurrency=" + FILES_AT_ONCE,
                    "--test-timeout=60000",
                    "--test-reporter=./lib/junit-reporter.mjs"));
            arguments.addAll(files());
            Process process = project.node(
                    arguments,
                    Map.of(
                            "HARK_PORT", Integer.toString(node.port()),
                            "HARK_FORMAT", variant.format(),
                            "HARK_TRANSPORT", variant.transport()),
                    MINUTES_MAX);
            BufferedReader lines = process.inputReader();
            AtomicInteger failed = new AtomicInteger();
            AtomicInteger seen = new AtomicInteger();
            Stream<DynamicTest> tests = lines.lines().map(line -> {
                Finished finished = Finished.of(line);
                seen.incrementAndGet();
                failed.addAndGet(finished.passed() ? 0 : 1);
                return DynamicTest.dynamicTest(
                        finished.file() + ": " + finished.name(),
                        () -> assertThat(finished.passed())
                                .as("%s, %s: %s", variant, finished.name(), finished.failure())
                                .isTrue());
            });
            DynamicTest end = DynamicTest.dynamicTest("the run ends, and as its tests say", () -> {
                assertThat(seen.get()).isGreaterThan(files().size());
                assertThat(process.waitFor()).isEqualTo(failed.get() == 0 ? 0 : 1);
            });
            return Stream.concat(tests, Stream.of(end));
        } catch (IOException e) {
            throw new IllegalStateException("node cannot be started", e);
        }
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(project.dir().resolve("interop"))) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".test.mjs"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theQuickstartPageServesTheSdkThatIsTestedHere() throws IOException {
        Path tested = project.dir().resolve("node_modules/ably/build/ably.min.js");
        try (InputStream served = JsSdkInteropTest.class.getResourceAsStream("/web/vendor/ably.min.js")) {
            assertThat(served).isNotNull();
            assertThat(served.readAllBytes()).isEqualTo(Files.readAllBytes(tested));
        }
    }
}
