package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Damaged frames give a value or [MalformedFrame], whatever the damage; and what they give can be written
/// again.
///
/// `-Dhark.fuzz.cases=1000000` is the long form, `-Dhark.fuzz.seed=...` repeats a run.
class CodecFuzzTest {
    private static final int CASES = Integer.getInteger("hark.fuzz.cases", 100_000);
    private static final long SEED = Long.getLong("hark.fuzz.seed", System.nanoTime());

    // Generous for a frame below 4 KB: an attack shows by orders of magnitude.
    private static final long BYTES_PER_CASE_MAX = 4 << 20;

    @ParameterizedTest
    @EnumSource(Format.class)
    void framesOfClients(Format format) {
        ProtocolCodec codec = ProtocolCodec.of(format);
        List<byte[]> valid = new ArrayList<>();
        Frames.ofClients().forEach(frame -> valid.add(codec.encode(frame)));
        Frames.refused().forEach(frame -> valid.add(codec.encode(frame)));

        fuzz(valid, bytes -> codec.encode(codec.decodeClient(bytes, 0, bytes.length)));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void framesOfServers(Format format) {
        ProtocolCodec codec = ProtocolCodec.of(format);
        List<byte[]> valid = new ArrayList<>();
        Frames.ofServers().forEach(frame -> valid.add(codec.encode(frame)));

        fuzz(valid, bytes -> codec.encode(codec.decodeServer(bytes, 0, bytes.length)));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void bodiesOfRestPublishes(Format format) {
        ProtocolCodec codec = ProtocolCodec.of(format);
        List<byte[]> valid = List.of(
                codec.encodeMessages(List.of(Frames.fullMessage(), Frames.binaryMessage())),
                codec.encodeValue(codec.toTree(Frames.fullMessage())),
                codec.encodeValue(Map.of("data", codec.toTree(Frames.fullMessage()))));

        fuzz(valid, bytes -> {
            List<Message> messages = codec.decodeMessages(bytes);
            BodyCodec.decodeMessages(BodyCodec.encode(new MessageBatch("id", Optional.empty(), 1, messages)));
        });
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void bodiesOfRestOperationsOnObjects(Format format) {
        ProtocolCodec codec = ProtocolCodec.of(format);
        List<byte[]> valid = List.of(
                codec.encodeValue(Map.of("path", "a.b", "mapSet", Map.of("key", "k", "value", Map.of("number", 1)))),
                codec.encodeValue(List.of(
                        Map.of("id", "x", "objectId", "counter:a@1", "counterInc", Map.of("number", 1.5)),
                        Map.of("mapCreate", Map.of("semantics", 0, "entries", Map.of("k", Map.of("data", data())))))));

        fuzz(valid, codec::decodeObjectRequests);
    }

    private static Map<String, Object> data() {
        return Map.of("json", "[1]");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void plainValues(Format format) {
        ProtocolCodec codec = ProtocolCodec.of(format);
        List<byte[]> valid = List.of(codec.encodeValue(codec.toTree(Frames.fullMessage())));

        fuzz(valid, bytes -> codec.encodeValue(codec.decodeValue(bytes)));
    }

    @Test
    void bodiesOfTheLog() {
        List<byte[]> valid = List.of(
                BodyCodec.encode(new MessageBatch(
                        "id", Optional.of("c"), 1, List.of(Frames.fullMessage(), Frames.binaryMessage()))),
                BodyCodec.encode(new PresenceBatch("id", Optional.empty(), 1, List.of(Frames.fullPresence()))),
                BodyCodec.encode(new ObjectBatch(
                        "id",
                        Optional.empty(),
                        1,
                        Frames.operations().stream().map(ObjectMessage::of).toList())),
                BodyCodec.encode(Frames.objects()));

        fuzz(valid, bytes -> {
            BodyCodec.decodeMessages(bytes);
            BodyCodec.decodePresence(bytes);
            BodyCodec.decodeObjects(bytes);
            BodyCodec.decodeObjectStates(bytes);
        });
    }

    private interface Target {
        void accept(byte[] bytes) throws MalformedFrame;
    }

    private static void fuzz(List<byte[]> valid, Target target) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var mutator = new FrameMutator(valid, SEED);
        int accepted = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = mutator.next();
            long before = threads.getCurrentThreadAllocatedBytes();
            accepted += accepts(target, bytes, i) ? 1 : 0;
            long once = threads.getCurrentThreadAllocatedBytes();
            if (once - before > BYTES_PER_CASE_MAX) {
                // Loading classes allocates too, but only once.
                accepts(target, bytes, i);
                long again = threads.getCurrentThreadAllocatedBytes() - once;
                assertThat(again).as(described(i, bytes)).isLessThan(BYTES_PER_CASE_MAX);
            }
        }
        // Else the damage is so crude that only the first bytes of the decoder are tried.
        assertThat(accepted).as("seed %d", SEED).isGreaterThan(CASES / 100);
    }

    private static boolean accepts(Target target, byte[] bytes, int index) {
        try {
            target.accept(bytes);
            return true;
        } catch (MalformedFrame expected) {
            return false;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(described(index, bytes), e);
        }
    }

    private static String described(int index, byte[] bytes) {
        return "seed %d, case %d: %s".formatted(SEED, index, HexFormat.of().formatHex(bytes));
    }
}
