package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the released clients send besides the plain form.
class ClientQuirksTest {

    @Test
    void zeroPrimitivesOfTheJavaClientAreAbsent() throws MalformedFrame {
        assertThat(json("{'action':10,'channel':'c','flags':0,'count':0,'timestamp':0}"))
                .isEqualTo(new ClientMessage.Attach("c", Map.of(), 0, Optional.empty()));
        assertThat(json("{'action':0,'flags':0,'count':0,'timestamp':0}"))
                .isEqualTo(new ClientMessage.Heartbeat(Optional.empty()));
    }

    @Test
    void nullsOfTheJavaScriptClientAreAbsent() throws MalformedFrame {
        assertThat(json("{'action':10,'channel':'c','channelSerial':null,'params':null,'flags':null}"))
                .isEqualTo(new ClientMessage.Attach("c", Map.of(), 0, Optional.empty()));
        assertThat(json("{'action':15,'channel':'c','msgSerial':0,'messages':[{'id':null,'name':null,'data':null,"
                        + "'encoding':null,'clientId':null,'extras':null,'version':null,'action':0,'serial':null}]}"))
                .isEqualTo(new ClientMessage.Publish(
                        "c", 0, List.of(Message.of(Optional.empty(), Payload.NONE)), Map.of()));
    }

    @Test
    void emptyTextIsDataAndAName() throws MalformedFrame {
        assertThat(json("{'action':15,'channel':'c','msgSerial':0,'messages':[{'name':'','data':'','encoding':''}]}"))
                .isEqualTo(new ClientMessage.Publish(
                        "c", 0, List.of(Message.of(Optional.of(""), Payload.text(""))), Map.of()));
    }

    @Test
    void channelParamsBecomeText() throws MalformedFrame {
        assertThat(json("{'action':10,'channel':'c','params':{'rewind':1,'x':1.0,'y':1.5,'echo':false,'z':null}}"))
                .isEqualTo(new ClientMessage.Attach(
                        "c", Map.of("rewind", "1", "x", "1", "y", "1.5", "echo", "false"), 0, Optional.empty()));
    }

    @Test
    void fieldsWeDoNotKnowAreSkipped() throws MalformedFrame {
        assertThat(json("{'new':{'a':[1,{'b':null}]},'action':15,'channel':'c','msgSerial':0,"
                        + "'messages':[{'size':5,'later':[[]],'data':'x'}],'other':[{}]}"))
                .isEqualTo(new ClientMessage.Publish(
                        "c", 0, List.of(Message.of(Optional.empty(), Payload.text("x"))), Map.of()));
    }

    /// A user may put them on the message object, in whatever form; the server overwrites them.
    @Test
    void theServersOwnFieldsDoNotSpoilAPublish() throws MalformedFrame {
        assertThat(json("{'action':15,'channel':'c','msgSerial':0,"
                        + "'messages':[{'timestamp':'now','connectionId':5,'data':'x'}]}"))
                .isEqualTo(new ClientMessage.Publish(
                        "c", 0, List.of(Message.of(Optional.empty(), Payload.text("x"))), Map.of()));
    }

    @Test
    void theServersOwnFieldsCannotBeForged() throws MalformedFrame {
        assertThat(json("{'action':15,'channel':'c','msgSerial':0,'messages':[{'timestamp':1,'connectionId':'other',"
                        + "'serial':'s','version':{'serial':'t'},'annotations':{'summary':{}},'data':'x'}]}"))
                .isEqualTo(new ClientMessage.Publish(
                        "c", 0, List.of(Message.of(Optional.empty(), Payload.text("x"))), Map.of()));
        assertThat(json("{'action':14,'channel':'c','msgSerial':0,"
                        + "'presence':[{'action':2,'timestamp':1,'connectionId':'other'}]}"))
                .isEqualTo(new ClientMessage.Presence("c", 0, List.of(Frames.smallPresence())));
    }

    @Test
    void secretsStayOutOfTheLog() {
        assertThat(new ClientMessage.Auth("the-token").toString()).doesNotContain("the-token");
        assertThat(Frames.fullMessage().toString()).doesNotContain("secret");
        assertThat(Frames.ofServers().toString()).doesNotContain("connection1.key");
    }

    @Test
    void undefinedOfTheJavaScriptMessagePackCodecIsAbsent() throws MalformedFrame {
        byte[] bytes = Frames.bytes(
                0x83, // a map of 3
                0xa6,
                "action",
                10,
                0xa7,
                "channel",
                0xa1,
                "c",
                0xad,
                "channelSerial",
                0xd4,
                0x00,
                0x00); // fixext1 of type 0

        assertThat(ProtocolCodec.of(Format.MSGPACK).decodeClient(bytes, 0, bytes.length))
                .isEqualTo(new ClientMessage.Attach("c", Map.of(), 0, Optional.empty()));
    }

    @Test
    void aWholeNumberMayComeAsAFloatOrInAnyWidth() throws MalformedFrame {
        for (byte[] five : List.of(
                Frames.bytes(5),
                Frames.bytes(0xcc, 5),
                Frames.bytes(0xcd, 0, 5),
                Frames.bytes(0xd2, 0, 0, 0, 5),
                Frames.bytes(0xcf, 0, 0, 0, 0, 0, 0, 0, 5),
                Frames.bytes(0xcb, 0x40, 0x14, 0, 0, 0, 0, 0, 0))) { // float64
            byte[] bytes = Frames.bytes(
                    0x84,
                    0xa6,
                    "action",
                    15,
                    0xa7,
                    "channel",
                    0xa1,
                    "c",
                    0xa9,
                    "msgSerial",
                    five,
                    0xa8,
                    "messages",
                    0x91,
                    0x80);

            assertThat(ProtocolCodec.of(Format.MSGPACK).decodeClient(bytes, 0, bytes.length))
                    .isInstanceOfSatisfying(
                            ClientMessage.Publish.class,
                            publish -> assertThat(publish.msgSerial()).isEqualTo(5));
        }
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "AQL/|base64|bytes|''",
                "AQL_|base64|bytes|''",
                "AQ\\nL/|base64|bytes|''",
                "AQL/|cipher+aes-128-cbc/base64|bytes|cipher+aes-128-cbc",
                "AQL/|json/utf-8/base64|bytes|json/utf-8",
                "not base64!|base64|text|base64",
                "AQL/|base64/json|text|base64/json",
                "AQL/|choahofhpxf|text|choahofhpxf",
                "AQL/|notbase64|text|notbase64",
                "{}|json/utf-8|text|json/utf-8"
            },
            delimiter = '|')
    void base64IsTakenOffInJson(String data, String encoding, String kind, String left) throws MalformedFrame {
        var publish = (ClientMessage.Publish)
                json("{'action':15,'channel':'c','msgSerial':0,'messages':[{'encoding':'%s','data':'%s'}]}"
                        .formatted(encoding, data));
        Message message = publish.messages().getFirst();

        assertThat(message.data())
                .isEqualTo(kind.equals("bytes") ? Payload.binary(new byte[] {1, 2, -1}) : Payload.text(data));
        assertThat(message.encoding()).isEqualTo(left.isEmpty() ? Optional.empty() : Optional.of(left));
    }

    @Test
    void bytesGoOutAsBase64InJsonAndAsTheyAreInMessagePack() {
        Message plain = Message.of(Optional.empty(), Payload.binary(new byte[] {1, 2, -1}));
        Message encrypted = plain.withData(plain.data(), Optional.of("cipher+aes-128-cbc"));

        assertThat(ProtocolCodec.of(Format.JSON).toTree(plain))
                .containsEntry("data", "AQL/")
                .containsEntry("encoding", "base64");
        assertThat(ProtocolCodec.of(Format.JSON).toTree(encrypted))
                .containsEntry("encoding", "cipher+aes-128-cbc/base64");
        assertThat(ProtocolCodec.of(Format.MSGPACK).toTree(plain))
                .containsEntry("data", new byte[] {1, 2, -1})
                .doesNotContainKey("encoding");
    }

    private static ClientMessage json(String frame) throws MalformedFrame {
        byte[] bytes = frame.replace('\'', '"').getBytes(UTF_8);
        return ProtocolCodec.of(Format.JSON).decodeClient(bytes, 0, bytes.length);
    }
}
