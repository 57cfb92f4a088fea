package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectCodecTest {
    private static final ProtocolCodec JSON = ProtocolCodec.of(Format.JSON);

    private static String text(ServerMessage frame) {
        return new String(JSON.encode(frame), UTF_8);
    }

    private static ClientMessage client(String operation) throws MalformedFrame {
        byte[] frame = """
            {"action":19,"channel":"room","msgSerial":4,"state":[{"operation":%s}]}\
            """.formatted(operation).getBytes(UTF_8);
        return JSON.decodeClient(frame, 0, frame.length);
    }

    private static ObjectOperation operation(String operation) throws MalformedFrame {
        return ((ClientMessage.Objects) client(operation))
                .operations()
                .getFirst()
                .operation();
    }

    private static ServerMessage told(ObjectOperation operation) {
        ObjectMessage message = ObjectMessage.of(operation).withSerial("serial", 12, "eu");
        return new ServerMessage.Objects("room", "place", "c:1", Optional.of("c"), 34, List.of(message));
    }

    // ---- to clients

    @Test
    void anOperationIsToldWithItsSerialAndSite() {
        assertThat(text(told(new ObjectOperation.MapSet("root", "k", new ObjectData.Text("")))))
                .isEqualTo("""
                    {"action":19,"channel":"room","channelSerial":"place","id":"c:1","connectionId":"c",\
                    "timestamp":34,"state":[{"serial":"serial","serialTimestamp":12,"siteCode":"eu","operation":\
                    {"action":1,"objectId":"root","mapSet":{"key":"k","value":{"string":""}}}}]}\
                    """);
    }

    @Test
    void aCreationIsToldDecoded() {
        var initial = Optional.of(new ObjectOperation.InitialValue("{}", "nonce"));
        assertThat(text(told(new ObjectOperation.MapCreate(
                        "map:a@1", initial, Map.of("k", ObjectEntry.initial(new ObjectData.Bool(false)))))))
                .contains("\"mapCreate\":{\"semantics\":0,\"entries\":{\"k\":{\"data\":{\"boolean\":false}}}}")
                .doesNotContain("nonce");
        assertThat(text(told(new ObjectOperation.CounterCreate("counter:a@1", initial, OptionalDouble.empty()))))
                .contains("\"counterCreate\":{}")
                .doesNotContain("nonce");
    }

    @Test
    void aNumberIsAFloatInMessagePackAlsoWhereItIsWhole() {
        byte[] frame = ProtocolCodec.of(Format.MSGPACK).encode(told(new ObjectOperation.CounterInc("counter:a@1", 2)));
        String hex = HexFormat.of().formatHex(frame);
        assertThat(hex).contains(HexFormat.of().formatHex("number".getBytes(UTF_8)) + "cb4000000000000000");
    }

    @Test
    void anObjectIsToldAsItsOperationsHaveLeftIt() {
        ObjectState map = new ObjectState(
                "map:a@1",
                Map.of("eu", "s1"),
                true,
                0,
                new ObjectState.OfMap(Map.of("k", ObjectEntry.removed("s1", 56)), Optional.of("s0")));
        assertThat(text(new ServerMessage.ObjectSync("room", "sync:", List.of(map))))
                .isEqualTo("""
                    {"action":20,"channel":"room","channelSerial":"sync:","state":[{"object":{"objectId":"map:a@1",\
                    "siteTimeserials":{"eu":"s1"},"tombstone":false,"createOp":{"action":0,"objectId":"map:a@1",\
                    "mapCreate":{"semantics":0,"entries":{}}},"map":{"semantics":0,"entries":{"k":{"timeserial":"s1",\
                    "serialTimestamp":56,"tombstone":true}},"clearTimeserial":"s0"}}}]}\
                    """);
    }

    @Test
    void aDeletedObjectIsToldWithoutContent() {
        ObjectState map = new ObjectState(
                "map:a@1", Map.of("eu", "s1"), true, 78, new ObjectState.OfMap(Map.of(), Optional.empty()));
        ObjectState counter = new ObjectState("counter:a@1", Map.of(), true, 78, new ObjectState.OfCounter(5));
        assertThat(text(new ServerMessage.ObjectSync("room", "sync:", List.of(map, counter))))
                .contains("{\"serialTimestamp\":78,\"object\":{\"objectId\":\"map:a@1\"")
                .contains("\"tombstone\":true,\"map\":{\"semantics\":0}}")
                .contains("\"tombstone\":true,\"counter\":{}}")
                .doesNotContain("createOp");
    }

    @Test
    void aSyncOfNothingStillHasState() {
        assertThat(text(new ServerMessage.ObjectSync("room", "sync:", List.of())))
                .contains("\"state\":[]");
    }

    // ---- from clients

    @Test
    void aCreationIsReadFromItsText() throws MalformedFrame {
        assertThat(operation("""
            {"action":0,"objectId":"map:a@1","mapCreateWithObjectId":{"nonce":"n","initialValue":\
            "{\\"semantics\\":0,\\"entries\\":{\\"k\\":{\\"data\\":{\\"bytes\\":\\"AAE=\\"}}}}"}}\
            """))
                .isEqualTo(new ObjectOperation.MapCreate(
                        "map:a@1",
                        Optional.of(new ObjectOperation.InitialValue(
                                "{\"semantics\":0,\"entries\":{\"k\":{\"data\":{\"bytes\":\"AAE=\"}}}}", "n")),
                        Map.of("k", ObjectEntry.initial(new ObjectData.Bytes(new byte[] {0, 1})))));
        assertThat(operation("""
            {"action":3,"objectId":"counter:a@1","counterCreateWithObjectId":{"nonce":"n","initialValue":"{}"}}\
            """))
                .isEqualTo(new ObjectOperation.CounterCreate(
                        "counter:a@1",
                        Optional.of(new ObjectOperation.InitialValue("{}", "n")),
                        OptionalDouble.empty()));
    }

    @Test
    void whatOnlyTheServerSaysIsNotTakenFromAClient() throws MalformedFrame {
        byte[] frame = """
            {"action":19,"channel":"room","msgSerial":4,"state":[{"id":"i","serial":"zzz","siteCode":"s",\
            "serialTimestamp":9,"operation":{"action":0,"objectId":"map:a@1","mapCreate":{"semantics":0,"entries":\
            {"k":{"timeserial":"zzz","data":{"number":1}},"gone":{"tombstone":true,"timeserial":"zzz"}}}}}]}\
            """.getBytes(UTF_8);
        ObjectMessage message = ((ClientMessage.Objects) JSON.decodeClient(frame, 0, frame.length))
                .operations()
                .getFirst();
        assertThat(message)
                .isEqualTo(ObjectMessage.of(new ObjectOperation.MapCreate(
                        "map:a@1", Optional.empty(), Map.of("k", ObjectEntry.initial(new ObjectData.Number(1))))));
    }

    @Test
    void theFormerSpellingOfJsonIsRead() throws MalformedFrame {
        assertThat(operation("""
            {"action":1,"objectId":"root","mapSet":{"key":"k","value":{"string":"[1]","encoding":"json"}}}\
            """)).isEqualTo(new ObjectOperation.MapSet("root", "k", new ObjectData.Json("[1]")));
    }

    @Test
    void nullIsAsGoodAsAbsent() throws MalformedFrame {
        assertThat(operation("""
            {"action":1,"objectId":"root","mapSet":{"key":"k","value":{"number":0,"string":null}}}\
            """)).isEqualTo(new ObjectOperation.MapSet("root", "k", new ObjectData.Number(0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "7",
                "{\"action\":1,\"objectId\":\"root\"}",
                "{\"action\":7,\"objectId\":\"root\"}",
                "{\"objectId\":\"root\",\"mapRemove\":{\"key\":\"k\"}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapRemove\":{\"key\":\"k\"}}",
                "{\"action\":2,\"objectId\":\"root\",\"mapRemove\":{}}",
                "{\"action\":2,\"objectId\":\"root\",\"mapRemove\":{\"key\":5}}",
                "{\"action\":2,\"objectId\":\"root\",\"mapRemove\":{\"key\":\"k\"},\"counterInc\":{\"number\":1}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\"}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"other\":1}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"number\":1,\"string\":\"s\"}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"number\":\"1\"}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"number\":1e999}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"boolean\":0}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"bytes\":\"no base64!\"}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"json\":\"{\"}}}",
                "{\"action\":1,\"objectId\":\"root\",\"mapSet\":{\"key\":\"k\",\"value\":{\"json\":\"5\"}}}",
                "{\"action\":4,\"objectId\":\"c\",\"counterInc\":{}}",
                "{\"action\":4,\"objectId\":\"c\",\"counterInc\":{\"number\":\"1\"}}",
                "{\"action\":0,\"objectId\":\"m\",\"mapCreate\":{\"semantics\":1,\"entries\":{}}}",
                "{\"action\":0,\"objectId\":\"m\",\"mapCreate\":{\"semantics\":0,\"entries\":{\"k\":{}}}}",
                "{\"action\":0,\"objectId\":\"m\",\"mapCreateWithObjectId\":{\"nonce\":\"n\"}}",
                "{\"action\":0,\"objectId\":\"m\",\"mapCreateWithObjectId\":{\"nonce\":\"n\",\"initialValue\":\"{\"}}",
                "{\"action\":0,\"objectId\":\"m\",\"mapCreateWithObjectId\":{\"nonce\":\"n\",\"initialValue\":\"[]\"}}",
                "{\"action\":3,\"objectId\":\"c\",\"counterCreateWithObjectId\":"
                        + "{\"nonce\":\"n\",\"initialValue\":\"{\\\"count\\\":\\\"1\\\"}\"}}"
            })
    void whatIsNoOperationIsRefused(String operation) throws MalformedFrame {
        assertThat(client(operation)).isInstanceOfSatisfying(ClientMessage.Refused.class, refused -> {
            assertThat(refused.error().code()).isEqualTo(92000);
            assertThat(refused.msgSerial()).hasValue(4);
        });
    }

    @Test
    void anObjectIsNotAnOperation() throws MalformedFrame {
        byte[] frame = """
            {"action":19,"channel":"room","msgSerial":4,"state":[{"object":{"objectId":"root","map":{}}}]}\
            """.getBytes(UTF_8);
        assertThat(JSON.decodeClient(frame, 0, frame.length)).isInstanceOf(ClientMessage.Refused.class);
    }

    @Test
    void moreOperationsThanASerialTellsApartAreRefused() throws MalformedFrame {
        ObjectMessage one = ObjectMessage.of(new ObjectOperation.MapRemove("root", "k"));
        byte[] frame = JSON.encode(new ClientMessage.Objects("room", 4, Collections.nCopies(1_001, one)));
        assertThat(JSON.decodeClient(frame, 0, frame.length))
                .isInstanceOfSatisfying(
                        ClientMessage.Refused.class,
                        refused -> assertThat(refused.error().code()).isEqualTo(40034));
    }

    // ---- over REST, in the log, between servers

    @Test
    void aRestCallerNeedNotNameTheAction() throws MalformedFrame {
        List<ObjectRequest> requests = JSON.decodeObjectRequests("""
            [{"id":"i","path":"a.*","counterInc":{"number":2}},
             {"objectId":"root","mapSet":{"key":"k","value":{"string":"s"}}},
             {"path":"p","mapCreate":{"semantics":"LWW","entries":{}}}]\
            """.getBytes(UTF_8));
        assertThat(requests)
                .containsExactly(
                        new ObjectRequest(
                                Optional.of("i"),
                                Optional.of("a.*"),
                                Optional.empty(),
                                new ObjectOperation.CounterInc("", 2)),
                        new ObjectRequest(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                new ObjectOperation.MapSet("root", "k", new ObjectData.Text("s"))),
                        new ObjectRequest(
                                Optional.empty(),
                                Optional.of("p"),
                                Optional.empty(),
                                new ObjectOperation.MapCreate("", Optional.empty(), Map.of())));
        assertThatThrownBy(() -> JSON.decodeObjectRequests("{\"path\":\"a\"}".getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        MalformedFrame.class, e -> assertThat(e.info().code()).isEqualTo(92000));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void whatAnIdIsMadeOfReadsBackAsTheSame(Format format) throws MalformedFrame {
        ObjectOperation creation = Frames.operations().getFirst();
        var initial = new ObjectOperation.InitialValue(ProtocolCodec.initialValue(creation), "nonce");
        var named = new ObjectOperation.MapCreate(
                creation.objectId(), Optional.of(initial), ((ObjectOperation.MapCreate) creation).entries());
        ProtocolCodec codec = ProtocolCodec.of(format);
        byte[] frame = codec.encode(new ClientMessage.Objects("room", 0, List.of(ObjectMessage.of(named))));
        assertThat(((ClientMessage.Objects) codec.decodeClient(frame, 0, frame.length))
                        .operations()
                        .getFirst()
                        .operation())
                .isEqualTo(named);
    }

    @Test
    void theLogHoldsOperationsAsEverybodyIsToldOfThem() throws MalformedFrame {
        List<ObjectMessage> operations =
                Frames.operations().stream().map(ObjectMessage::of).toList();
        ObjectBatch batch = new ObjectBatch("id", Optional.of("c"), 5, operations);
        assertThat(BodyCodec.decodeObjects(BodyCodec.encode(batch))).isEqualTo(batch);
    }

    @Test
    void serversTellEachOtherObjects() throws MalformedFrame {
        assertThat(BodyCodec.decodeObjectStates(BodyCodec.encode(Frames.objects())))
                .isEqualTo(Frames.objects());
    }
}
