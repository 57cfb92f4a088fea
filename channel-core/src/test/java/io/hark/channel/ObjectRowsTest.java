package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectPages;
import io.hark.objects.ObjectTree;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/// The objects that an owner tells are those that the log's operations come to, whatever happens to
/// owners and copies: loaded from rows, cut back to any entry, brought to another copy as records or as
/// an image.
class ObjectRowsTest {
    private static final ChannelId CHANNEL = TestSlot.CHANNEL;
    private static final int SLOT = CHANNEL.key().slot();
    private static final int OBJECTS = 5;
    private static final int STEPS = 200;

    private final InMemoryHistoryStore store = store();
    private final List<Append> appends = new ArrayList<>();
    private final Map<Long, Map<String, ObjectState>> told = new HashMap<>();
    private long wallMillis = TestSlot.NOW;
    private int epoch;
    private int sent;

    private static InMemoryHistoryStore store() {
        return new InMemoryHistoryStore(Duration.ofMinutes(2), Duration.ofMinutes(2));
    }

    /// Writes everything to the store at once.
    private final class Effects implements SlotEffects {
        @Override
        public void append(Append append) {
            appends.add(append);
            store.append(List.of(append), failure -> assertThat(failure).isEmpty());
        }

        @Override
        public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer) {
            store.findId(channel, id).whenComplete(answer);
        }

        @Override
        public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer) {
            store.channel(channel).whenComplete(answer);
        }

        @Override
        public <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> answer) {
            store.consult(reading).whenComplete(answer);
        }

        @Override
        public void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer) {
            throw new AssertionError("nothing here changes rows by themselves");
        }

        @Override
        public void changed(ChannelId channel, List<StateChange> changes) {}

        @Override
        public void report(MetaEvent event) {}

        @Override
        public ObjectsMemory objectsMemory() {
            return new ObjectsMemory(1 << 30);
        }

        @Override
        public long wallMillis() {
            return wallMillis;
        }

        @Override
        public boolean overloaded() {
            return false;
        }
    }

    private SlotOwner owner(SlotMeta meta) {
        SlotOwner owner =
                new SlotOwner(meta, ++epoch, 1, "eu", new Effects(), SlotLimits.DEFAULTS, TestSlot.GRACE, TestSlot.NOW);
        commit(owner);
        return owner;
    }

    private void commit(SlotOwner owner) {
        owner.committed(appends.getLast().head().lsn());
    }

    private void perform(SlotOwner owner, ObjectOperation operation) {
        ObjectUpdate update = new ObjectUpdate(
                CHANNEL,
                new IdHash(3, ++sent),
                false,
                Optional.empty(),
                "frame" + sent,
                Optional.empty(),
                List.of(ObjectCommand.of(ObjectMessage.of(operation))),
                TestSlot.POLICY,
                30_000);
        owner.objects(update, TestSlot.NOW, result -> {});
        commit(owner);
    }

    private static ObjectOperation random(Random random) {
        String map = random.nextBoolean() ? "root" : "map:%043d@1".formatted(random.nextInt(OBJECTS));
        String counter = "counter:%043d@1".formatted(random.nextInt(OBJECTS));
        String key = "k" + random.nextInt(6);
        ObjectData value = random.nextBoolean()
                ? new ObjectData.Reference(random.nextBoolean() ? map : counter)
                : new ObjectData.Text("x".repeat(random.nextInt(500)));
        return switch (random.nextInt(12)) {
            case 0, 1 ->
                new ObjectOperation.MapCreate(
                        "map:%043d@1".formatted(random.nextInt(OBJECTS)), Optional.empty(), Map.of());
            case 2, 3 -> new ObjectOperation.CounterCreate(counter, Optional.empty(), OptionalDouble.of(3));
            case 4, 5 -> new ObjectOperation.CounterInc(counter, random.nextInt(10));
            case 6 -> new ObjectOperation.MapRemove(map, key);
            case 7 -> new ObjectOperation.MapClear(map);
            case 8 ->
                random.nextInt(4) == 0
                        ? new ObjectOperation.ObjectDelete(counter)
                        : new ObjectOperation.MapSet(map, key, value);
            default -> new ObjectOperation.MapSet(map, key, value);
        };
    }

    /// All objects as the owner tells them, by id.
    private static Map<String, ObjectState> told(SlotOwner owner) {
        List<ObjectsPage> pages = new ArrayList<>();
        BiConsumer<ObjectsPage, ErrorInfo> reply = (page, refusal) -> pages.add(page);
        owner.objects(ObjectsQuery.all(CHANNEL), TestSlot.NOW, reply);
        while (!pages.getLast().isLast()) {
            owner.objects(ObjectsQuery.all(CHANNEL).after(pages.getLast()), TestSlot.NOW, reply);
        }
        ObjectTree tree = ObjectTree.EMPTY;
        for (ObjectsPage page : pages) {
            tree = ObjectPages.add(tree, page.objects());
        }
        Map<String, ObjectState> byId = new TreeMap<>();
        for (ObjectState state : ObjectPages.page(tree, "", Integer.MAX_VALUE).objects()) {
            byId.put(state.objectId(), state);
        }
        return byId;
    }

    /// Performs random operations, at random times, and writes down the objects after each entry.
    private SlotOwner run(Random random) {
        SlotOwner owner = owner(SlotMeta.empty(SLOT));
        for (int step = 0; step < STEPS; step++) {
            wallMillis += random.nextInt(20) == 0 ? random.nextInt(90_000_000) : random.nextInt(1_000);
            perform(owner, random(random));
            told.put(owner.committedLsn(), told(owner));
        }
        return owner;
    }

    @Test
    void theNextOwnerTellsWhatTheOneBeforeHasTold() {
        for (int seed = 0; seed < 20; seed++) {
            ObjectRowsTest test = new ObjectRowsTest();
            Random random = new Random(seed);
            SlotOwner owner = test.run(random);
            for (int again = 0; again < 3; again++) {
                Map<String, ObjectState> before = told(owner);
                owner.close();
                owner = test.owner(test.appends.getLast().after());
                assertThat(told(owner)).as("seed %d", seed).isEqualTo(before);
                for (int step = 0; step < 20; step++) {
                    test.perform(owner, random(random));
                }
            }
        }
    }

    @Test
    void aCopyThatIsCutBackTellsWhatWasToldThen() {
        for (int seed = 0; seed < 20; seed++) {
            ObjectRowsTest test = new ObjectRowsTest();
            Random random = new Random(seed);
            SlotOwner owner = test.run(random);
            owner.close();
            List<Long> lsns = new ArrayList<>(test.told.keySet());
            long lsn = lsns.get(random.nextInt(lsns.size()));
            SlotMeta cut =
                    test.store.truncate(SLOT, lsn).toCompletableFuture().join().orElseThrow();
            assertThat(told(test.owner(cut)))
                    .as("seed %d, cut to %d", seed, lsn)
                    .isEqualTo(test.told.get(lsn));
        }
    }

    @Test
    void anotherCopyTellsTheSameWhetherItGotRecordsOrAnImage() {
        for (int seed = 0; seed < 20; seed++) {
            ObjectRowsTest test = new ObjectRowsTest();
            Random random = new Random(seed);
            SlotOwner owner = test.run(random);
            Map<String, ObjectState> expected = told(owner);
            int imaged = random.nextInt(test.appends.size());
            ObjectRowsTest copy = new ObjectRowsTest();
            copy.epoch = test.epoch;
            copy.wallMillis = test.wallMillis;
            InMemoryHistoryStore source = store();
            for (Append append : test.appends.subList(0, imaged + 1)) {
                source.append(List.of(append), failure -> {});
            }
            copyImage(source, copy.store, test.appends.get(imaged).after());
            for (Append append : test.appends.subList(imaged + 1, test.appends.size())) {
                copy.store.append(List.of(append), failure -> {});
            }
            assertThat(told(copy.owner(test.appends.getLast().after())))
                    .as("seed %d, image of %d", seed, imaged)
                    .isEqualTo(expected);
        }
    }

    private static void copyImage(InMemoryHistoryStore from, InMemoryHistoryStore to, SlotMeta meta) {
        byte[] next = SlotImage.START;
        do {
            SlotImage page = from.image(SLOT, next, 7).toCompletableFuture().join();
            to.install(meta, page).toCompletableFuture().join();
            next = page.next();
        } while (next.length > 0);
    }
}
