package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageSerialTest {

    @Test
    void hasTheDocumentedForm() {
        assertThat(new MessageSerial(1726585978590L, 1, "eu", 1, 4711, 0))
                .hasToString("01726585978590-001@eu.1.4711:000");
        assertThat(new MessageSerial(0, 0, "a", 0, 0, 0)).hasToString("00000000000000-000@a.0.0:000");
    }

    @Test
    void isReadBackFromItsTextAtTheEdgesOfAllRanges() {
        for (var serial : List.of(
                new MessageSerial(0, 0, "a", 0, 0, 0),
                new MessageSerial(99_999_999_999_999L, 999, "abcdefgh01234567", Integer.MAX_VALUE, Long.MAX_VALUE, 999),
                new MessageSerial(1726585978590L, 42, "eu1", 10, 100, 7))) {
            assertThat(MessageSerial.parse(serial.toString())).contains(serial);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "01726585978590-001@eu.1.4711",
                "01726585978590-001@eu.1.4711:00",
                "01726585978590-001@eu.1.4711:0000",
                "1726585978590-001@eu.1.4711:000",
                "01726585978590_001@eu.1.4711:000",
                "01726585978590-001@EU.1.4711:000",
                "01726585978590-001@.1.4711:000",
                "01726585978590-001@eu.01.4711:000",
                "01726585978590-001@eu.1.04711:000",
                "01726585978590-001@eu.1.-1:000",
                "01726585978590-001@eu.1.:000",
                "01726585978590-001@eu.4294967296.1:000",
                "01726585978590-001@eu.1.9999999999999999999:000",
                "01726585978590-001@eu.1.4711:00a",
                "01726585978590-001@abcdefghijklmnopq.1.4711:000",
                " 01726585978590-001@eu.1.4711:000",
                "01726585978590-001@eu.1.4711:000\n"
            })
    void otherTextIsNoSerial(String text) {
        assertThat(MessageSerial.parse(text)).isEmpty();
    }

    @Test
    void asTextSortsByTimeThenCounterThenIndex() {
        var random = new SplittableRandom(7);
        List<MessageSerial> inOrder = new ArrayList<>();
        long millis = 1726585978590L;
        int counter = 0;
        for (int i = 0; i < 1000; i++) {
            if (random.nextBoolean()) {
                millis += 1 + random.nextLong(1000);
                counter = 0;
            } else {
                counter++;
            }
            inOrder.add(new MessageSerial(millis, counter, "eu", 1, i, 0));
            inOrder.add(new MessageSerial(millis, counter, "eu", 1, i, 1));
        }

        assertThat(inOrder.stream().map(MessageSerial::toString)).isSorted();
    }

    @Test
    void partsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new MessageSerial(0, 1000, "eu", 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MessageSerial(0, 0, "e.u", 1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MessageSerial(0, 0, "eu", 1, 1, 1000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MessageSerial(100_000_000_000_000L, 0, "eu", 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
