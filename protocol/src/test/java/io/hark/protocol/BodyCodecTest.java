package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BodyCodecTest {
    private static final MessageBatch MESSAGES = new MessageBatch(
            "connection1:0",
            Optional.of("connection1"),
            1_700_000_000_500L,
            List.of(
                    Frames.fullMessage().withoutConnectionKey(),
                    Frames.binaryMessage(),
                    Message.of(Optional.empty(), Payload.NONE)));

    @Test
    void messagesComeBack() throws MalformedFrame {
        assertThat(BodyCodec.decodeMessages(BodyCodec.encode(MESSAGES))).isEqualTo(MESSAGES);
    }

    @Test
    void presenceComesBack() throws MalformedFrame {
        var batch =
                new PresenceBatch("id", Optional.empty(), 0, List.of(Frames.fullPresence(), Frames.smallPresence()));

        assertThat(BodyCodec.decodePresence(BodyCodec.encode(batch))).isEqualTo(batch);
    }

    @Test
    void annotationsComeBackWithTheirSummary() throws MalformedFrame {
        var batch = new AnnotationBatch(
                "id", Optional.of("c"), 5, List.of(Frames.publishedAnnotation(), Frames.smallAnnotation()));
        var summary = Message.of(Optional.empty(), Payload.NONE)
                .withAction(MessageAction.SUMMARY)
                .withSerial("m", Optional.empty())
                .withAnnotations(Map.of("summary", Map.of("t:flag.v1", Map.of("total", 2L, "clipped", true))));
        for (var annotated : List.of(
                new BodyCodec.Annotated(batch, Optional.of(summary)),
                new BodyCodec.Annotated(batch, Optional.empty()),
                new BodyCodec.Annotated(
                        new AnnotationBatch("", Optional.empty(), 0, List.of()), Optional.of(summary)))) {
            assertThat(BodyCodec.decodeAnnotated(BodyCodec.encode(annotated))).isEqualTo(annotated);
        }
    }

    @Test
    void theStoredFormIsAVersionAndMessagePack() {
        var batch =
                new MessageBatch("a", Optional.empty(), 5, List.of(Message.of(Optional.of("e"), Payload.text("d"))));

        assertThat(BodyCodec.encode(batch))
                .isEqualTo(Frames.bytes(
                        1, // version
                        0x83, // a map of 3
                        0xa2,
                        "id",
                        0xa1,
                        "a",
                        0xa9,
                        "timestamp",
                        5,
                        0xa8,
                        "messages",
                        0x91,
                        0x83, // a map of 3
                        0xa4,
                        "name",
                        0xa1,
                        "e",
                        0xa4,
                        "data",
                        0xa1,
                        "d",
                        0xa6,
                        "action",
                        0));
    }

    @Test
    void aConnectionKeyIsNotStored() throws MalformedFrame {
        var batch = new MessageBatch("a", Optional.empty(), 5, List.of(Frames.fullMessage()));

        assertThat(BodyCodec.decodeMessages(BodyCodec.encode(batch)).messages())
                .containsExactly(Frames.fullMessage().withoutConnectionKey());
    }

    @Test
    void aBodyOfAnotherVersionOrDamagedIsNotRead() {
        byte[] body = BodyCodec.encode(MESSAGES);
        byte[] newer = body.clone();
        newer[0] = 2;
        byte[] cut = Arrays.copyOf(body, body.length - 1);

        for (byte[] wrong : List.of(newer, cut, new byte[0], new byte[] {1}, new byte[] {1, 5})) {
            assertThatThrownBy(() -> BodyCodec.decodeMessages(wrong))
                    .isInstanceOfSatisfying(
                            MalformedFrame.class,
                            e -> assertThat(e.info().code()).isEqualTo(50000));
        }
    }
}
