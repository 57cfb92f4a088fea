package io.hark.loadtest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MarkTest {
    private static byte[] mark(long dueMicros, long sequence, int stream) {
        byte[] payload = new byte[Mark.LENGTH];
        Mark.write(payload, dueMicros, sequence, stream);
        return payload;
    }

    @Test
    void whatIsWrittenIsRead() {
        byte[] mark = mark(86_400_000_000L, (1L << 36) - 1, Mark.STREAMS_MAX - 1);

        assertThat(Mark.find(mark, 0, mark.length)).isZero();
        assertThat(Mark.dueMicros(mark, 0)).isEqualTo(86_400_000_000L);
        assertThat(Mark.sequence(mark, 0)).isEqualTo((1L << 36) - 1);
        assertThat(Mark.stream(mark, 0)).isEqualTo(Mark.STREAMS_MAX - 1);
    }

    @ParameterizedTest
    @EnumSource
    void aMarkIsFoundInAFrameOfEitherFormat(Format format) {
        String data = new String(mark(1, 2, 3), US_ASCII) + "xxx";
        byte[] frame = ProtocolCodec.of(format)
                .encode(new ClientMessage.Publish(
                        "some~channel", 0, List.of(Message.of(Optional.empty(), Payload.text(data))), Map.of()));

        int at = Mark.find(frame, 0, frame.length);

        assertThat(at).isPositive();
        assertThat(Mark.dueMicros(frame, at)).isEqualTo(1);
        assertThat(Mark.sequence(frame, at)).isEqualTo(2);
        assertThat(Mark.stream(frame, at)).isEqualTo(3);
    }

    @Test
    void aMarkIsFoundWhereverItBegins() {
        for (int at = 0; at < 40; at++) {
            byte[] bytes = ("~".repeat(at) + new String(mark(7, 8, 9), US_ASCII) + "~~").getBytes(US_ASCII);

            assertThat(Mark.find(bytes, 0, bytes.length)).isEqualTo(at);
        }
    }

    @Test
    void whatOnlyLooksLikeAMarkIsNone() {
        byte[] cut = mark(1, 2, 3);
        byte[] wrongDigit = mark(1, 2, 3);
        wrongDigit[5] = '"';
        byte[] withoutEnd = mark(1, 2, 3);
        withoutEnd[Mark.LENGTH - 1] = 'A';

        assertThat(Mark.find(cut, 0, cut.length - 1)).isEqualTo(-1);
        assertThat(Mark.find(wrongDigit, 0, wrongDigit.length)).isEqualTo(-1);
        assertThat(Mark.find(withoutEnd, 0, withoutEnd.length)).isEqualTo(-1);
        assertThat(Mark.find(new byte[0], 0, 0)).isEqualTo(-1);
    }
}
