package io.hark.vcdiff;

import static org.assertj.core.api.Assertions.assertThat;

import com.davidehrmann.vcdiff.VCDiffDecoderBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The decoder is the one that the Java SDK has built in.
class VcdiffEncoderTest {
    private static final long UNBOUNDED = Long.MAX_VALUE;

    private final VcdiffEncoder encoder = new VcdiffEncoder();

    @Test
    void whatIsDecodedIsWhatWasEncoded() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 3_000; round++) {
            byte[] base = bytes(random, random.nextInt(1, 3_000), random.nextInt(1, 8));
            byte[] target = edited(random, base);
            Optional<byte[]> difference = encoder.encode(base, target, UNBOUNDED);
            if (difference.isPresent()) {
                assertThat(difference.get()).hasSizeLessThan(target.length);
                assertThat(decoded(base, difference.get()))
                        .as("round %d", round)
                        .isEqualTo(target);
            }
        }
    }

    @Test
    void similarRecordsOfFortyBytesAreToldAsDifferences() throws IOException {
        String[] records = {
            "{\"foo\":\"bar\",\"count\":1,\"status\":\"active\"}",
            "{\"foo\":\"bar\",\"count\":2,\"status\":\"active\"}",
            "{\"foo\":\"bar\",\"count\":2,\"status\":\"inactive\"}",
            "{\"foo\":\"bar\",\"count\":3,\"status\":\"inactive\"}",
            "{\"foo\":\"bar\",\"count\":4,\"status\":\"active\"}"
        };
        for (int i = 1; i < records.length; i++) {
            byte[] base = utf8(records[i - 1]);
            byte[] difference =
                    encoder.encode(base, utf8(records[i]), UNBOUNDED).orElseThrow();
            assertThat(decoded(base, difference)).asString().isEqualTo(records[i]);
        }
    }

    @Test
    void anEditOfALargeTextTakesFewBytesAndNoSearch() throws IOException {
        byte[] base = bytes(new Random(1), 64 << 10, 200);
        byte[] target = base.clone();
        target[30_000]++;
        byte[] difference = encoder.encode(base, target, 100).orElseThrow();
        assertThat(difference).hasSizeLessThan(40);
        assertThat(encoder.scanned()).isEqualTo(2);
        assertThat(decoded(base, difference)).isEqualTo(target);
    }

    @Test
    void partsThatMovedAreFound() throws IOException {
        byte[] base = bytes(new Random(1), 64 << 10, 200);
        byte[] target = new byte[base.length];
        for (int part = 0; part < 64; part++) {
            System.arraycopy(base, (part * 37 + 5) % 64 << 10, target, part << 10, 1 << 10);
        }
        byte[] difference = encoder.encode(base, target, UNBOUNDED).orElseThrow();
        assertThat(difference).hasSizeLessThan(1_000);
        assertThat(decoded(base, difference)).isEqualTo(target);
    }

    @Test
    void theSameAgainIsOneCopy() throws IOException {
        byte[] base = bytes(new Random(1), 1_000, 200);
        byte[] difference = encoder.encode(base, base.clone(), UNBOUNDED).orElseThrow();
        assertThat(difference).hasSizeLessThan(30);
        assertThat(decoded(base, difference)).isEqualTo(base);
    }

    @Test
    void whatWouldNotBeSmallerIsNotToldAsADifference() {
        assertThat(encoder.encode(utf8("abc"), utf8("abd"), UNBOUNDED)).isEmpty();
        assertThat(encoder.encode(new byte[0], new byte[1_000], UNBOUNDED)).isEmpty();
        assertThat(encoder.encode(new byte[1_000], new byte[0], UNBOUNDED)).isEmpty();
        Random random = new Random(7);
        assertThat(encoder.encode(bytes(random, 5_000, 256), bytes(random, 5_000, 256), UNBOUNDED))
                .isEmpty();
    }

    @Test
    void itGivesUpRatherThanSearchMoreThanItMay() {
        Random random = new Random(7);
        byte[] base = bytes(random, 5_000, 256);
        byte[] target = bytes(random, 5_000, 256);
        System.arraycopy(base, 1_000, target, 2_000, 2_000);
        assertThat(encoder.encode(base, target, 5_000)).isEmpty();
        assertThat(encoder.scanned()).isZero();
        assertThat(encoder.encode(base, target, 10_000)).isPresent();
    }

    private static byte[] edited(Random random, byte[] base) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < base.length) {
            int kept = random.nextInt(1, 400);
            int from = random.nextInt(4) == 0 ? random.nextInt(base.length) : at;
            out.write(base, from, Math.min(kept, base.length - from));
            at += kept + random.nextInt(3);
            if (random.nextInt(3) == 0) {
                out.writeBytes(bytes(random, random.nextInt(40), 256));
            }
        }
        return out.toByteArray();
    }

    private static byte[] bytes(Random random, int length, int alphabet) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) random.nextInt(alphabet);
        }
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] decoded(byte[] base, byte[] difference) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        VCDiffDecoderBuilder.builder().buildSimple().decode(base, difference, out);
        return out.toByteArray();
    }
}
