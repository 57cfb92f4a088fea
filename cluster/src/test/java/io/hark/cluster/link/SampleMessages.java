package io.hark.cluster.link;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Claim;
import io.hark.channel.Durability;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.EntryForm;
import io.hark.channel.EntryKind;
import io.hark.channel.HistoryQuery;
import io.hark.channel.IdHash;
import io.hark.channel.Lifetime;
import io.hark.channel.LogRecord;
import io.hark.channel.MemberChange;
import io.hark.channel.MembersWanted;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.Occupancy;
import io.hark.channel.OccupancyMetrics;
import io.hark.channel.Origin;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.Receipt;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsChange;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.RowsResult;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.channel.StateKind;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import io.hark.channel.StatsUpdate;
import io.hark.channel.Subscribed;
import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectPath;
import io.hark.presence.Member;
import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectState;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.slot.PeerMessage;
import io.hark.slot.SlotAnswer;
import io.hark.slot.SlotRequest;
import io.hark.stats.Counts;
import io.hark.stats.Gauge;
import io.hark.stats.Interval;
import io.hark.stats.Levels;
import io.hark.stats.StatsReport;
import io.hark.stats.StatsRetention;
import io.hark.stats.StatsRow;
import io.hark.stats.Unit;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/// Messages of every kind, with a different value in every field.
final class SampleMessages {
    static final ChannelId CHANNEL = ChannelId.of("app", "rooms:\u00e9t\u00e9");
    private static final ChannelId OTHER = ChannelId.of("app2", "orders");
    private static final ChannelPolicy SYNCED =
            new ChannelPolicy(Durability.FSYNC, Duration.ofMillis(86_400_001), true);
    private static final ChannelPolicy REPLICATED =
            new ChannelPolicy(Durability.REPLICATED, Duration.ofMillis(120_002));
    private static final Claim CLAIM = new Claim("connection1", 7);
    private static final IdHash ID = new IdHash(-11, 12);
    private static final IdHash OTHER_ID = new IdHash(13, -14);
    private static final Origin ORIGIN = new Origin("eu", 3);
    private static final Receipt RECEIPT = new Receipt(21, 1_700_000_000_000_022L, ORIGIN, 23, 24);
    private static final ErrorInfo ERROR = new ErrorInfo(40009, 400, "too large", Map.of("limit", "65536"));
    private static final StatsUpdate STATS = new StatsUpdate(
            "app",
            new StatsReport(
                    Interval.of(Unit.MINUTE, 1_737_386_460_000L),
                    "node1/life2",
                    97,
                    new StatsRow(
                            new Counts(new TreeMap<>(Map.of(3, 98L, 300, -99L))),
                            Map.of(Gauge.CHANNELS, new Levels(101, List.of(new Levels.Band(102, 103)))))),
            new StatsRetention(
                    Duration.ofMillis(104), Duration.ofMillis(105), Duration.ofMillis(106), Duration.ofMillis(107)));
    private static final SlotMeta META = new SlotMeta(
            31,
            List.of(new SlotMeta.EpochStart(2, 32), new SlotMeta.EpochStart(4, 33)),
            5,
            List.of(new SlotMeta.LineageEnd(4, 34)),
            35,
            36,
            1_700_000_000_000_037L);
    private static final Occupancy OCCUPANCY = new Occupancy(41, 42, 43, 44, 45, 46, 47, 48);

    private SampleMessages() {}

    static List<PeerMessage> all() {
        return List.of(
                new PeerMessage.Append(
                        1, 2, 157, 3, 4, 5, true, 6, List.of(messageRecord(), presenceRecord(), noopRecord())),
                new PeerMessage.Append(1, 2, 0, 3, -1, 5, false, 0, List.of()),
                new PeerMessage.Appended(1023, 51, 159, 52),
                new PeerMessage.Mismatch(53, 54, META),
                new PeerMessage.Mismatch(53, 54, SlotMeta.empty(53)),
                new PeerMessage.Rejected(55, 56),
                new PeerMessage.AskFollows(151, 152, 153),
                new PeerMessage.Follows(154, 155, 156),
                new PeerMessage.Install(57, 58, 158, 161, 59, image(), META),
                new PeerMessage.Install(
                        57, 58, 0, 0, 0, new SlotImage(List.of(), 0, SlotImage.START), SlotMeta.empty(57)),
                new PeerMessage.Installed(60, 61, 160, 62),
                ask(new SlotRequest.Publish(
                        new Publish(CHANNEL, Optional.of(ID), true, Optional.of(CLAIM), batch(), SYNCED, false))),
                ask(new SlotRequest.Publish(
                        new Publish(OTHER, Optional.empty(), false, Optional.empty(), batch(), REPLICATED, true))),
                ask(new SlotRequest.Publish(change(Optional.empty()))),
                ask(new SlotRequest.Publish(change(Optional.of("client1")))),
                ask(new SlotRequest.Publish(annotate())),
                ask(new SlotRequest.Presence(new PresenceUpdate(
                        CHANNEL,
                        "connection2",
                        63,
                        "connection2:64",
                        List.of(event("a"), bareEvent()),
                        true,
                        SYNCED,
                        65))),
                ask(new SlotRequest.Presence(new PresenceUpdate(
                        OTHER, "connection2", 63, "connection2:65", List.of(bareEvent()), false, SYNCED, 65))),
                ask(new SlotRequest.Leave(CHANNEL, CLAIM, REPLICATED)),
                ask(new SlotRequest.Subscribe(
                        CHANNEL, List.of(CLAIM, new Claim("connection3", 8)), MembersWanted.unless(7, 86), false)),
                ask(new SlotRequest.Subscribe(OTHER, List.of(), MembersWanted.NONE, true)),
                ask(new SlotRequest.Status(CHANNEL)),
                ask(new SlotRequest.Read(
                        new HistoryQuery(CHANNEL.key(), 66, 67, 68, 69, true, EnumSet.of(EntryKind.PRESENCE), 70, 71))),
                ask(new SlotRequest.Read(HistoryQuery.after(new ChannelKey(9, -72, 73), 74, 75, 76, 77))),
                ask(new SlotRequest.Read(
                        HistoryQuery.after(CHANNEL.key(), 74, 75, 76, 77).inForm(new EntryForm(78, Long.MAX_VALUE)))),
                ask(new SlotRequest.Read(new HistoryQuery(
                        CHANNEL.key(),
                        66,
                        67,
                        68,
                        69,
                        true,
                        Set.of(EntryKind.MESSAGE),
                        70,
                        71,
                        new EntryForm(0, 0),
                        true))),
                ask(new SlotRequest.Look(new MessageQuery(CHANNEL, "serial", new MessageQuery.Latest()))),
                ask(new SlotRequest.Look(new MessageQuery(CHANNEL, "serial", new MessageQuery.Versions("", 5)))),
                ask(new SlotRequest.Look(new MessageQuery(OTHER, "serial", new MessageQuery.Annotations("a", 6)))),
                ask(new SlotRequest.Look(new MessageQuery(OTHER, "serial", new MessageQuery.ClientSummary("b")))),
                ask(new SlotRequest.Count(STATS)),
                ask(new SlotRequest.Stats(
                        "app",
                        new StateQuery(
                                StatsUpdate.channel("app").key(), StateKind.DAY_STATS, "from", "through", 91, 92, 93))),
                ask(new SlotRequest.ChangeRows(new RowsChange(
                        CHANNEL,
                        StateKind.PUSH,
                        Optional.of(new IdHash(91, -92)),
                        List.of(
                                new RowEdit.Put("a\0b", new RowEdit.Expected.Nothing(), value(1)),
                                new RowEdit.Put("c", new RowEdit.Expected.Anything(), value(2)),
                                new RowEdit.Remove("d", new RowEdit.Expected.Value(value(3))),
                                new RowEdit.Count("e", -1, 1_000)),
                        SYNCED))),
                ask(new SlotRequest.ReadRows(new RowsRead(
                        CHANNEL, StateKind.PUSH, List.of(RowsRead.Range.of("a"), new RowsRead.Range("b", "c")), 7))),
                answer(new SlotAnswer.RowsChanged(new RowsResult.Done())),
                answer(new SlotAnswer.RowsChanged(new RowsResult.Unexpected("a"))),
                answer(new SlotAnswer.RowsChanged(new RowsResult.Full("b"))),
                answer(new SlotAnswer.RowsChanged(new RowsResult.Refused(ERROR))),
                answer(new SlotAnswer.Rows(
                        new RowsPage(List.of(new StateRow(StateKind.PUSH, "a", Lifetime.LASTING, value(4))), true))),
                answer(new SlotAnswer.Rows(new RowsPage(List.of(), false))),
                ask(new SlotRequest.Unsubscribe(CHANNEL)),
                ask(new SlotRequest.Occupy(CHANNEL, OCCUPANCY)),
                ask(new SlotRequest.Lost(CHANNEL, CLAIM, SYNCED, 15_000)),
                ask(new SlotRequest.Objects(update(true, Optional.of(CLAIM), Optional.of("connection1")))),
                ask(new SlotRequest.Objects(update(false, Optional.empty(), Optional.empty()))),
                ask(new SlotRequest.ReadObjects(ObjectsQuery.all(CHANNEL))),
                ask(new SlotRequest.ReadObjects(new ObjectsQuery(
                        CHANNEL,
                        Optional.of(new ObjectsQuery.Scope("map:a@1", ObjectPath.parse("a\\.b.*"))),
                        78,
                        "map:a@1\0key"))),
                answer(new SlotAnswer.Published(new PublishResult.Stored(RECEIPT))),
                answer(new SlotAnswer.Published(new PublishResult.Accepted(List.of("serial1", "serial2")))),
                answer(new SlotAnswer.Published(new PublishResult.Refused(ERROR))),
                answer(new SlotAnswer.Subscribed(
                        new Subscribed(META, ORIGIN, 81, 82, 83, 84, false, List.of(member("a"), member("b"))))),
                answer(new SlotAnswer.Subscribed(new Subscribed(META, ORIGIN, 81, 82, 83, 85, true, List.of()))),
                answer(new SlotAnswer.Status(new ChannelStatus(META, 84, OCCUPANCY, List.of(member("c"))))),
                answer(new SlotAnswer.Page(
                        List.of(messageRecord().encoded(), noopRecord().encoded()), true)),
                answer(new SlotAnswer.Page(List.of(), false)),
                answer(new SlotAnswer.Details(new MessageDetails(batch().messages(), annotations(), true))),
                answer(new SlotAnswer.Details(new MessageDetails(List.of(), List.of(), false))),
                answer(new SlotAnswer.Objects(new ObjectsPage(79, 80, objects(), "root\0key"))),
                answer(new SlotAnswer.Objects(new ObjectsPage(0, 80, List.of(), ""))),
                answer(new SlotAnswer.StatsRows(new StatePage(
                        List.of(new StateRow(
                                StateKind.HOUR_STATS,
                                "2025-01-20:15",
                                new Lifetime(94, Duration.ofMillis(95)),
                                new StateValue(new byte[] {9, 6}))),
                        true))),
                answer(new SlotAnswer.StatsRows(new StatePage(List.of(), false))),
                answer(new SlotAnswer.Refused(ERROR)),
                answer(new SlotAnswer.Refused(new ErrorInfo(50003, 503, "later"))),
                new PeerMessage.Deliver(
                        85,
                        86,
                        List.of(
                                new PeerMessage.Delivered(messageRecord().encoded(), true),
                                new PeerMessage.Delivered(presenceRecord().encoded(), false))),
                new PeerMessage.Tip(87, 88, -89, 90, 91),
                new PeerMessage.Occupied(87, 88, -89, 90, new OccupancyMetrics(OCCUPANCY, 91)),
                new PeerMessage.Credit(92, 93),
                new PeerMessage.Serving(List.of(new PeerMessage.SlotEpoch(0, 94), new PeerMessage.SlotEpoch(1023, 95))),
                new PeerMessage.Serving(List.of()),
                new PeerMessage.AskActive(96, "app"),
                new PeerMessage.Active(97, List.of("rooms:a", "rooms:b")));
    }

    private static StateValue value(int content) {
        return new StateValue(new byte[] {(byte) content});
    }

    static PeerMessage ask(SlotRequest request) {
        return new PeerMessage.Ask(CHANNEL.key().slot(), 101, 102, request);
    }

    private static PeerMessage answer(SlotAnswer answer) {
        return new PeerMessage.Answer(CHANNEL.key().slot(), 103, 104, answer);
    }

    /// A publish of one message with a payload of so many characters.
    static PeerMessage publish(int characters) {
        Message message = Message.of(Optional.of("name"), Payload.text("x".repeat(characters)));
        MessageBatch batch = new MessageBatch("connection1:5", Optional.of("connection1"), 111, List.of(message));
        return ask(new SlotRequest.Publish(
                new Publish(CHANNEL, Optional.of(ID), false, Optional.of(CLAIM), batch, REPLICATED, false)));
    }

    private static Publish change(Optional<String> owner) {
        MessageVersion version =
                new MessageVersion(Optional.empty(), 0, Optional.of("editor"), Optional.of("why"), Map.of("k", "v"));
        Message message = Message.of(Optional.empty(), Payload.text("more"))
                .withAction(MessageAction.APPEND)
                .withSerial("serial", Optional.of(version));
        MessageBatch batch = new MessageBatch("connection1:6", Optional.empty(), 0, List.of(message));
        return new Publish(
                CHANNEL,
                List.of(ID, OTHER_ID),
                false,
                Optional.of(CLAIM),
                new Publish.Change(batch, owner, 161),
                SYNCED);
    }

    private static Publish annotate() {
        AnnotationBatch batch = new AnnotationBatch("connection1:7", Optional.of("connection1"), 0, annotations());
        return new Publish(OTHER, List.of(ID), true, Optional.empty(), new Publish.Annotate(batch, 162), SYNCED);
    }

    private static List<Annotation> annotations() {
        return List.of(
                Annotation.of("serial", "n:multiple.v1", Optional.of("name"))
                        .withAction(AnnotationAction.DELETE)
                        .withCount(3)
                        .withClientId(Optional.of("client1")),
                Annotation.of("serial", "plain", Optional.empty()));
    }

    private static List<ObjectState> objects() {
        ObjectState.Value map = new ObjectState.OfMap(
                Map.of(
                        "removed",
                        ObjectEntry.removed("serial1", 113),
                        "set",
                        ObjectEntry.set(new ObjectData.Bytes(new byte[] {1}), "serial2")),
                Optional.of("serial0"));
        return List.of(
                new ObjectState("map:a@1", Map.of("eu", "serial2"), true, 0, map),
                new ObjectState("counter:a@1", Map.of(), false, 114, new ObjectState.OfCounter(0)));
    }

    private static ObjectUpdate update(boolean mayRepeat, Optional<Claim> publisher, Optional<String> connectionId) {
        ObjectMessage inc = ObjectMessage.of(new ObjectOperation.CounterInc("", 2));
        ObjectMessage create = ObjectMessage.of(new ObjectOperation.CounterCreate(
                "counter:a@1",
                Optional.of(new ObjectOperation.InitialValue("{\"count\":7.0}", "nonce")),
                OptionalDouble.of(7)));
        return new ObjectUpdate(
                CHANNEL,
                ID,
                mayRepeat,
                publisher,
                "connection1:6",
                connectionId,
                List.of(
                        ObjectCommand.of(create.withClientId(Optional.of("client1"))),
                        new ObjectCommand(inc, Optional.of(ObjectPath.parse("a.*"))),
                        new ObjectCommand(create, Optional.of(ObjectPath.parse("")))),
                SYNCED,
                112);
    }

    private static MessageBatch batch() {
        return new MessageBatch(
                "connection1:5",
                Optional.of("connection1"),
                111,
                List.of(
                        Message.of(Optional.of("name"), Payload.text("text")),
                        Message.of(Optional.empty(), Payload.binary(new byte[] {1, 2, 3}))
                                .withId("own")
                                .withClientId(Optional.of("client1"))));
    }

    private static LogRecord messageRecord() {
        return LogRecord.of(
                Optional.of(CHANNEL),
                new Entry(121, 6, ORIGIN, 122, CHANNEL.key(), 120, 123, new EntryBody.Messages(batch())),
                List.of(ID, OTHER_ID),
                SYNCED,
                List.of());
    }

    private static LogRecord presenceRecord() {
        return LogRecord.of(
                Optional.of(CHANNEL),
                new Entry(124, 7, ORIGIN, 125, CHANNEL.key(), 121, 126, new EntryBody.Messages(batch())),
                List.of(),
                REPLICATED,
                List.of(
                        new MemberChange.Put(member("a"), Optional.of(member("b"))).row(),
                        new MemberChange.Put(member("c"), Optional.empty()).row(),
                        new MemberChange.Remove(member("d")).row()));
    }

    private static LogRecord noopRecord() {
        return LogRecord.of(
                Optional.empty(),
                new Entry(127, 8, ORIGIN, 128, new ChannelKey(9, 0, 0), 0, 129, EntryBody.NONE),
                List.of(),
                REPLICATED,
                List.of());
    }

    private static SlotImage image() {
        return new SlotImage(
                List.of(
                        new SlotRow.Published(CHANNEL.key(), ID, RECEIPT),
                        new SlotRow.Place(CHANNEL, 131, 132),
                        new SlotRow.State(
                                OTHER,
                                new StateRow(
                                        StateKind.PRESENCE,
                                        "connection1:e",
                                        Lifetime.LASTING,
                                        new StateValue(new byte[] {7, 8}))),
                        new SlotRow.State(
                                CHANNEL,
                                new StateRow(
                                        StateKind.MESSAGE,
                                        "serial",
                                        new Lifetime(134, Duration.ofMillis(135)),
                                        new StateValue(new byte[0])))),
                133,
                new byte[] {4, 5, 6});
    }

    private static Member member(String client) {
        return new Member(event(client).withAction(PresenceAction.PRESENT), 9);
    }

    private static PresenceMessage event(String client) {
        return new PresenceMessage(
                PresenceAction.ENTER,
                Optional.of("connection1:1:0"),
                Optional.of(client),
                Optional.of("connection1"),
                141,
                Payload.text("here"),
                Optional.of("json"),
                Map.of("headers", Map.of("k", "v")));
    }

    private static PresenceMessage bareEvent() {
        return new PresenceMessage(
                PresenceAction.LEAVE,
                Optional.empty(),
                Optional.of("client2"),
                Optional.empty(),
                0,
                Payload.NONE,
                Optional.empty(),
                Map.of());
    }
}
