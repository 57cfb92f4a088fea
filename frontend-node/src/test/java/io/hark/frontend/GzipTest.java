package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "gzip, deflate, br",
                "br;q=1.0, GZIP;q=0.8, *;q=0.1",
                "x-gzip",
                "identity, *",
                "gzip;q=0.001"
            })
    void clientsThatTakeItAreKnown(String codings) {
        assertThat(Gzip.isAccepted(codings)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                ",",
                "identity",
                "br, deflate",
                "gzip;q=0",
                "gzip; q=0.000, *",
                "*;q=0",
                "gzippy",
                "gzip;q=0.0,gzip"
            })
    void othersAreNotSentIt(String codings) {
        assertThat(Gzip.isAccepted(codings)).isFalse();
    }
}
