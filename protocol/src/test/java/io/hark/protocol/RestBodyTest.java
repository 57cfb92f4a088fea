package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestBodyTest {
    private static final ProtocolCodec JSON = ProtocolCodec.of(Format.JSON);

    @Test
    void aPublishIsOneMessageOrAnArray() throws MalformedFrame {
        var message = Message.of(Optional.of("e"), Payload.text("d"));

        assertThat(messages("{'name':'e','data':'d'}")).containsExactly(message);
        assertThat(messages("[{'name':'e','data':'d'},{}]"))
                .containsExactly(message, Message.of(Optional.empty(), Payload.NONE));
        assertThat(messages("[]")).isEmpty();
    }

    @Test
    void rawJsonBecomesItsText() throws MalformedFrame {
        assertThat(messages("{'data':{'a':[1,1.5,true,null,'é']}}"))
                .containsExactly(Message.of(Optional.empty(), Payload.NONE)
                        .withData(Payload.text("{\"a\":[1,1.5,true,null,\"é\"]}"), Optional.of("json")));
        assertThat(messages("{'data':[]}").getFirst().data()).isEqualTo(Payload.text("[]"));
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "{'data':5}|40013",
                "{'data':false}|40013",
                "{'data':{},'encoding':'json'}|40013",
                "{'encoding':'utf-8','data':[]}|40013",
                "{'name':5}|40016",
                "{'extras':{'other':1}}|40032",
                "{'extras':{'headers':{'a':[]}}}|40032",
                "{'id':''}|40031",
                "[{},{'id':7}]|40031",
                "{'clientId':7}|40012",
                "[1]|40001",
                "5|40001",
                "'text'|40001",
                "null|40001",
                "{|40001"
            },
            delimiter = '|',
            quoteCharacter = '~')
    void aWrongBodyIsRefusedWithItsCode(String body, int code) {
        assertThatThrownBy(() -> messages(body))
                .isInstanceOfSatisfying(
                        MalformedFrame.class, e -> assertThat(e.info().code()).isEqualTo(code));
    }

    @Test
    void aThousandMessagesAreTheMost() throws MalformedFrame {
        assertThat(messages("[{}" + ",{}".repeat(999) + "]")).hasSize(1000);
        assertThatThrownBy(() -> messages("[{}" + ",{}".repeat(1000) + "]"))
                .isInstanceOfSatisfying(
                        MalformedFrame.class, e -> assertThat(e.info().code()).isEqualTo(40034));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void pagesOfHistoryAndMembersComeBack(Format format) throws MalformedFrame {
        ProtocolCodec codec = ProtocolCodec.of(format);
        List<Message> page = List.of(Frames.fullMessage().withoutConnectionKey(), Frames.binaryMessage());

        assertThat(codec.decodeMessagePage(codec.encodeMessages(page))).isEqualTo(page);
        var members = List.of(Frames.fullPresence(), Frames.smallPresence());
        assertThat(codec.decodePresencePage(codec.encodePresence(members))).isEqualTo(members);
    }

    @Test
    void historyTellsTheVersionOfAnOriginal() {
        var message =
                Message.of(Optional.empty(), Payload.text("d")).withTimestamp(5).withSerial("s", Optional.empty());

        assertThat(new String(JSON.encodeMessages(List.of(message)), UTF_8))
                .isEqualTo("[{\"data\":\"d\",\"timestamp\":5,\"action\":0,\"serial\":\"s\","
                        + "\"version\":{\"serial\":\"s\",\"timestamp\":5}}]");
    }

    @Test
    void membersAreWrittenAsInFrames() {
        assertThat(new String(JSON.encodePresence(List.of(Frames.smallPresence())), UTF_8))
                .isEqualTo("[{\"action\":2}]");
        assertThat(JSON.toTree(Frames.smallPresence())).isEqualTo(Map.of("action", 2L));
    }

    @Test
    void anErrorIsWrapped() {
        assertThat(new String(JSON.encodeError(ErrorCode.NOT_FOUND.info("no such route")), UTF_8))
                .isEqualTo("{\"error\":{\"message\":\"no such route\",\"code\":40400,\"statusCode\":404,"
                        + "\"href\":\"https://help.ably.io/error/40400\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "5",
                "-5",
                "9223372036854775807",
                "1.5",
                "'text'",
                "[]",
                "{}",
                "[1,[2,{'a':null}]]",
                "{'b':1,'a':2}"
            })
    void plainValuesComeBackInBothFormats(String json) throws MalformedFrame {
        byte[] text = json.replace('\'', '"').getBytes(UTF_8);
        Object tree = JSON.decodeValue(text);

        assertThat(JSON.encodeValue(tree)).isEqualTo(text);
        byte[] msgpack = ProtocolCodec.of(Format.MSGPACK).encodeValue(tree);
        assertThat(ProtocolCodec.of(Format.MSGPACK).decodeValue(msgpack)).isEqualTo(tree);
    }

    @Test
    void numbersBeyond64BitsAreWhatJavaScriptMakesOfThem() throws MalformedFrame {
        assertThat(JSON.decodeValue("9223372036854775808".getBytes(UTF_8))).isEqualTo(9.223372036854775808e18);
        byte[] uint64 = Frames.bytes(0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0);
        assertThat(ProtocolCodec.of(Format.MSGPACK).decodeValue(uint64)).isEqualTo(9.223372036854775808e18);
        assertThat(JSON.encodeValue(Double.POSITIVE_INFINITY)).isEqualTo("null".getBytes(UTF_8));
    }

    @Test
    void valuesNestAtMostThirtyTwoDeep() throws MalformedFrame {
        assertThat(JSON.decodeValue(nested(32))).isInstanceOf(List.class);
        assertThatThrownBy(() -> JSON.decodeValue(nested(33))).isInstanceOf(MalformedFrame.class);
    }

    /// A body that is accepted can be delivered: the frame around it does not nest it too deep for readers.
    @ParameterizedTest
    @EnumSource(Format.class)
    void theDeepestExtrasOfABodyStillFitAFrameAndTheLog(Format format) throws MalformedFrame {
        ProtocolCodec codec = ProtocolCodec.of(format);
        String deepest = "{\"extras\":{\"push\":" + new String(nested(28), UTF_8) + "}}";
        List<Message> messages = JSON.decodeMessages(deepest.getBytes(UTF_8));
        var frame = new ServerMessage.Messages("c", "p", "i", Optional.empty(), 1, messages);

        byte[] bytes = codec.encode(frame);

        assertThat(codec.decodeServer(bytes, 0, bytes.length)).isEqualTo(frame);
        var batch = new MessageBatch("i", Optional.empty(), 1, messages);
        assertThat(BodyCodec.decodeMessages(BodyCodec.encode(batch))).isEqualTo(batch);
    }

    private static byte[] nested(int depth) {
        return ("[".repeat(depth) + "]".repeat(depth)).getBytes(UTF_8);
    }

    private static List<Message> messages(String body) throws MalformedFrame {
        return JSON.decodeMessages(body.replace('\'', '"').getBytes(UTF_8));
    }
}
