package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SipHashTest {
    private static final SipHash MAC = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @Test
    void givesTheVectorsOfItsPaper() {
        byte[] input = new byte[15];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) i;
        }

        assertThat(MAC.of(input, 0)).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(MAC.of(input, 8)).isEqualTo(0x93f5f5799a932462L);
        assertThat(MAC.of(input, 15)).isEqualTo(0xa129ca6149be45e5L);
    }
}
