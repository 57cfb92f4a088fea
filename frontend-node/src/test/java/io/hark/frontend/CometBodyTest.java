package io.hark.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CometBodyTest {
    private static final String EVERY_LENGTH = "a\u007f \u00e9\u07ff \u20ac\uffee \ud83d\ude00\udbff\udffd";

    private final WireScratch scratch = new WireScratch();

    @ParameterizedTest
    @EnumSource(Format.class)
    void nothingIsAnEmptyArray(Format format) throws Exception {
        assertThat(ids(format, CometBody.array(format, List.of()))).isEmpty();
        assertThat(ids(format, CometBody.line(format, List.of()))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void framesOfSeveralRunsStandInOneArrayInTheirOrder(Format format) throws Exception {
        assertThat(ids(format, CometBody.array(format, List.of(run(format, "a", "b"), run(format, "c")))))
                .containsExactly("a", "b", "c");
        assertThat(ids(format, CometBody.line(format, List.of(run(format, "a"), run(format), run(format, "b", "c")))))
                .containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 16, 0xffff, 0x10000})
    void messagePackArraysSayTheirLengthInAnySize(int count) throws Exception {
        ByteBuf run = run(Format.MSGPACK, Collections.nCopies(count, "x").toArray(String[]::new));

        assertThat(ids(Format.MSGPACK, CometBody.array(Format.MSGPACK, List.of(run))))
                .hasSize(count);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 126, 0xffff, 0x10000})
    void framesOfAnyLengthLoseTheirHeaders(int length) throws Exception {
        String id = "x".repeat(length);

        for (Format format : Format.values()) {
            assertThat(ids(format, CometBody.array(format, List.of(run(format, id, "y")))))
                    .containsExactly(id, "y");
        }
    }

    @Test
    void aWholeAnswerIsUtf8() {
        byte[] body = CometBody.array(Format.JSON, List.of(run(Format.JSON, EVERY_LENGTH)));

        assertThat(new String(body, UTF_8)).contains(EVERY_LENGTH).endsWith("]");
    }

    @Test
    void aLineIsAsciiAndSaysTheSame() throws Exception {
        byte[] line = CometBody.line(Format.JSON, List.of(run(Format.JSON, EVERY_LENGTH, "plain")));

        assertThat(new String(line, UTF_8)).matches("[ -~\\x7f]*\n");
        assertThat(ids(Format.JSON, line)).containsExactly(EVERY_LENGTH, "plain");
    }

    private ByteBuf run(Format format, String... ids) {
        ByteBuf run = Unpooled.buffer();
        for (String id : ids) {
            scratch.webSocketFrame(format, new ServerMessage.Heartbeat(Optional.of(id)), run);
        }
        return run;
    }

    private static List<String> ids(Format format, byte[] array) throws Exception {
        List<?> frames = (List<?>) ProtocolCodec.of(format).decodeValue(array);
        return frames.stream()
                .map(frame -> ((Map<?, ?>) frame).get("id").toString())
                .toList();
    }
}
