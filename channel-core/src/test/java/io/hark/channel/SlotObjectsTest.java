package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectPages;
import io.hark.objects.ObjectPath;
import io.hark.objects.ObjectTree;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectBatch;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlotObjectsTest {
    private static final long BYTES_MAX = 20_000;
    private static final long DAY = 86_400_000;
    private static final String COUNTER = "counter:%043d@1".formatted(1);
    private static final String MAP = "map:%043d@1".formatted(1);
    private static final ObjectData ONE = new ObjectData.Number(1);
    private static final ObjectData TWO = new ObjectData.Number(2);

    private final TestSlot slot = new TestSlot();
    private int sent;

    @BeforeEach
    void subscribe() {
        slot.subscribe();
    }

    private ObjectUpdate update(int number, boolean mayRepeat, ObjectOperation... operations) {
        List<ObjectCommand> commands = Arrays.stream(operations)
                .map(operation -> ObjectCommand.of(ObjectMessage.of(operation)))
                .toList();
        return new ObjectUpdate(
                TestSlot.CHANNEL,
                new IdHash(2, number),
                mayRepeat,
                Optional.empty(),
                "frame" + number,
                Optional.of("conn"),
                commands,
                TestSlot.POLICY,
                BYTES_MAX);
    }

    private List<PublishResult> perform(ObjectOperation... operations) {
        return perform(update(++sent, false, operations));
    }

    private List<PublishResult> perform(ObjectUpdate update) {
        List<PublishResult> results = new ArrayList<>();
        slot.owner.objects(update, TestSlot.NOW, results::add);
        return results;
    }

    private List<PublishResult> performed(ObjectOperation... operations) {
        List<PublishResult> results = perform(operations);
        slot.commitAll();
        return results;
    }

    private static ObjectOperation set(String key, ObjectData value) {
        return new ObjectOperation.MapSet("root", key, value);
    }

    private static ObjectOperation create(String counter) {
        return new ObjectOperation.CounterCreate(counter, Optional.empty(), OptionalDouble.of(5));
    }

    private List<Object> read(ObjectsQuery query) {
        List<Object> answers = new ArrayList<>();
        slot.owner.objects(query, TestSlot.NOW, (page, refusal) -> answers.add(refusal == null ? page : refusal));
        return answers;
    }

    private ObjectsPage page(ObjectsQuery query) {
        return (ObjectsPage) read(query).getFirst();
    }

    /// All objects, page by page.
    private ObjectTree tree() {
        ObjectsQuery query = ObjectsQuery.all(TestSlot.CHANNEL);
        ObjectTree tree = ObjectTree.EMPTY;
        ObjectsPage page = page(query);
        while (true) {
            tree = ObjectPages.add(tree, page.objects());
            if (page.isLast()) {
                return tree;
            }
            page = page(query.after(page));
        }
    }

    private static ObjectBatch batch(Entry entry) {
        return ((EntryBody.Objects) entry.body()).batch();
    }

    // ---- the log

    @Test
    void anOperationIsAnEntryOfTheChannelAndAnsweredWithItsSerial() {
        List<PublishResult> results = perform(set("a", ONE), set("b", TWO));
        assertThat(results).isEmpty();
        assertThat(slot.delivered).isEmpty();
        slot.commitAll();

        Entry entry = slot.lastEntry();
        assertThat(entry.kind()).isEqualTo(EntryKind.OBJECT);
        assertThat(batch(entry).connectionId()).contains("conn");
        assertThat(slot.delivered).containsExactly(entry);
        assertThat(results).containsExactly(new PublishResult.Stored(entry.receipt()));
        List<String> serials = entry.receipt().serials();
        assertThat(serials).hasSize(2);
        assertThat(tree().head("root").orElseThrow().siteTimeserials()).isEqualTo(Map.of("eu", serials.getLast()));
    }

    @Test
    void aRecordChangesTheRowsThatTheOperationsChange() {
        performed(set("a", ONE));
        LogRecord record = slot.appends.getLast().record();
        assertThat(record.changes()).extracting(StateChange::key).containsExactly("root", "root\0a");
        assertThat(record.changes())
                .allSatisfy(change -> assertThat(change.before()).isEmpty());
        performed(set("a", TWO));
        assertThat(slot.appends.getLast().record().changes())
                .allSatisfy(change -> assertThat(change.before()).isPresent());
    }

    @Test
    void whatIsRefusedChangesNothing() {
        List<PublishResult> results = performed(set("a", ONE), new ObjectOperation.CounterInc(COUNTER, 1));
        assertThat(TestSlot.refusal(results).code()).isEqualTo(92004);
        assertThat(slot.appends).singleElement().satisfies(append -> {
            assertThat(append.head().kind()).isEqualTo(EntryKind.REFUSAL);
            assertThat(append.record().changes()).isEmpty();
        });
        assertThat(tree().isEmpty()).isTrue();
    }

    @Test
    void whatWasRefusedIsRefusedAgainThoughItCouldBeDoneNow() {
        ObjectUpdate inc = update(99, false, new ObjectOperation.CounterInc(COUNTER, 1));
        List<PublishResult> refused = perform(inc);
        performed(create(COUNTER));
        assertThat(TestSlot.refusal(refused).code()).isEqualTo(92004);

        List<PublishResult> again = perform(inc.again());
        slot.answerLookup(Optional.of(slot.entry(0).receipt()));
        assertThat(again).isEqualTo(refused);
        assertThat(tree().head(COUNTER).orElseThrow().count()).isEqualTo(5);
    }

    @Test
    void theSameUpdateIsDoneOnce() {
        performed(create(COUNTER));
        ObjectUpdate inc = update(99, false, new ObjectOperation.CounterInc(COUNTER, 1));
        perform(inc);
        List<PublishResult> again = perform(inc.again());
        slot.commitAll();
        assertThat(again)
                .containsExactly(new PublishResult.Stored(slot.lastEntry().receipt()));
        List<PublishResult> later = perform(inc.again());
        slot.answerLookup(Optional.of(slot.lastEntry().receipt()));
        assertThat(later).isEqualTo(again);
        assertThat(tree().head(COUNTER).orElseThrow().count()).isEqualTo(6);
    }

    @Test
    void objectsKeepTheirTurnAmongMessages() {
        slot.publish("first");
        perform(set("a", ONE));
        slot.publish("last");
        slot.commitAll();
        assertThat(slot.delivered)
                .extracting(Entry::kind)
                .containsExactly(EntryKind.MESSAGE, EntryKind.OBJECT, EntryKind.MESSAGE);
        assertThat(slot.delivered.get(2).prevLsn())
                .isEqualTo(slot.delivered.get(1).lsn());
    }

    @Test
    void anOverloadedOwnerTakesNoOperation() {
        slot.overloaded = true;
        assertThat(TestSlot.refusal(perform(set("a", ONE))).code()).isEqualTo(50003);
        assertThat(slot.appends).isEmpty();
    }

    // ---- reading

    @Test
    void onlyWhatIsCommittedIsRead() {
        performed(set("a", ONE));
        perform(set("a", TWO));
        assertThat(tree().values("root")).isEqualTo(Map.of("a", ONE));
        assertThat(page(ObjectsQuery.all(TestSlot.CHANNEL)).lsn()).isEqualTo(slot.owner.committedLsn());
        slot.commitAll();
        assertThat(tree().values("root")).isEqualTo(Map.of("a", TWO));
    }

    @Test
    void pagesAreOfOneMomentWhateverHappensMeanwhile() {
        String large = "x".repeat(9_000);
        for (int part = 0; part < 9; part++) {
            ObjectUpdate update = update(++sent, false, set("k" + part, new ObjectData.Text(large + part)));
            perform(new ObjectUpdate(
                    update.channel(),
                    update.id(),
                    false,
                    Optional.empty(),
                    update.frameId(),
                    Optional.empty(),
                    update.commands(),
                    update.policy(),
                    1 << 20));
            slot.commitAll();
        }
        ObjectsQuery query = ObjectsQuery.all(TestSlot.CHANNEL);
        ObjectsPage first = page(query);
        assertThat(first.isLast()).isFalse();
        performed(new ObjectOperation.MapClear("root"));
        ObjectsPage second = page(query.after(first));
        assertThat(second.lsn()).isEqualTo(first.lsn());
        assertThat(second.isLast()).isTrue();
        ObjectTree tree = ObjectPages.add(ObjectPages.add(ObjectTree.EMPTY, first.objects()), second.objects());
        assertThat(tree.values("root")).hasSize(9);
        assertThat(tree().values("root")).isEmpty();
        assertThat(read(query.after(first)))
                .first()
                .isInstanceOfSatisfying(
                        ErrorInfo.class, refusal -> assertThat(refusal.code()).isEqualTo(50003));
    }

    @Test
    void aPartIsReadAlongAPath() {
        performed(create(COUNTER), set("c", new ObjectData.Reference(COUNTER)), set("other", ONE));
        ObjectsQuery.Scope scope = new ObjectsQuery.Scope("root", ObjectPath.parse("c"));
        ObjectTree tree = ObjectPages.add(
                ObjectTree.EMPTY, page(ObjectsQuery.of(TestSlot.CHANNEL, scope)).objects());
        assertThat(tree.values("root")).containsOnlyKeys("c");
        assertThat(tree.head(COUNTER)).isPresent();
    }

    // ---- in memory and on disk

    @Test
    void theNextOwnerGoesOnFromTheRows() {
        performed(create(COUNTER), set("c", new ObjectData.Reference(COUNTER)), set("gone", ONE));
        performed(new ObjectOperation.MapRemove("root", "gone"));
        SlotMeta meta = slot.appends.getLast().after();
        slot.owner.close();
        SlotOwner next = new SlotOwner(meta, 2, 1, "eu", slot, SlotLimits.DEFAULTS, TestSlot.GRACE, TestSlot.NOW);
        List<ObjectsPage> pages = new ArrayList<>();
        next.objects(ObjectsQuery.all(TestSlot.CHANNEL), TestSlot.NOW, (page, refusal) -> pages.add(page));
        ObjectTree tree = ObjectPages.add(ObjectTree.EMPTY, pages.getFirst().objects());
        assertThat(tree.values("root")).containsOnlyKeys("c");
        assertThat(tree.head(COUNTER).orElseThrow().count()).isEqualTo(5);
    }

    @Test
    void objectsThatNobodyUsesAreLetGoOfAndReadAgain() {
        performed(set("a", ONE));
        int loads = slot.loaded;
        slot.owner.tick(TestSlot.NOW + 1_000);
        assertThat(tree().values("root")).containsOnlyKeys("a");
        assertThat(slot.loaded).isEqualTo(loads);
        slot.owner.tick(TestSlot.NOW + 120_000);
        assertThat(tree().values("root")).containsOnlyKeys("a");
        assertThat(slot.loaded).isEqualTo(loads + 1);
    }

    @Test
    void objectsWithAnOperationOnItsWayAreNotLetGoOf() {
        perform(set("a", ONE));
        int loads = slot.loaded;
        slot.owner.tick(TestSlot.NOW + 120_000);
        slot.commitAll();
        assertThat(tree().values("root")).containsOnlyKeys("a");
        assertThat(slot.loaded).isEqualTo(loads);
    }

    @Test
    void objectsThatAnOperationWaitsForAreNotLetGoOf() {
        performed(set("a", ONE));
        List<PublishResult> repeat = perform(update(++sent, true, set("b", TWO)));
        assertThat(repeat).isEmpty();
        slot.owner.tick(TestSlot.NOW + 120_000);
        slot.answerLookup(Optional.empty());
        // Not committed yet: what would be read again now would lack it.
        perform(set("c", ONE));
        slot.commitAll();
        assertThat(tree().values("root")).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void whatComesWhileObjectsAreReadWaitsForItsTurn() {
        slot.loadsByHand = true;
        List<PublishResult> first = perform(set("a", ONE));
        List<PublishResult> second = slot.publish("message");
        assertThat(slot.appends).isEmpty();
        slot.answerLoad();
        slot.commitAll();
        assertThat(first).hasSize(1);
        assertThat(second).hasSize(1);
        assertThat(slot.delivered).extracting(Entry::kind).containsExactly(EntryKind.OBJECT, EntryKind.MESSAGE);
    }

    @Test
    void objectsThatCannotBeReadAreRefused() {
        slot.loadsByHand = true;
        List<PublishResult> results = perform(set("a", ONE));
        List<PublishResult> message = slot.publish("message");
        slot.failLoad();
        assertThat(TestSlot.refusal(results).code()).isEqualTo(50003);
        slot.commitAll();
        assertThat(message).first().isInstanceOf(PublishResult.Stored.class);
        List<PublishResult> later = perform(set("a", ONE));
        slot.answerLoad();
        slot.commitAll();
        assertThat(later).first().isInstanceOf(PublishResult.Stored.class);
    }

    @Test
    void aNodeThatHoldsAsManyObjectsAsItMayRefusesOthers() {
        performed(set("a", new ObjectData.Text("x".repeat(1_000))));
        slot.objectsMemory = new ObjectsMemory(100);
        ChannelId other = ChannelId.of("app", "other");
        List<Object> answers = new ArrayList<>();
        slot.objectsMemory.add(200);
        slot.owner.objects(
                ObjectsQuery.all(other),
                TestSlot.NOW,
                (page, refusal) -> answers.add(refusal == null ? page : refusal));
        assertThat(answers)
                .first()
                .isInstanceOfSatisfying(
                        ErrorInfo.class, refusal -> assertThat(refusal.code()).isEqualTo(50003));
    }

    // ---- limits and what is left behind

    @Test
    void objectsThatWouldBeTooLargeAreRefusedUntilSomeAreRemoved() {
        ObjectData large = new ObjectData.Text("x".repeat(6_000));
        for (String key : List.of("a", "b", "c")) {
            assertThat(performed(set(key, large))).first().isInstanceOf(PublishResult.Stored.class);
        }
        assertThat(TestSlot.refusal(performed(set("d", large))).code()).isEqualTo(92001);
        assertThat(performed(new ObjectOperation.MapRemove("root", "a")))
                .first()
                .isInstanceOf(PublishResult.Stored.class);
        assertThat(performed(set("d", large))).first().isInstanceOf(PublishResult.Stored.class);
        assertThat(tree().values("root")).containsOnlyKeys("b", "c", "d");
    }

    @Test
    void whatAMapHeldBeforeItWasClearedIsCollectedByWhatFollows() {
        for (int i = 0; i < 100; i++) {
            performed(set("k" + i, ONE));
        }
        performed(new ObjectOperation.MapClear("root"));
        assertThat(slot.appends.getLast().record().changes()).hasSizeLessThan(70);
        for (int i = 0; i < 3; i++) {
            performed(set("new", ONE));
        }
        assertThat(slot.state.keySet()).containsExactlyInAnyOrder("root", "root\0new");
    }

    @Test
    void aTombstoneIsCollectedByTheFirstOperationAfterItsTime() {
        performed(set("a", ONE));
        performed(new ObjectOperation.MapRemove("root", "a"));
        slot.wallMillis += DAY - 1;
        performed(set("b", ONE));
        assertThat(slot.state).containsKey("root\0a");
        slot.wallMillis += 2;
        performed(set("b", TWO));
        assertThat(slot.state).doesNotContainKey("root\0a");
    }

    @Test
    void anObjectThatNothingLeadsToIsDeletedAndThenForgotten() {
        performed(create(COUNTER), set("c", new ObjectData.Reference(COUNTER)));
        performed(set("c", ONE));
        for (int hours = 0; hours < 26; hours++) {
            slot.wallMillis += 3_600_000;
            performed(set("tick", ONE));
        }
        ObjectBatch deletion = slot.delivered.stream()
                .filter(entry -> batch(entry).connectionId().isEmpty())
                .map(SlotObjectsTest::batch)
                .filter(batch -> !batch.operations().isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(deletion.operations())
                .extracting(ObjectMessage::operation)
                .containsExactly(new ObjectOperation.ObjectDelete(COUNTER));
        assertThat(tree().head(COUNTER).orElseThrow().isDeleted()).isTrue();
        assertThat(TestSlot.refusal(performed(new ObjectOperation.CounterInc(COUNTER, 1)))
                        .code())
                .isEqualTo(92002);
        slot.wallMillis += DAY;
        performed(set("tick", TWO));
        assertThat(slot.state.keySet()).noneMatch(key -> key.startsWith(COUNTER));
    }

    @Test
    void whereThereIsNoRoomWhatNothingLeadsToGoesSooner() {
        ObjectData large = new ObjectData.Text("x".repeat(9_000));
        performed(new ObjectOperation.MapCreate(MAP, Optional.empty(), Map.of()));
        performed(new ObjectOperation.MapSet(MAP, "large", large));
        performed(set("kept", large));
        assertThat(TestSlot.refusal(performed(set("more", large))).code()).isEqualTo(92001);
        for (int minutes = 0; minutes < 6; minutes++) {
            slot.wallMillis += 61_000;
            perform(set("more", large));
            slot.commitAll();
        }
        assertThat(tree().values("root")).containsOnlyKeys("kept", "more");
    }
}
