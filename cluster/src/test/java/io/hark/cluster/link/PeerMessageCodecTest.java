package io.hark.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.SlotRow;
import io.hark.slot.PeerMessage;
import io.hark.slot.SlotAnswer;
import io.hark.slot.SlotRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `-Dhark.fuzz.cases=1000000` is the long form, `-Dhark.fuzz.seed=...` repeats a run.
class PeerMessageCodecTest {
    private static final int CASES = Integer.getInteger("hark.fuzz.cases", 100_000);
    private static final long SEED = Long.getLong("hark.fuzz.seed", System.nanoTime());

    static List<PeerMessage> samples() {
        return SampleMessages.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aMessageComesOutAsItWentIn(PeerMessage message) throws Exception {
        byte[] sent = PeerMessageCodec.encode(message).toByteArray();

        PeerMessage received = PeerMessageCodec.decode(Wire.PeerMessage.parseFrom(sent));

        assertThat(received).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(message);
    }

    @Test
    void theSamplesAreOfEveryKind() {
        Set<Class<?>> seen = new HashSet<>();
        for (PeerMessage message : samples()) {
            seen.add(message.getClass());
            switch (message) {
                case PeerMessage.Ask ask -> seen.add(ask.request().getClass());
                case PeerMessage.Answer answer -> {
                    seen.add(answer.answer().getClass());
                    if (answer.answer() instanceof SlotAnswer.Published(PublishResult result)) {
                        seen.add(result.getClass());
                    }
                }
                case PeerMessage.Install install -> install.image().rows().forEach(row -> seen.add(row.getClass()));
                default -> {}
            }
        }

        List<Class<?>> kinds = Stream.of(
                        PeerMessage.class,
                        PeerMessage.OfSlot.class,
                        SlotRequest.class,
                        SlotAnswer.class,
                        PublishResult.class,
                        SlotRow.class)
                .<Class<?>>flatMap(choice -> Arrays.stream(choice.getPermittedSubclasses()))
                .filter(Class::isRecord)
                .toList();
        assertThat(seen).containsExactlyInAnyOrderElementsOf(kinds);
    }

    @Test
    void aSizeIsToldWithoutEncodingAndIsNotFarBelowTheTruth() {
        for (PeerMessage message : samples()) {
            assertThat(MessageSizes.of(message))
                    .as("%s", message)
                    .isBetween(PeerMessageCodec.encode(message).getSerializedSize() / 2L, 10_000L);
        }
        assertThat(MessageSizes.of(SampleMessages.publish(100_000))).isBetween(100_000L, 101_000L);
    }

    @Test
    void aSlotThatDoesNotExistIsRefused() {
        Wire.PeerMessage message = Wire.PeerMessage.newBuilder()
                .setAppended(Wire.Appended.newBuilder().setSlot(1024))
                .build();

        assertThatThrownBy(() -> PeerMessageCodec.decode(message))
                .isInstanceOf(MalformedPeerMessage.class)
                .hasMessage("a message of kind APPENDED: slot must be 0 to 1023, was 1024");
    }

    @Test
    void aPublishWithTooManyIdsIsRefused() {
        Wire.Publish.Builder publish = Wire.Publish.newBuilder();
        for (int i = 0; i <= Publish.IDS_MAX; i++) {
            publish.addIds(Wire.IdHash.getDefaultInstance());
        }

        assertThatThrownBy(() -> PublishCodec.decode(publish.build()))
                .isInstanceOf(MalformedPeerMessage.class)
                .hasMessage("a publish has 101 ids, the limit is 100");
    }

    @Test
    void aDamagedEntryIsRefused() {
        Wire.PeerMessage append = PeerMessageCodec.encode(samples().getFirst());
        Wire.PeerMessage.Builder damaged = append.toBuilder();
        byte[] entry = append.getAppend().getRecords(0).getEntry().toByteArray();
        entry[20] ^= 1;
        damaged.getAppendBuilder().getRecordsBuilder(0).setEntry(ByteString.copyFrom(entry));

        assertThatThrownBy(() -> PeerMessageCodec.decode(damaged.build()))
                .isInstanceOf(MalformedPeerMessage.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void aMessageOfNoKindIsRefused() {
        assertThatThrownBy(() -> PeerMessageCodec.decode(Wire.PeerMessage.getDefaultInstance()))
                .isInstanceOf(MalformedPeerMessage.class);
    }

    @Test
    void damagedMessagesAreRefusedAndNothingElse() {
        Random random = new Random(SEED);
        List<byte[]> valid = new ArrayList<>();
        samples().forEach(message -> valid.add(PeerMessageCodec.encode(message).toByteArray()));
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = damaged(valid.get(random.nextInt(valid.size())), valid, random);
            try {
                PeerMessageCodec.encode(PeerMessageCodec.decode(Wire.PeerMessage.parseFrom(bytes)));
                accepted++;
            } catch (InvalidProtocolBufferException | MalformedPeerMessage e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "case %d, seed %d: %s".formatted(i, SEED, HexFormat.of().formatHex(bytes)), e);
            }
        }
        assertThat(accepted).as("seed %d", SEED).isGreaterThan(CASES / 100);
        assertThat(refused).as("seed %d", SEED).isGreaterThan(CASES / 100);
    }

    private static byte[] damaged(byte[] original, List<byte[]> others, Random random) {
        byte[] bytes = original.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = spliced(bytes, at, others.get(random.nextInt(others.size())), random);
                default -> bytes[at] = (byte) (random.nextBoolean() ? 0x7F : 0xFF);
            }
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] other, Random random) {
        int from = random.nextInt(other.length + 1);
        byte[] out = Arrays.copyOf(bytes, at + other.length - from);
        System.arraycopy(other, from, out, at, other.length - from);
        return out;
    }
}
