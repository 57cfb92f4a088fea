package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The SDK in a browser that gets no WebSocket through, and later does; the story is in `lib/fallback.mjs`.
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CometBrowserTest {
    private static final int MINUTES_MAX = 4;

    @ParameterizedTest
    @ValueSource(strings = {"json", "msgpack"})
    void aBrowserWithoutWebSocketsGoesOnByCometAndComesBack(String format) throws Exception {
        JsProject project = JsProject.ready();
        try (TestNode node = TestNode.start()) {
            Process browser = project.node(
                    List.of("lib/fallback.mjs"),
                    Map.of("HARK_PORT", Integer.toString(node.port()), "HARK_FORMAT", format),
                    MINUTES_MAX);
            String story = new String(browser.getInputStream().readAllBytes());
            assertThat(browser.waitFor()).as("what the browser saw: %s", story).isZero();
        }
    }
}
