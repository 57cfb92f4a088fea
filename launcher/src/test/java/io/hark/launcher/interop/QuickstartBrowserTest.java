package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.cluster.net.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What somebody new does: `./hark dev`, the printed curl line, the page in a browser.
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QuickstartBrowserTest {
    private static final Pattern PAGE = Pattern.compile("http://localhost:\\d+/(?=\\s|$)");
    private static final int START_WITHIN_MINUTES = 5;

    @TempDir
    Path data;

    /// What `./hark dev` printed, up to its last line.
    private record Printed(String text) {
        String page() {
            Matcher page = PAGE.matcher(text);
            assertThat(page.find()).as("the page's address in: %s", text).isTrue();
            return page.group();
        }

        String curlLine() {
            return text.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("curl "))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no curl line in: " + text));
        }
    }

    @Test
    void theFirstFiveMinutesGoWell() throws Exception {
        JsProject project = JsProject.ready();
        Process hark = startHark();
        try {
            Printed printed = readBanner(hark);
            assertThat(run("sh", "-c", printed.curlLine()))
                    .as("the curl line, run as printed")
                    .isZero();
            Process browser = project.node(
                    List.of("lib/quickstart.mjs"),
                    Map.of(
                            "HARK_PAGE", printed.page(),
                            "HARK_CURL", printed.curlLine(),
                            "HARK_SCREENSHOT",
                                    Path.of("target", "quickstart.png")
                                            .toAbsolutePath()
                                            .toString()),
                    START_WITHIN_MINUTES);
            String story = new String(browser.getInputStream().readAllBytes());
            assertThat(browser.waitFor()).as("what the browser saw: %s", story).isZero();
        } finally {
            hark.toHandle().destroy();
            hark.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        }
        assertThat(hark.exitValue()).as("its exit code after SIGTERM").isZero();
    }

    private Process startHark() throws IOException {
        String port = Integer.toString(FreePorts.one());
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of("..", "hark").toAbsolutePath().normalize().toString(),
                        "dev",
                        "--port",
                        port,
                        "--data",
                        data.resolve("hark").toString())
                .directory(data.toFile());
        return Children.start(builder);
    }

    /// Reads until the node says how to stop it, and goes on reading in the background so that the node never
    /// waits.
    private static Printed readBanner(Process hark) throws InterruptedException {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        BufferedReader output = hark.inputReader();
        Thread.ofVirtual().start(() -> output.lines().forEach(lines::add));
        StringBuilder text = new StringBuilder();
        while (!text.toString().contains("Ctrl-C")) {
            String line = lines.poll(START_WITHIN_MINUTES, TimeUnit.MINUTES);
            assertThat(line).as("a banner, after: %s", text).isNotNull();
            text.append(line).append('\n');
        }
        return new Printed(text.toString());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }
}
