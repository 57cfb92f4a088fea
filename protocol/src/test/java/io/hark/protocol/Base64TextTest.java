package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64TextTest {

    @Test
    void paddingMayBeMissingAndLinesMayBreak() {
        Map.of(
                        "", "",
                        "Zg==", "f",
                        "Zg", "f",
                        "Zm8=", "fo",
                        "Zm8", "fo",
                        "Zm9v", "foo",
                        "Zm9v\nYmFy\r\n", "foobar",
                        "Zm9vYg=\n=", "foob",
                        "\r\n", "")
                .forEach((text, plain) -> assertThat(Base64Text.decode(text).map(bytes -> new String(bytes, UTF_8)))
                        .as(text)
                        .contains(plain));
    }

    @Test
    void bothAlphabetsAreRead() {
        byte[] bytes = {(byte) 0xfb, (byte) 0xff, (byte) 0xbf};

        assertThat(Base64Text.decode("+/+/")).contains(bytes);
        assertThat(Base64Text.decode("-_-_")).contains(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Z", "Zm9vY", "Zg=", "Zg===", "Zm9v=", "=", "Zg==Zg==", "Zm 9v", "Zm9v!", "Zm9vé", "Zm\u00009v"})
    void otherTextIsNotBase64(String text) {
        assertThat(Base64Text.decode(text)).isEmpty();
    }

    @Test
    void everyLengthComesBack() {
        var random = new SplittableRandom(3);
        for (int length = 0; length < 200; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(Base64Text.decode(Base64.getEncoder().encodeToString(bytes)))
                    .contains(bytes);
            assertThat(Base64Text.decode(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)))
                    .contains(bytes);
            assertThat(Base64Text.decode(Base64.getMimeEncoder().encodeToString(bytes)))
                    .contains(bytes);
        }
    }
}
