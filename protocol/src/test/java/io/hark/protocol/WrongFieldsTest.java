package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every field of a client's frame with a value of the wrong type, out of range or over the limit, in both
/// formats.
class WrongFieldsTest {

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'id':5}|40031|id is a number, not a string",
                "{'id':''}|40031|empty",
                "{'name':5}|40016|name is a number, not a string",
                "{'name':{}}|40016|name is an object",
                "{'name':['a']}|40016|name is an array",
                "{'data':1}|40013|data is a number",
                "{'data':1.5}|40013|data is a number",
                "{'data':true}|40013|data is a boolean",
                "{'data':{'a':1}}|40013|data is an object",
                "{'data':[1]}|40013|data is an array",
                "{'data':'x','encoding':1}|40013|encoding is a number",
                "{'clientId':1}|40012|clientId is a number",
                "{'connectionKey':[]}|40006|connectionKey is an array",
                "{'extras':'x'}|40032|extras is a string, not an object",
                "{'extras':{'mine':1}}|40032|extras.mine",
                "{'extras':{'headers':{'deep':{'a':1}}}}|40032|extras.headers.deep",
                "{'extras':{'headers':1}}|40032|extras.headers",
                "{'extras':{'ephemeral':'yes'}}|40032|extras.ephemeral",
                "{'extras':{'ref':'x'}}|40032|extras.ref",
                "{'action':9}|40030|message action 9",
                "{'action':-1}|40030|message action -1",
                "{'action':3}|40030|message action 3",
                "{'action':4}|40030|message action 4",
                "{'action':'0'}|40030|action is a string",
                "{'action':0.5}|40030|0.5",
                "{'serial':1}|40003|serial is a number",
                "{'version':1}|40030|version is a number",
                "{'version':{'metadata':{'a':[]}}}|40030|a is an array",
                "'text'|40030|an entry is a string, not an object",
                "[]|40030|an entry is an array"
            },
            delimiter = '|',
            quoteCharacter = '~')
    void aWrongMessageIsRefusedWithItsCode(String message, int code, String says) throws MalformedFrame {
        var frame = "{'messages':[%s],'msgSerial':7,'channel':'c','action':15}".formatted(message);

        assertRefused(frame, code, says);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'clientId':'a'}|40030|action is missing",
                "{'action':5}|40030|action is missing or not 0 to 4",
                "{'action':'2'}|40030|action is a string",
                "{'action':2,'clientId':1}|40012|clientId is a number",
                "{'action':2,'data':{}}|40013|data is an object",
                "{'action':2,'id':[]}|40031|id is an array",
                "{'action':2,'extras':[]}|40032|extras is an array"
            },
            delimiter = '|',
            quoteCharacter = '~')
    void aWrongPresenceEntryIsRefusedWithItsCode(String entry, int code, String says) throws MalformedFrame {
        var frame = "{'action':14,'channel':'c','msgSerial':7,'presence':[%s]}".formatted(entry);

        assertRefused(frame, code, says);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'type':''}|40003|needs a type",
                "{'type':5}|40003|type is a number",
                "{'type':'t','action':2}|40003|action 2 is neither",
                "{'type':'t','action':'x'}|40003|action is a string",
                "{'type':'t','messageSerial':1}|40003|messageSerial is a number",
                "{'type':'t','name':[]}|40003|name is an array",
                "{'type':'t','count':-1}|40003|count is -1",
                "{'type':'t','count':4294967296}|40003|more than 32 bits",
                "{'type':'t','count':'1'}|40003|count is a string",
                "{'type':'t','clientId':1}|40012|clientId is a number",
                "{'type':'t','data':{}}|40013|data is an object",
                "{'type':'t','id':[]}|40031|id is an array",
                "{'type':'t','extras':[]}|40032|extras is an array"
            },
            delimiter = '|',
            quoteCharacter = '~')
    void aWrongAnnotationIsRefusedWithItsCode(String annotation, int code, String says) throws MalformedFrame {
        var frame = "{'action':21,'channel':'c','msgSerial':7,'annotations':[%s]}".formatted(annotation);

        assertRefused(frame, code, says);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'action':15,'msgSerial':7,'messages':[{}]}|40010|names no channel",
                "{'action':15,'channel':1,'msgSerial':7,'messages':[{}]}|40010|channel is a number",
                "{'action':15,'channel':'c','msgSerial':7}|40030|holds nothing",
                "{'action':15,'channel':'c','msgSerial':7,'messages':[]}|40030|holds nothing",
                "{'action':15,'channel':'c','msgSerial':7,'messages':{}}|40030|messages is an object",
                "{'action':15,'channel':'c','msgSerial':7,'messages':[{}],'params':5}|40003|params is a number",
                "{'action':15,'channel':'c','msgSerial':7,'messages':[{}],'params':{'a':{}}}|40003|a is an object",
                "{'action':14,'channel':'c','msgSerial':7,'presence':[]}|40030|holds nothing",
                "{'action':19,'channel':'c','msgSerial':7,'state':[]}|40030|holds nothing",
                "{'action':19,'channel':'c','msgSerial':7,'state':[{}]}|92000|no operation",
                "{'action':20,'channel':'c','msgSerial':7,'state':[]}|40000|action 20",
                "{'action':21,'channel':'c','msgSerial':7}|40030|holds nothing",
                "{'action':21,'channel':'c','msgSerial':7,'annotations':[{}]}|40003|needs a type"
            },
            delimiter = '|',
            quoteCharacter = '~')
    void aWrongPublishIsRefusedWithItsCode(String frame, int code, String says) throws MalformedFrame {
        assertRefused(frame, code, says);
    }

    private static void assertRefused(String frame, int code, String says) throws MalformedFrame {
        for (Format format : Format.values()) {
            assertThat(decoded(format, frame)).isInstanceOfSatisfying(ClientMessage.Refused.class, refused -> {
                assertThat(refused.error().message()).contains(says);
                assertThat(refused.error().code()).isEqualTo(code);
                assertThat(refused.msgSerial()).isEqualTo(OptionalLong.of(7));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'action':15,'channel':'c','messages':[{}]}",
                "{'action':15,'channel':'c','msgSerial':'0','messages':[{}]}",
                "{'action':10}",
                "{'action':10,'channel':5}",
                "{'action':10,'channel':'c','flags':'x'}",
                "{'action':10,'channel':'c','flags':4294967296}",
                "{'action':10,'channel':'c','channelSerial':5}",
                "{'action':10,'channel':'c','params':[]}",
                "{'action':17}",
                "{'action':17,'auth':'token'}",
                "{'action':17,'auth':{'accessToken':5}}",
                "{'action':3}",
                "{'action':4}",
                "{'action':18}",
                "{'action':20,'channel':'c'}",
                "{'action':-1}",
                "{'action':1000}"
            })
    void whatNobodyWaitsForIsRefusedWithoutAMsgSerial(String frame) throws MalformedFrame {
        for (Format format : Format.values()) {
            assertThat(decoded(format, frame))
                    .isInstanceOfSatisfying(
                            ClientMessage.Refused.class,
                            refused -> assertThat(refused.msgSerial()).isEmpty());
        }
    }

    @Test
    void aNegativeMsgSerialIsRefused() throws MalformedFrame {
        assertThat(decoded(Format.JSON, "{'action':15,'channel':'c','msgSerial':-1,'messages':[{}]}"))
                .isInstanceOf(ClientMessage.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "5", "'text'", "null", "{}", "{'action':null}", "{'action':'15'}", "{'action':[]}"})
    void whatIsNoFrameIsMalformed(String json) {
        for (Format format : Format.values()) {
            assertThatThrownBy(() -> decoded(format, json))
                    .isInstanceOfSatisfying(
                            MalformedFrame.class,
                            e -> assertThat(e.info().code()).isEqualTo(80013));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{\"action\":0",
                "{\"action\":0}}",
                "{\"action\":0}{}",
                "{action:0}",
                "\u0000",
                "{\"a\":\"\u0001\"}"
            })
    void whatIsNoJsonIsMalformed(String text) {
        byte[] bytes = text.getBytes(UTF_8);

        assertThatThrownBy(() -> ProtocolCodec.of(Format.JSON).decodeClient(bytes, 0, bytes.length))
                .isInstanceOf(MalformedFrame.class);
    }

    @Test
    void whatIsNoMessagePackIsMalformed() {
        for (byte[] bytes : new byte[][] {
            Frames.bytes(),
            Frames.bytes(0xc1), // never used
            Frames.bytes(0x81), // a map of 1 without it
            Frames.bytes(0x81, 0xa6, "action"), // a key without a value
            Frames.bytes(0x81, 0xa6, "action", 0, 0), // one byte too many
            Frames.bytes(0x81, 5, 5), // a key that is no string
            Frames.bytes(0xdf, 0x7f, 0xff, 0xff, 0xff), // a map of 2^31 - 1
            Frames.bytes(0xdf, 0xff, 0xff, 0xff, 0xff), // a map of 2^32 - 1
            Frames.bytes(0x81, 0xa1, "x", 0xc6, 0x7f, 0xff, 0xff, 0xff), // 2 GiB of binary
            Frames.bytes(0x81, 0xa1, "x", 0xdb, 0x7f, 0xff, 0xff, 0xff), // 2 GiB of text
            Frames.bytes(0x81, 0xa1, "x", 0xdd, 0x7f, 0xff, 0xff, 0xff), // an array of 2^31 - 1
            Frames.bytes(0x81, 0xa1, "x", 0xc9, 0x7f, 0xff, 0xff, 0xff, 5) // 2 GiB of extension
        }) {
            assertThatThrownBy(() -> ProtocolCodec.of(Format.MSGPACK).decodeClient(bytes, 0, bytes.length))
                    .isInstanceOf(MalformedFrame.class);
        }
    }

    @Test
    void nestingEndsAtThirtyTwo() throws MalformedFrame {
        for (Format format : Format.values()) {
            assertThat(decoded(format, nested(29))).isInstanceOf(ClientMessage.Heartbeat.class);
            byte[] deep = nestedBytes(format, 100_000);
            assertThatThrownBy(() -> ProtocolCodec.of(format).decodeClient(deep, 0, deep.length))
                    .isInstanceOf(MalformedFrame.class);
        }
    }

    private static String nested(int depth) {
        return "{'action':0,'unknown':" + "[".repeat(depth) + "]".repeat(depth) + "}";
    }

    private static byte[] nestedBytes(Format format, int depth) {
        return switch (format) {
            case JSON -> nested(depth).replace('\'', '"').getBytes(UTF_8);
            case MSGPACK -> Frames.bytes(0x82, 0xa6, "action", 0, 0xa1, "u", arraysOfOne(depth), 0);
        };
    }

    private static byte[] arraysOfOne(int depth) {
        byte[] bytes = new byte[depth];
        Arrays.fill(bytes, (byte) 0x91);
        return bytes;
    }

    @Test
    void fieldNamesEndAt2048Characters() {
        String frame = "{'action':0,'" + "n".repeat(2049) + "':1}";
        for (Format format : Format.values()) {
            byte[] bytes = switch (format) {
                case JSON -> frame.replace('\'', '"').getBytes(UTF_8);
                case MSGPACK -> Frames.bytes(0x82, 0xa6, "action", 0, 0xda, 0x08, 0x01, "n".repeat(2049), 1);
            };
            assertThatThrownBy(() -> ProtocolCodec.of(format).decodeClient(bytes, 0, bytes.length))
                    .isInstanceOf(MalformedFrame.class);
        }
    }

    /// @param json with single quotes; for MessagePack the same values in that format
    private static ClientMessage decoded(Format format, String json) throws MalformedFrame {
        byte[] bytes = json.replace('\'', '"').getBytes(UTF_8);
        if (format == Format.MSGPACK) {
            Object tree = ProtocolCodec.of(Format.JSON).decodeValue(bytes);
            bytes = ProtocolCodec.of(Format.MSGPACK).encodeValue(tree);
        }
        return ProtocolCodec.of(format).decodeClient(bytes, 0, bytes.length);
    }
}
