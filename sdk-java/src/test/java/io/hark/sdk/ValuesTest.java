package io.hark.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Values that applications give and get: codecs, options, keys.
class ValuesTest {
    @Test
    void plainValuesComeBackAsTheyWere() throws Exception {
        for (Object value : List.of("text", Map.of("a", List.of(1L, true)), List.of("x", 2.5))) {
            assertThat(Codec.plain().decode(Codec.plain().encode(value))).isEqualTo(value);
        }
        assertThat((byte[]) Codec.plain().decode(Content.bytes(new byte[] {1, 2})))
                .containsExactly(1, 2);
        assertThatThrownBy(() -> Codec.plain().encode(7)).hasMessageContaining("not java.lang.Integer");
    }

    @Test
    void jsonIsReadByWhatTheApplicationGives() throws Exception {
        Codec<Integer> codec = Codec.json("{\"n\":%d}"::formatted, text -> Integer.valueOf(text.replaceAll("\\D", "")));

        assertThat(codec.encode(42)).isEqualTo(Content.json("{\"n\":42}"));
        assertThat(codec.decode(Content.json("{\"n\":42}"))).isEqualTo(42);
    }

    @Test
    void whatOnlyMadeDataFitToTravelIsTakenOff() {
        byte[] bytes = "{}".getBytes(StandardCharsets.UTF_8);
        assertThat(new Content(Payload.binary(bytes), Optional.of("json/utf-8")).unwrapped())
                .isEqualTo(Content.json("{}"));
        assertThat(new Content(Payload.text("e30="), Optional.of("json/utf-8/base64")).unwrapped())
                .isEqualTo(Content.json("{}"));
        Content encrypted = new Content(Payload.binary(bytes), Optional.of("cipher+aes-128-cbc"));
        assertThat(encrypted.unwrapped()).isEqualTo(encrypted);
        assertThatThrownBy(encrypted::asBytes).hasMessageContaining("cipher+aes-128-cbc");
    }

    @Test
    void secretsAreNotShown() {
        assertThat(Credentials.key("app.id:secret")).hasToString("Key[app.id]");
        assertThat(Credentials.token("abc").toString()).doesNotContain("abc");
        assertThat(new RecoveryKey("abc", 1, Map.of("c", "n1")).toString()).doesNotContain("abc");
    }

    @Test
    void aRecoveryKeyIsReadAsItWasWritten() {
        RecoveryKey key = new RecoveryKey("k", 7, Map.of("c", "n1"));

        assertThat(RecoveryKey.parse(key.text())).isEqualTo(key);
        assertThatThrownBy(() -> RecoveryKey.parse("{}")).hasMessageContaining("HarkClient.recoveryKey");
        assertThatThrownBy(() -> RecoveryKey.parse("k:1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void optionsThatCannotWorkAreRefused() {
        assertThatThrownBy(() -> HarkOptions.of("localhost:8080", Credentials.token("t")))
                .hasMessageContaining("http://host:port");
        assertThatThrownBy(() -> Credentials.key("nonsense")).hasMessageContaining("app.id:secret");
        assertThatThrownBy(() -> From.last(101)).hasMessageContaining("1 to 100");
        assertThatThrownBy(() -> HistoryQuery.newestFirst().withPageSize(0)).hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> Timing.DEFAULTS.withRetries(Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContaining("timing.retryFirst");
        assertThatThrownBy(() -> Limits.DEFAULTS.withBufferMessagesMax(0)).hasMessageContaining("bufferMessagesMax");
    }

    @Test
    void waitsGrowToTheLongestAndDifferByChance() {
        Random random = new Random(1);
        assertThat(Timing.DEFAULTS.retryAfter(0, random)).isZero();
        assertThat(Timing.DEFAULTS.retryAfter(1, random)).isBetween(Duration.ofMillis(200), Duration.ofMillis(250));
        assertThat(Timing.DEFAULTS.retryAfter(3, random)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1_000));
        assertThat(Timing.DEFAULTS.retryAfter(99, random)).isBetween(Duration.ofSeconds(24), Duration.ofSeconds(30));
    }
}
