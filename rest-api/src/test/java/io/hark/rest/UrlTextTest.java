package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTextTest {
    @Test
    void lastValueOfARepeatedParamCounts() {
        assertThat(UrlText.query("a=1&b=%20x+y&a=2&c&=d&&e="))
                .isEqualTo(Map.of("a", "2", "b", " x y", "c", "", "e", ""));
    }

    @Test
    void paramsThatAreNotEncodedAreTakenAsTheyStand() {
        assertThat(UrlText.query("a=100%&b=%ff")).isEqualTo(Map.of("a", "100%", "b", "%ff"));
    }

    @Test
    void paramsBeyondTheLimitAreIgnored() {
        StringBuilder raw = new StringBuilder();
        for (int i = 0; i < UrlText.PARAMS_MAX + 10; i++) {
            raw.append("p").append(i).append("=1&");
        }
        assertThat(UrlText.query(raw.toString())).hasSize(UrlText.PARAMS_MAX);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "a b+c,d=e&f<g>\"h\"", "grüße/\uD83D\uDE00", "%41", "a-._~z"})
    void encodedTextDecodesToItself(String text) {
        assertThat(UrlText.encode(text)).matches("[A-Za-z0-9%._~-]*");
        assertThat(UrlText.decode(UrlText.encode(text))).contains(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%4g", "%g4", "%ff", "%c3", "%ed%a0%80", "%-1", "%c0%af"})
    void malformedTextIsNotDecoded(String raw) {
        assertThat(UrlText.decode(raw)).isEmpty();
    }
}
