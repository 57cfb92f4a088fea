package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChannelSerialsTest {
    private static final ChannelSerials SERIALS = new ChannelSerials("a secret of the test".getBytes(UTF_8));
    private static final Position ONE_REGION = new Position("eu", 1, 4711, List.of(new OriginSeq("eu", 1, 4711)));
    private static final Position TWO_REGIONS = new Position(
            "eu",
            2,
            300_000,
            List.of(new OriginSeq("us", 1, 70_000), new OriginSeq("eu", 2, 1), new OriginSeq("eu", 1, 229_999)));

    @Test
    void everyPositionComesBack() {
        List<OriginSeq> full = new ArrayList<>();
        for (int i = 0; i < Position.ORIGINS_MAX; i++) {
            full.add(new OriginSeq("abcdefghijklmno" + (char) ('a' + i), Integer.MAX_VALUE, Long.MAX_VALUE));
        }
        for (var position : List.of(
                ONE_REGION,
                TWO_REGIONS,
                new Position("eu", 0, 0, List.of()),
                new Position("abcdefghijklmnop", Integer.MAX_VALUE, Long.MAX_VALUE, full))) {
            assertThat(SERIALS.decode(SERIALS.encode(position))).contains(position);
        }
    }

    @Test
    void theSamePlaceIsTheSameTextInWhateverOrderItsOriginsCame() {
        var reversed = new Position("eu", 2, 300_000, TWO_REGIONS.vector().reversed());

        assertThat(SERIALS.encode(reversed)).isEqualTo(SERIALS.encode(TWO_REGIONS));
    }

    @Test
    void thePlaceInASingleRegionIsShortAndUrlSafe() {
        assertThat(SERIALS.encode(ONE_REGION)).hasSizeLessThanOrEqualTo(28).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] genuine = Base64.getUrlDecoder().decode(SERIALS.encode(TWO_REGIONS));
        for (int bit = 0; bit < genuine.length * 8; bit++) {
            byte[] tampered = genuine.clone();
            tampered[bit / 8] ^= (byte) (1 << bit % 8);

            assertThat(SERIALS.decode(Base64.getUrlEncoder().withoutPadding().encodeToString(tampered)))
                    .as("bit %d", bit)
                    .isEmpty();
        }
    }

    @Test
    void everyChangedCharacterIsNoticed() {
        String genuine = SERIALS.encode(ONE_REGION);
        for (int i = 0; i < genuine.length(); i++) {
            for (char c : "AQgwz059-_=+/ ".toCharArray()) {
                String tampered = genuine.substring(0, i) + c + genuine.substring(i + 1);
                if (!tampered.equals(genuine)) {
                    assertThat(SERIALS.decode(tampered)).as(tampered).isEmpty();
                }
            }
        }
    }

    @Test
    void anotherSecretsSerialIsNotAccepted() {
        var others = new ChannelSerials("another secret".getBytes(UTF_8));

        assertThat(others.decode(SERIALS.encode(ONE_REGION))).isEmpty();
    }

    @Test
    void whateverAClientSendsGivesAtMostEmpty() {
        long seed = 20260101;
        var random = new SplittableRandom(seed);
        String genuine = SERIALS.encode(TWO_REGIONS);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(genuine.substring(0, random.nextInt(genuine.length())));
            int more = random.nextInt(i % 100 == 0 ? 100_000 : 40);
            for (int j = 0; j < more; j++) {
                text.append((char) random.nextInt(i % 2 == 0 ? 128 : 0x10000));
            }
            assertThat(SERIALS.decode(text.toString()))
                    .as("seed %d case %d", seed, i)
                    .isEmpty();
        }
        assertThat(SERIALS.decode("")).isEmpty();
    }

    @Test
    void aPositionHoldsAtMostSixteenOriginsEachOnce() {
        var twice = List.of(new OriginSeq("eu", 1, 1), new OriginSeq("eu", 1, 2));
        List<OriginSeq> many = new ArrayList<>();
        for (int i = 0; i <= Position.ORIGINS_MAX; i++) {
            many.add(new OriginSeq("eu", i, 1));
        }

        assertThatThrownBy(() -> new Position("eu", 1, 1, twice)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Position("eu", 1, 1, many)).isInstanceOf(IllegalArgumentException.class);
    }
}
