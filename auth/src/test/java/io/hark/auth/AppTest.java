package io.hark.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AppTest {
    private static final Namespace NEWS = new Namespace("news", true, false, false, false, false, false);
    private static final Namespace SPORT = new Namespace("news:sport", false, true, false, false, false, false);
    private final App app =
            new App("app", true, false, List.of(), Map.of("news", NEWS, "news:sport", SPORT), OptionalInt.empty());

    @Test
    void aChannelHasTheRulesOfItsFirstSegment() {
        assertThat(app.namespaceOf("news")).isEqualTo(NEWS);
        assertThat(app.namespaceOf("news:a:b")).isEqualTo(NEWS);
        assertThat(app.namespaceOf("newsroom")).isEqualTo(Namespace.unconfigured("newsroom"));
        assertThat(app.namespaceOf("other:news")).isEqualTo(Namespace.unconfigured("other"));
    }

    @Test
    void rulesForTheChannelsVeryNameGoFirst() {
        assertThat(app.namespaceOf("news:sport")).isEqualTo(SPORT);
        assertThat(app.namespaceOf("news:sport:a")).isEqualTo(NEWS);
    }

    @Test
    void aChatRoomIsMutableWithoutConfiguration() {
        assertThat(app.namespaceOf("news:a::$chat"))
                .isEqualTo(new Namespace("news", true, false, false, false, true, false));
        assertThat(app.namespaceOf("room::$chat").mutableMessages()).isTrue();
        assertThat(app.namespaceOf("room").mutableMessages()).isFalse();
    }

    @Test
    void aNamespaceCalledIdentifiedIsSo() {
        assertThat(app.namespaceOf("identified:a").identified()).isTrue();
        assertThat(app.namespaceOf("other").identified()).isFalse();
    }

    @Test
    void aKeyNeedsASecretAndIdsWithoutSeparators() {
        assertThatThrownBy(() -> new ApiKey("app", "key", "", Capability.DEFAULT, false, true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ApiKey("a.p", "key", "s", Capability.DEFAULT, false, true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
