package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames that a client sends together.
class ClientBatchTest {
    private static final ProtocolCodec JSON = ProtocolCodec.of(Format.JSON);
    private static final ProtocolCodec MSGPACK = ProtocolCodec.of(Format.MSGPACK);

    @Test
    void allFramesOfAnArrayAreReadInTheirOrder() throws MalformedFrame {
        assertThat(json("""
            [{"action":0,"id":"a"}, {"action":12,"channel":"room"}, {"action":7}]
            """))
                .containsExactly(
                        new ClientMessage.Heartbeat(Optional.of("a")),
                        new ClientMessage.Detach("room"),
                        new ClientMessage.Close());
        assertThat(json("[]")).isEmpty();
    }

    @Test
    void messagePackBringsTheSame() throws MalformedFrame {
        List<ClientMessage> frames =
                List.of(new ClientMessage.Detach("room"), new ClientMessage.Heartbeat(Optional.empty()));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(0x92);
        frames.forEach(frame -> body.writeBytes(MSGPACK.encode(frame)));

        assertThat(MSGPACK.decodeClients(body.toByteArray())).isEqualTo(frames);
    }

    @Test
    void aFrameThatCannotBePerformedIsRefusedByItself() throws MalformedFrame {
        assertThat(json("""
            [{"action":15,"channel":7,"msgSerial":0,"messages":[{"name":"a"}]}, {"action":12,"channel":"room"}]
            """))
                .satisfiesExactly(
                        frame -> assertThat(frame)
                                .isInstanceOfSatisfying(
                                        ClientMessage.Refused.class,
                                        refused ->
                                                assertThat(refused.msgSerial()).isEqualTo(OptionalLong.of(0))),
                        frame -> assertThat(frame).isEqualTo(new ClientMessage.Detach("room")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "7",
                "{\"action\":0}",
                "[{\"action\":0}",
                "[{\"action\":0}] []",
                "[[{\"action\":0}]]",
                "[{\"action\":0}, null]",
                "[{\"id\":\"a\"}]",
                "[{\"action\":\"0\"}]"
            })
    void whatIsNoArrayOfFramesIsMalformedAsAWhole(String body) {
        assertThatExceptionOfType(MalformedFrame.class)
                .isThrownBy(() -> json(body))
                .satisfies(malformed -> assertThat(malformed.info().code()).isEqualTo(ErrorCode.PROTOCOL_ERROR.code()));
    }

    @Test
    void aFrameMayNestAsDeepAsOneThatComesAlone() throws MalformedFrame {
        int atMost = ProtocolCodec.DEPTH_MAX - 1;

        assertThat(JSON.decodeClient(
                        deep(atMost).getBytes(UTF_8), 0, deep(atMost).length()))
                .isInstanceOf(ClientMessage.Heartbeat.class);
        assertThat(json("[" + deep(atMost) + "]")).hasSize(1);
        assertThatExceptionOfType(MalformedFrame.class).isThrownBy(() -> json("[" + deep(atMost + 2) + "]"));
    }

    /// A frame with a field that nobody knows, so many arrays deep.
    private static String deep(int arrays) {
        return "{\"action\":0,\"unknown\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";
    }

    private static List<ClientMessage> json(String body) throws MalformedFrame {
        return JSON.decodeClients(body.getBytes(UTF_8));
    }
}
