package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Frames as bytes: what is written exactly, and that what is written is read back the same in both formats.
class ProtocolCodecTest {
    private static final ProtocolCodec JSON = ProtocolCodec.of(Format.JSON);
    private static final ProtocolCodec MSGPACK = ProtocolCodec.of(Format.MSGPACK);

    static Stream<Arguments> serverFrames() {
        return Frames.ofServers().stream()
                .flatMap(frame -> Stream.of(Format.values()).map(format -> Arguments.of(format, frame)));
    }

    static Stream<Arguments> clientFrames() {
        return Frames.ofClients().stream()
                .flatMap(frame -> Stream.of(Format.values()).map(format -> Arguments.of(format, frame)));
    }

    @ParameterizedTest
    @MethodSource("serverFrames")
    void aServersFrameComesBack(Format format, ServerMessage frame) throws MalformedFrame {
        byte[] bytes = ProtocolCodec.of(format).encode(frame);

        assertThat(ProtocolCodec.of(format).decodeServer(bytes, 0, bytes.length))
                .isEqualTo(frame);
    }

    @ParameterizedTest
    @MethodSource("clientFrames")
    void aClientsFrameComesBack(Format format, ClientMessage frame) throws MalformedFrame {
        byte[] bytes = ProtocolCodec.of(format).encode(frame);

        assertThat(ProtocolCodec.of(format).decodeClient(bytes, 0, bytes.length))
                .isEqualTo(frame);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aFrameInTheMiddleOfABufferIsRead(Format format) throws MalformedFrame {
        var frame = new ClientMessage.Detach("room");
        byte[] buffer = Frames.bytes(1, 2, 3, ProtocolCodec.of(format).encode(frame), 4, 5);

        assertThat(ProtocolCodec.of(format).decodeClient(buffer, 3, buffer.length - 5))
                .isEqualTo(frame);
    }

    @Test
    void aRefusedFrameKeepsItsMsgSerialForTheNack() throws MalformedFrame {
        for (ClientMessage refused : Frames.refused()) {
            for (Format format : Format.values()) {
                byte[] bytes = ProtocolCodec.of(format).encode(refused);
                var sent = (ClientMessage.Refused) refused;

                assertThat(ProtocolCodec.of(format).decodeClient(bytes, 0, bytes.length))
                        .isInstanceOfSatisfying(ClientMessage.Refused.class, read -> {
                            assertThat(read.action()).isEqualTo(sent.action());
                            assertThat(read.channel()).isEqualTo(sent.channel());
                            assertThat(read.msgSerial()).isEqualTo(sent.msgSerial());
                        });
            }
        }
    }

    static Stream<Arguments> serverJson() {
        var details = new ConnectionDetails(
                Optional.of("u1"), "Cx1.k", 65536, 524288, 250, 120_000, 15_000, "hark-1", "h1", 86_400_000);
        var error = new ErrorInfo(40160, 401, "no");
        return Stream.of(
                Arguments.of(new ServerMessage.Heartbeat(Optional.empty()), "{'action':0}"),
                Arguments.of(new ServerMessage.Heartbeat(Optional.of("p")), "{'action':0,'id':'p'}"),
                Arguments.of(
                        new ServerMessage.Connected("Cx1", details, Optional.empty()),
                        "{'action':4,'connectionId':'Cx1','connectionDetails':{'clientId':'u1','connectionKey':'Cx1.k',"
                                + "'maxMessageSize':65536,'maxFrameSize':524288,'maxInboundRate':250,"
                                + "'connectionStateTtl':120000,'maxIdleInterval':15000,'serverId':'hark-1',"
                                + "'siteCode':'h1','objectsGCGracePeriod':86400000}}"),
                Arguments.of(
                        new ServerMessage.Error(Optional.empty(), error),
                        "{'action':9,'error':{'message':'no','code':40160,'statusCode':401,"
                                + "'href':'https://help.ably.io/error/40160'}}"),
                Arguments.of(
                        new ServerMessage.Ack(0, 1, List.of(List.of("s0"))),
                        "{'action':1,'msgSerial':0,'count':1,'res':[{'serials':['s0']}]}"),
                Arguments.of(
                        new ServerMessage.Attached("c", "p", 3080192, Map.of("rewind", "1"), Optional.empty()),
                        "{'action':11,'channel':'c','channelSerial':'p','flags':3080192,'params':{'rewind':'1'}}"),
                Arguments.of(new ServerMessage.Closed(), "{'action':8}"),
                Arguments.of(new ServerMessage.AuthRequest(), "{'action':17}"),
                Arguments.of(
                        new ServerMessage.Annotations(
                                "c",
                                "p",
                                "Cx1:0",
                                Optional.of("Cx1"),
                                7,
                                List.of(Annotation.of("m", "reaction:multiple.v1", Optional.of("x"))
                                        .withCount(2)
                                        .identified("Cx1:0:0", "s", 7))),
                        "{'action':21,'channel':'c','channelSerial':'p','id':'Cx1:0','connectionId':'Cx1','timestamp':7,"
                            + "'annotations':[{'action':0,'id':'Cx1:0:0','serial':'s','messageSerial':'m',"
                            + "'type':'reaction:multiple.v1','name':'x','count':2,'timestamp':7}]}"),
                Arguments.of(
                        new ServerMessage.Sync("c", "s:", List.of()),
                        "{'action':16,'channel':'c','channelSerial':'s:','presence':[]}"),
                Arguments.of(
                        new ServerMessage.Presence(
                                "c", "p", "Cx1:1", Optional.of("Cx1"), 5, List.of(Frames.smallPresence())),
                        "{'action':14,'channel':'c','channelSerial':'p','id':'Cx1:1','connectionId':'Cx1',"
                                + "'timestamp':5,'presence':[{'action':2}]}"));
    }

    @ParameterizedTest
    @MethodSource("serverJson")
    void aServersFrameIsExactlyThisJson(ServerMessage frame, String json) {
        assertThat(new String(JSON.encode(frame), UTF_8)).isEqualTo(json.replace('\'', '"'));
    }

    /// TM2a, TM2c, TM2f: id, connectionId and timestamp stand once, on the frame. TM2s: an original is its own
    /// version.
    @Test
    void aDeliveredOriginalInheritsFromItsFrameAndIsItsOwnVersion() {
        var message = Message.of(Optional.of("e"), Payload.text("hi"))
                .withClientId(Optional.of("u1"))
                .withSerial("s:000", Optional.empty());
        var frame = new ServerMessage.Messages(
                "room", "s", "Cx1:0", Optional.of("Cx1"), 1_700_000_000_500L, List.of(message));

        assertThat(new String(JSON.encode(frame), UTF_8)).isEqualTo("""
            {"action":15,"channel":"room","channelSerial":"s","id":"Cx1:0","connectionId":"Cx1",\
            "timestamp":1700000000500,"messages":[{"name":"e","data":"hi","clientId":"u1","action":0,\
            "serial":"s:000","version":{"serial":"s:000","timestamp":1700000000500}}]}\
            """);
        assertThat(MSGPACK.encode(frame))
                .isEqualTo(Frames.bytes(
                        0x87, // a map of 7
                        0xa6,
                        "action",
                        15,
                        0xa7,
                        "channel",
                        0xa4,
                        "room",
                        0xad,
                        "channelSerial",
                        0xa1,
                        "s",
                        0xa2,
                        "id",
                        0xa5,
                        "Cx1:0",
                        0xac,
                        "connectionId",
                        0xa3,
                        "Cx1",
                        0xa9,
                        "timestamp",
                        0xcf,
                        0x00,
                        0x00,
                        0x01,
                        0x8b,
                        0xcf,
                        0xe5,
                        0x69,
                        0xf4, // uint64
                        0xa8,
                        "messages",
                        0x91, // an array of 1
                        0x86, // a map of 6
                        0xa4,
                        "name",
                        0xa1,
                        "e",
                        0xa4,
                        "data",
                        0xa2,
                        "hi",
                        0xa8,
                        "clientId",
                        0xa2,
                        "u1",
                        0xa6,
                        "action",
                        0,
                        0xa6,
                        "serial",
                        0xa5,
                        "s:000",
                        0xa7,
                        "version",
                        0x82,
                        0xa6,
                        "serial",
                        0xa5,
                        "s:000",
                        0xa9,
                        "timestamp",
                        0xcf,
                        0x00,
                        0x00,
                        0x01,
                        0x8b,
                        0xcf,
                        0xe5,
                        0x69,
                        0xf4));
    }

    @Test
    void anEntrysOwnTimestampIsItsVersionsToo() {
        var message =
                Message.of(Optional.empty(), Payload.NONE).withTimestamp(7).withSerial("s", Optional.empty());
        var frame = new ServerMessage.Messages("c", "p", "i", Optional.empty(), 9, List.of(message));

        assertThat(new String(JSON.encode(frame), UTF_8)).contains("\"version\":{\"serial\":\"s\",\"timestamp\":7}");
    }

    @Test
    void aConnectionKeyIsNeverDelivered() {
        var frame = new ServerMessage.Messages("c", "p", "i", Optional.empty(), 9, List.of(Frames.fullMessage()));

        for (Format format : Format.values()) {
            assertThat(new String(ProtocolCodec.of(format).encode(frame), UTF_8))
                    .doesNotContain("connectionKey");
        }
    }

    @Test
    void aClientsPublishIsReadFromItsBytes() throws MalformedFrame {
        byte[] bytes = Frames.bytes(
                0x84, // a map of 4
                0xa6,
                "action",
                15,
                0xa7,
                "channel",
                0xa4,
                "room",
                0xa9,
                "msgSerial",
                0,
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
                0xc4,
                3,
                1,
                2,
                0xff, // bin 8
                0xa8,
                "encoding",
                0xc0); // nil

        assertThat(MSGPACK.decodeClient(bytes, 0, bytes.length))
                .isEqualTo(new ClientMessage.Publish(
                        "room",
                        0,
                        List.of(Message.of(Optional.of("e"), Payload.binary(new byte[] {1, 2, -1}))),
                        Map.of()));
    }

    @Test
    void theSamePublishSaysTheSameInBothFormats() throws MalformedFrame {
        for (ClientMessage frame : Frames.ofClients()) {
            byte[] json = JSON.encode(frame);
            byte[] msgpack = MSGPACK.encode(frame);

            assertThat(JSON.decodeClient(json, 0, json.length))
                    .isEqualTo(MSGPACK.decodeClient(msgpack, 0, msgpack.length));
        }
    }

    @Test
    void whatComesInOneFormatGoesOutTheSameInTheOther() throws MalformedFrame {
        for (ServerMessage frame : Frames.ofServers()) {
            byte[] json = JSON.encode(frame);
            byte[] msgpack = MSGPACK.encode(JSON.decodeServer(json, 0, json.length));

            assertThat(JSON.encode(MSGPACK.decodeServer(msgpack, 0, msgpack.length)))
                    .isEqualTo(json);
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void theStreamIsLeftOpenAndItsFailurePassedOn(Format format) throws IOException {
        var frame = new ServerMessage.Closed();
        var out = new ByteArrayOutputStream() {
            @Override
            public void close() {
                throw new AssertionError("closed");
            }
        };

        ProtocolCodec.of(format).encode(frame, out);

        assertThat(out.toByteArray()).isEqualTo(ProtocolCodec.of(format).encode(frame));
        Assertions.assertThatIOException()
                .isThrownBy(() -> ProtocolCodec.of(format).encode(frame, new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("the pipe is broken");
                    }
                }))
                .withMessage("the pipe is broken");
    }

    @Test
    void textThatUtf8CannotCarryIsRepairedOnceForAllReaders() throws MalformedFrame {
        byte[] json = """
            {"action":15,"channel":"c","msgSerial":0,"messages":[{"data":"a\\ud800b\\ud83d\\ude00\\udc00"}]}\
            """.getBytes(UTF_8);

        var publish = (ClientMessage.Publish) JSON.decodeClient(json, 0, json.length);

        assertThat(publish.messages().getFirst().data()).isEqualTo(Payload.text("a\uFFFDb\uD83D\uDE00\uFFFD"));
    }

    @Test
    void aPublishOfThousandsIsRefusedAsTooMany() throws MalformedFrame {
        byte[] json = ("{\"action\":15,\"channel\":\"c\",\"msgSerial\":9,\"messages\":[{}" + ",{}".repeat(5000) + "]}")
                .getBytes(UTF_8);

        assertThat(JSON.decodeClient(json, 0, json.length))
                .isInstanceOfSatisfying(ClientMessage.Refused.class, refused -> {
                    assertThat(refused.error().code()).isEqualTo(40034);
                    assertThat(refused.msgSerial()).isEqualTo(OptionalLong.of(9));
                });
    }
}
