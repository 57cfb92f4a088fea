package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `@ably/chat` and `@ably/spaces` on a page, as their guides begin; the story is in
/// `lib/quickstarts-browser.mjs`.
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChatBrowserTest {
    private static final int MINUTES_MAX = 4;

    @ParameterizedTest
    @ValueSource(strings = {"json", "msgpack"})
    void theGuidesToChatAndSpacesGoWellInABrowser(String format) throws Exception {
        JsProject project = JsProject.ready();
        try (TestNode node = TestNode.start()) {
            Process browser = project.node(
                    List.of("lib/quickstarts-browser.mjs"),
                    Map.of("HARK_PORT", Integer.toString(node.port()), "HARK_FORMAT", format),
                    MINUTES_MAX);
            String story = new String(browser.getInputStream().readAllBytes());
            assertThat(browser.waitFor()).as("what the browser saw: %s", story).isZero();
        }
    }
}
