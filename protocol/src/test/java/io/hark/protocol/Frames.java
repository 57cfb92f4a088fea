package io.hark.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// One frame of every kind, small and full, for tests of anything that takes frames.
public final class Frames {
    private static final byte[] BYTES = {0, 1, (byte) 0xfb, (byte) 0xff, 127, -128};

    private Frames() {}

    /// A message with every field that there is.
    public static Message fullMessage() {
        return new Message(
                Optional.of("my-id:0"),
                Optional.of("event"),
                Payload.text("{\"a\":\"é😀\"}"),
                Optional.of("json"),
                Optional.of("client-1"),
                Optional.of("connection1"),
                Optional.of("connection1.secret"),
                1_700_000_000_500L,
                extras(),
                MessageAction.UPDATE,
                Optional.of("01700000000500-000@eu.1.7:000"),
                Optional.of(new MessageVersion(
                        Optional.of("01700000000501-000@eu.1.8:000"),
                        1_700_000_000_501L,
                        Optional.of("client-2"),
                        Optional.of("typo"),
                        Map.of("reason", "spelling"))),
                Map.of("summary", Map.of("reaction:total.v1", Map.of("total", 3L))));
    }

    /// An update with every field that a publisher may set.
    public static Message publishedMessage() {
        Message full = fullMessage();
        return new Message(
                full.id(),
                full.name(),
                full.data(),
                full.encoding(),
                full.clientId(),
                Optional.empty(),
                full.connectionKey(),
                0,
                full.extras(),
                full.action(),
                full.serial(),
                full.version(),
                Map.of());
    }

    private static Map<String, Object> extras() {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("text", "value");
        headers.put("whole", 26095L);
        headers.put("negative", -1L);
        headers.put("large", Long.MAX_VALUE);
        headers.put("fraction", 1.5);
        headers.put("yes", true);
        headers.put("nothing", null);
        return Map.of("headers", headers, "push", List.of(Map.of("notification", Map.of("title", "t"))));
    }

    /// A message that is bytes, with an encoding below them.
    public static Message binaryMessage() {
        return Message.of(Optional.empty(), Payload.binary(BYTES))
                .withData(Payload.binary(BYTES), Optional.of("cipher+aes-128-cbc"));
    }

    private static Message originalMessage() {
        return Message.of(Optional.of("e"), Payload.text("hi"))
                .withSerial(
                        "01700000000500-000@eu.1.7:000",
                        Optional.of(new MessageVersion(
                                Optional.of("01700000000500-000@eu.1.7:000"),
                                1_700_000_000_500L,
                                Optional.empty(),
                                Optional.empty(),
                                Map.of())));
    }

    public static PresenceMessage fullPresence() {
        return new PresenceMessage(
                PresenceAction.UPDATE,
                Optional.of("connection1:3:0"),
                Optional.of("client-1"),
                Optional.of("connection1"),
                1_700_000_000_600L,
                Payload.binary(BYTES),
                Optional.empty(),
                Map.of("headers", Map.of("k", "v"), "locks", List.of(Map.of("id", "l1"))));
    }

    /// A re-entry with every field that a client may set.
    public static PresenceMessage publishedPresence() {
        PresenceMessage full = fullPresence();
        return new PresenceMessage(
                full.action(),
                full.id(),
                full.clientId(),
                Optional.empty(),
                0,
                full.data(),
                full.encoding(),
                full.extras());
    }

    public static PresenceMessage smallPresence() {
        return new PresenceMessage(
                PresenceAction.ENTER,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Payload.NONE,
                Optional.empty(),
                Map.of());
    }

    /// With every field that a client may set.
    public static Annotation publishedAnnotation() {
        return new Annotation(
                AnnotationAction.DELETE,
                Optional.of("own"),
                Optional.empty(),
                Optional.of("01700000000500-000@eu.1.7:000"),
                "reaction:multiple.v1",
                Optional.of("👍"),
                300,
                Optional.of("client-1"),
                0,
                Payload.binary(BYTES),
                Optional.of("utf-8"),
                Map.of("headers", Map.of("k", "v")));
    }

    public static Annotation smallAnnotation() {
        return Annotation.of("01700000000500-000@eu.1.7:000", "com.ably.reactions", Optional.empty());
    }

    public static ErrorInfo error() {
        return new ErrorInfo(40160, 401, "the capability does not allow this", Map.of("channel", "room"));
    }

    public static List<ClientMessage> ofClients() {
        return List.of(
                new ClientMessage.Heartbeat(Optional.empty()),
                new ClientMessage.Heartbeat(Optional.of("ping-1")),
                new ClientMessage.Attach("room", Map.of(), 0, Optional.empty()),
                new ClientMessage.Attach("[?rewind=1]room", Map.of("rewind", "1"), 3080192, Optional.of("serial")),
                new ClientMessage.Detach("room"),
                new ClientMessage.Publish("room", 0, List.of(Message.of(Optional.empty(), Payload.NONE)), Map.of()),
                new ClientMessage.Publish(
                        "room", 0, List.of(Message.of(Optional.of("e"), Payload.text("hi"))), Map.of()),
                new ClientMessage.Publish(
                        "room",
                        Long.MAX_VALUE,
                        List.of(publishedMessage(), binaryMessage(), Message.of(Optional.of(""), Payload.text(""))),
                        Map.of("_forceNack", "true")),
                new ClientMessage.Publish("room", 1L << 40, messages(20), Map.of()),
                new ClientMessage.Presence("room", 5, List.of(publishedPresence(), smallPresence())),
                new ClientMessage.Annotate("room", 6, List.of(publishedAnnotation(), smallAnnotation())),
                new ClientMessage.Objects("room", 6, published(operations())),
                new ClientMessage.Sync("room", Optional.of("sync:5")),
                new ClientMessage.Sync("room", Optional.empty()),
                new ClientMessage.Auth("a.token"),
                new ClientMessage.Close(),
                new ClientMessage.Disconnect());
    }

    /// An operation of every kind, as everybody is told of it.
    public static List<ObjectOperation> operations() {
        return List.of(
                new ObjectOperation.MapCreate("map:a@1", Optional.empty(), initialEntries()),
                new ObjectOperation.MapSet("root", "", new ObjectData.Reference("map:a@1")),
                new ObjectOperation.MapSet("root", "bytes", new ObjectData.Bytes(BYTES)),
                new ObjectOperation.MapRemove("root", "key"),
                new ObjectOperation.MapClear("map:a@1"),
                new ObjectOperation.CounterCreate("counter:b@2", Optional.empty(), OptionalDouble.of(-0.5)),
                new ObjectOperation.CounterCreate("counter:c@3", Optional.empty(), OptionalDouble.empty()),
                new ObjectOperation.CounterInc("counter:b@2", 9_007_199_254_740_991.0),
                new ObjectOperation.ObjectDelete("counter:b@2"));
    }

    private static Map<String, ObjectEntry> initialEntries() {
        Map<String, ObjectEntry> entries = new LinkedHashMap<>();
        entries.put("text", ObjectEntry.initial(new ObjectData.Text("")));
        entries.put("zero", ObjectEntry.initial(new ObjectData.Number(0)));
        entries.put("no", ObjectEntry.initial(new ObjectData.Bool(false)));
        entries.put("json", ObjectEntry.initial(new ObjectData.Json("{\"a\":[1,null]}")));
        entries.put("noBytes", ObjectEntry.initial(new ObjectData.Bytes(new byte[0])));
        return entries;
    }

    private static List<ObjectMessage> published(List<ObjectOperation> operations) {
        List<ObjectMessage> published = new ArrayList<>();
        for (ObjectOperation operation : operations) {
            published.add(ObjectMessage.of(operation).withClientId(Optional.of("client-1")));
        }
        published.add(ObjectMessage.of(new ObjectOperation.CounterCreate(
                "counter:d@4",
                Optional.of(new ObjectOperation.InitialValue("{\"count\":7}", "0123456789abcdef")),
                OptionalDouble.of(7))));
        published.add(ObjectMessage.of(new ObjectOperation.MapCreate(
                "map:e@5",
                Optional.of(new ObjectOperation.InitialValue(
                        "{\"semantics\":0,\"entries\":{\"b\":{\"data\":{\"bytes\":\"AAE=\"}}}}", "0123456789abcdef")),
                Map.of("b", ObjectEntry.initial(new ObjectData.Bytes(new byte[] {0, 1}))))));
        return published;
    }

    private static List<ObjectMessage> told(List<ObjectOperation> operations) {
        List<ObjectMessage> told = new ArrayList<>();
        for (ObjectOperation operation : operations) {
            told.add(ObjectMessage.of(operation).withSerial("serial" + told.size(), 1_700_000_000_500L, "eu"));
        }
        return told;
    }

    public static List<ObjectState> objects() {
        Map<String, ObjectEntry> entries = new LinkedHashMap<>(initialEntries());
        entries.put("set", ObjectEntry.set(new ObjectData.Bool(true), "serial1"));
        entries.put("removed", ObjectEntry.removed("serial2", 1_700_000_000_501L));
        return List.of(
                new ObjectState("root", Map.of("eu", "s1", "us", "s2"), false, 0, map(entries, Optional.of("s0"))),
                new ObjectState("map:a@1", Map.of(), true, 0, map(Map.of(), Optional.empty())),
                new ObjectState("map:f@6", Map.of(), false, 1_700_000_000_502L, map(Map.of(), Optional.empty())),
                new ObjectState("counter:b@2", Map.of("eu", "s3"), true, 0, new ObjectState.OfCounter(1.5)),
                new ObjectState("counter:g@7", Map.of("eu", "s4"), false, 1, new ObjectState.OfCounter(0)));
    }

    private static ObjectState.Value map(Map<String, ObjectEntry> entries, Optional<String> clearTimeserial) {
        return new ObjectState.OfMap(entries, clearTimeserial);
    }

    private static List<Message> messages(int count) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(Message.of(Optional.of("n" + i), Payload.text("x".repeat(i * 40))));
        }
        return messages;
    }

    public static List<ServerMessage> ofServers() {
        var details = new ConnectionDetails(
                Optional.of("*"), "connection1.key", 65536, 524288, 250, 120_000, 15_000, "hark-1", "eu", 86_400_000);
        var anonymous = new ConnectionDetails(Optional.empty(), "k", 1, 1, 1, 1, 0, "s", "e", Long.MAX_VALUE);
        return List.of(
                new ServerMessage.Heartbeat(Optional.empty()),
                new ServerMessage.Heartbeat(Optional.of("ping-1")),
                new ServerMessage.Connected("connection1", details, Optional.empty()),
                new ServerMessage.Connected("connection1", anonymous, Optional.of(error())),
                new ServerMessage.Disconnected(error()),
                new ServerMessage.Closed(),
                new ServerMessage.Error(Optional.empty(), error()),
                new ServerMessage.Error(Optional.of(""), error()),
                new ServerMessage.Ack(0, 1, List.of(List.of("01700000000500-000@eu.1.7:000"))),
                new ServerMessage.Ack(7, 2, List.of(List.of("a", "b"), List.of())),
                new ServerMessage.Nack(0, 1, error()),
                new ServerMessage.Attached("room", "serial", 3080192, Map.of(), Optional.empty()),
                new ServerMessage.Attached("room", "serial", 3, Map.of("rewind", "1"), Optional.of(error())),
                new ServerMessage.Detached("room", Optional.empty()),
                new ServerMessage.Detached("room", Optional.of(error())),
                new ServerMessage.Messages(
                        "room",
                        "serial",
                        "connection1:0",
                        Optional.of("connection1"),
                        1_700_000_000_500L,
                        List.of(
                                originalMessage(),
                                fullMessage().withoutConnectionKey(),
                                binaryMessage()
                                        .withSerial("s", originalMessage().version()))),
                new ServerMessage.Presence(
                        "room", "serial", "id", Optional.empty(), 1, List.of(fullPresence(), smallPresence())),
                new ServerMessage.Presence("room", "serial", "id", Optional.of("c"), 1, List.of()),
                new ServerMessage.Annotations(
                        "room",
                        "serial",
                        "connection1:4",
                        Optional.of("connection1"),
                        1_700_000_000_700L,
                        List.of(
                                smallAnnotation(),
                                publishedAnnotation()
                                        .identified("connection1:4:1", "01700000000700-000@eu.1.8:001", 5))),
                new ServerMessage.Annotations("room", "serial", "id", Optional.empty(), 1, List.of(smallAnnotation())),
                new ServerMessage.Sync("room", "sync:", List.of(fullPresence())),
                new ServerMessage.Sync("room", "sync:", List.of()),
                new ServerMessage.Objects(
                        "room", "serial", "connection1:0", Optional.of("connection1"), 1, told(operations())),
                new ServerMessage.ObjectSync("room", "sync:root", objects()),
                new ServerMessage.ObjectSync("room", "sync:", List.of()),
                new ServerMessage.AuthRequest(),
                new ServerMessage.Unknown(99));
    }

    /// Frames that are read but refused.
    public static List<ClientMessage> refused() {
        return List.of(
                new ClientMessage.Refused(19, Optional.of("room"), OptionalLong.of(4), error()),
                new ClientMessage.Refused(77, Optional.empty(), OptionalLong.empty(), error()));
    }

    /// Bytes written as in the annotated fixtures: numbers below 256, and text whose ASCII characters stand for
    /// themselves.
    public static byte[] bytes(Object... parts) {
        byte[] out = new byte[0];
        for (Object part : parts) {
            byte[] more = switch (part) {
                case Integer number -> new byte[] {number.byteValue()};
                case String text -> text.getBytes(UTF_8);
                case byte[] raw -> raw;
                default -> throw new IllegalArgumentException("neither number nor text: " + part);
            };
            int at = out.length;
            out = Arrays.copyOf(out, at + more.length);
            System.arraycopy(more, 0, out, at, more.length);
        }
        return out;
    }
}
