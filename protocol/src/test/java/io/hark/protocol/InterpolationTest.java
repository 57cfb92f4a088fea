package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterpolationTest {
    private static final Message MESSAGE = Message.of(Optional.of("order"), Payload.NONE)
            .withClientId(Optional.of("bob"))
            .withExtras(Map.of("headers", Map.of("city", "Oslo", "number", 7L)));

    private static String of(String text) throws MalformedFrame {
        return Interpolation.parse(text).apply("shop:1", "conn:2:0", MESSAGE);
    }

    @Test
    void placeholdersStandForWhatTheMessageSays() throws MalformedFrame {
        assertThat(of("plain")).isEqualTo("plain");
        assertThat(of("")).isEmpty();
        assertThat(of("#{message.name}")).isEqualTo("order");
        assertThat(of("a-#{ channelName }/#{message.id}-#{message.clientId}-z")).isEqualTo("a-shop:1/conn:2:0-bob-z");
        assertThat(of("#{message.extras.headers['city']}#{message.extras.headers[\"number\"]}"))
                .isEqualTo("Oslo7");
        assertThat(of("#{message.extras.headers['none']}")).isEmpty();
        assertThat(of("#{(message.name, channelName)}")).isEqualTo("order,shop:1");
        assertThat(Interpolation.parse("<#{message.name}>").apply("c", "i", Message.of(Optional.empty(), Payload.NONE)))
                .isEqualTo("<>");
    }

    @Test
    void hashesAreOfTheWholePlaceholder() throws MalformedFrame {
        assertThat(of("#{message.name | hash}")).matches("[0-9a-f]{16}").isEqualTo(of("#{message.name|hash(16)}"));
        assertThat(of("#{message.name | hash(4)}"))
                .isEqualTo(of("#{message.name | hash}").substring(0, 4));
        assertThat(of("#{(message.name, channelName) | hash}")).isNotEqualTo(of("#{message.name | hash}"));
        assertThat(Integer.parseInt(of("#{message.name | moduloHash(256)}"))).isBetween(0, 255);
        assertThat(of("#{message.name | moduloHash(2, 8)}")).matches("0000000[01]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#{",
                "#{}",
                "#{message.data}",
                "#{message.name",
                "#{message.name | upper}",
                "#{message.name | hash(0)}",
                "#{message.name | hash(17)}",
                "#{message.name | moduloHash}",
                "#{message.name | moduloHash(0)}",
                "#{(message.name,)} #{(,)}",
                "#{#{message.name}}",
                "#{message.extras.headers[city]}"
            })
    void whatIsNoPlaceholderIsRefused(String text) {
        assertThatThrownBy(() -> Interpolation.parse(text))
                .isInstanceOfSatisfying(
                        MalformedFrame.class,
                        malformed -> assertThat(malformed.info().code()).isEqualTo(40003));
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> Interpolation.parse("a".repeat(Interpolation.CHARS_MAX + 1)))
                .hasMessageContaining("1000");
    }

    @Test
    void equalTextsAreEqual() throws MalformedFrame {
        assertThat(Interpolation.parse("#{message.name}"))
                .isEqualTo(Interpolation.parse("#{message.name}"))
                .hasToString("#{message.name}")
                .isNotEqualTo(Interpolation.parse("#{message.id}"));
    }
}
