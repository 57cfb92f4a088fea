package io.hark.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectOperation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ObjectEditTest {
    private static final String MAP = Operations.id("map", 1);
    private static final String COUNTER = Operations.id("counter", 1);
    private static final ObjectData ONE = new ObjectData.Number(1);
    private static final ObjectData TWO = new ObjectData.Number(2);

    private final ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
    private int time;

    private void apply(ObjectOperation operation) {
        apply(operation, ++time);
    }

    private void apply(ObjectOperation operation, int at) {
        edit.apply(operation, Operations.serial(at, "a"), "a", at);
    }

    private Map<String, ObjectData> root() {
        return edit.tree().values("root");
    }

    // ---- like clients

    @Test
    void itComesToWhatClientsComeToWhateverTheOrderAndHoweverOften() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Operations.Sent> sent = Operations.random(random, 120);
            List<Operations.Sent> delivered = new ArrayList<>(sent);
            for (int again = 0; again < 40; again++) {
                delivered.add(random.nextInt(delivered.size() + 1), sent.get(random.nextInt(sent.size())));
            }
            if (seed % 2 == 0) {
                Collections.shuffle(delivered, random);
            }
            ObjectEdit server = new ObjectEdit(ObjectTree.EMPTY);
            ClientModel client = new ClientModel();
            for (Operations.Sent each : delivered) {
                each.applyTo(server);
                client.apply(each.operation(), each.serial(), each.site());
                assertThat(visible(server.tree())).as("seed %d", seed).isEqualTo(client.visible());
            }
        }
    }

    @Test
    void sitesThatExchangeTheirOperationsHaveTheSameObjects() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Operations.Sent> sent = Operations.random(random, 120);
            ObjectTree one = merged(sent, new Random(seed + 1_000));
            ObjectTree other = merged(sent, new Random(seed + 2_000));
            assertThat(visible(one)).as("seed %d", seed).isEqualTo(visible(other));
        }
    }

    /// All operations, those of each site in their order.
    private static ObjectTree merged(List<Operations.Sent> sent, Random random) {
        List<List<Operations.Sent>> sites = new ArrayList<>();
        for (String site : Operations.SITES) {
            sites.add(new ArrayList<>(
                    sent.stream().filter(each -> each.site().equals(site)).toList()));
        }
        ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
        while (!sites.isEmpty()) {
            List<Operations.Sent> site = sites.get(random.nextInt(sites.size()));
            if (site.isEmpty()) {
                sites.remove(site);
            } else {
                site.removeFirst().applyTo(edit);
            }
        }
        return edit.tree();
    }

    static Map<String, Object> visible(ObjectTree tree) {
        Map<String, Object> visible = new TreeMap<>();
        visible.put("root", new TreeMap<>(tree.values("root")));
        for (Map.Entry<String, ObjectTree.LiveObject> object : tree.objects()) {
            String id = object.getKey();
            if (object.getValue().head().isDeleted()) {
                visible.put(id, "deleted");
            } else {
                visible.put(
                        id,
                        tree.isMap(id)
                                ? new TreeMap<>(tree.values(id))
                                : (Object) object.getValue().head().count());
            }
        }
        return visible;
    }

    // ---- rows

    @Test
    void changesLeadFromOneTreeToTheNextAndBack() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            ObjectTree before = ObjectTree.EMPTY;
            for (int step = 0; step < 10; step++) {
                ObjectEdit more = new ObjectEdit(before);
                for (Operations.Sent each : Operations.random(random, 12)) {
                    each.applyTo(more);
                }
                more.collect(random.nextInt(2_000), 5, 0);
                more.sweep(1_000, 500, 3);
                Map<String, ObjectRow> rows = rows(before);
                for (ObjectChange change : more.changes()) {
                    assertThat(Optional.ofNullable(rows.get(change.key().text())))
                            .isEqualTo(change.before());
                    put(rows, change.key(), change.after());
                }
                assertThat(rows).isEqualTo(rows(more.tree()));
                for (ObjectChange change : more.changes()) {
                    put(rows, change.key(), change.before());
                }
                assertThat(rows).isEqualTo(rows(before));
                before = more.tree();
            }
            assertSameAsLoaded(before);
        }
    }

    private static void put(Map<String, ObjectRow> rows, ObjectKey key, Optional<ObjectRow> row) {
        row.ifPresentOrElse(value -> rows.put(key.text(), value), () -> rows.remove(key.text()));
    }

    /// What is counted and what is due does not depend on how the tree came to be.
    private static void assertSameAsLoaded(ObjectTree tree) {
        ObjectTree loaded = ObjectTree.EMPTY;
        for (Map.Entry<String, ObjectRow> row : rows(tree).entrySet()) {
            loaded = loaded.with(ObjectKey.parse(row.getKey()), Optional.of(row.getValue()));
        }
        assertThat(loaded.bytes()).isEqualTo(tree.bytes());
        assertThat(loaded.liveBytes()).isEqualTo(tree.liveBytes());
        assertThat(loaded.spentSince(Long.MAX_VALUE)).isEqualTo(tree.spentSince(Long.MAX_VALUE));
        assertThat(rows(loaded)).isEqualTo(rows(tree));
    }

    static Map<String, ObjectRow> rows(ObjectTree tree) {
        Map<String, ObjectRow> rows = new TreeMap<>();
        for (Map.Entry<String, ObjectTree.LiveObject> object : tree.objects()) {
            rows.put(object.getKey(), object.getValue().head());
            for (Map.Entry<String, ObjectEntry> entry : object.getValue().entries()) {
                rows.put(
                        ObjectKey.entry(object.getKey(), entry.getKey()).text(), new ObjectRow.Entry(entry.getValue()));
            }
        }
        return rows;
    }

    @Test
    void anOperationChangesTheHeadAndOneKeyHoweverLargeTheMap() {
        for (int i = 0; i < 100; i++) {
            apply(new ObjectOperation.MapSet("root", "k" + i, ONE));
        }
        ObjectEdit one = new ObjectEdit(edit.tree());
        one.apply(new ObjectOperation.MapSet("root", "k7", TWO), Operations.serial(1_000, "a"), "a", 1_000);
        assertThat(one.changes()).hasSize(2);
        ObjectEdit all = new ObjectEdit(edit.tree());
        all.apply(new ObjectOperation.MapClear("root"), Operations.serial(1_000, "a"), "a", 1_000);
        assertThat(all.changes()).hasSize(1);
        assertThat(all.tree().values("root")).isEmpty();
        assertThat(all.tree().bytes()).isGreaterThan(100 * 32);
        assertThat(all.tree().liveBytes()).isLessThan(200);
    }

    // ---- collecting

    @Test
    void whatWasRemovedIsRememberedForAsLongAsItMustBe() {
        apply(new ObjectOperation.MapSet("root", "a", ONE), 10);
        apply(new ObjectOperation.MapRemove("root", "a"), 20);
        apply(new ObjectOperation.MapSet("root", "b", ONE), 30);
        edit.collect(19, 100, 0);
        assertThat(edit.tree().entry("root", "a")).isPresent();
        edit.collect(20, 100, 0);
        assertThat(edit.tree().entry("root", "a")).isEmpty();
        assertThat(root()).containsOnlyKeys("b");
    }

    @Test
    void aDeletedObjectGoesAfterItsKeys() {
        apply(new ObjectOperation.MapCreate(MAP, Optional.empty(), Map.of("a", ObjectEntry.initial(ONE))), 10);
        apply(new ObjectOperation.ObjectDelete(MAP), 20);
        edit.collect(19, 100, 0);
        assertThat(edit.tree().entry(MAP, "a")).isEmpty();
        assertThat(edit.tree().head(MAP)).isPresent();
        edit.collect(20, 100, 0);
        assertThat(edit.tree().head(MAP)).isEmpty();
        assertThat(edit.tree().bytes()).isZero();
    }

    @Test
    void asMuchIsCollectedAtOnceAsMakesUpForWhatCame() {
        for (int i = 0; i < 50; i++) {
            apply(new ObjectOperation.MapSet("root", "k" + i, ONE));
        }
        apply(new ObjectOperation.MapClear("root"));
        long before = edit.tree().bytes();
        edit.collect(0, 3, 0);
        assertThat(edit.tree().rows()).isEqualTo(48);
        edit.collect(0, 1, before / 2);
        assertThat(edit.tree().bytes()).isLessThan(before / 2 + 200);
        assertThat(edit.tree().rows()).isGreaterThan(20);
    }

    @Test
    void largeRowsAreCollectedFewAtOnce() {
        for (int i = 0; i < 30; i++) {
            apply(new ObjectOperation.MapSet("root", "k" + i, new ObjectData.Text("x".repeat(60_000))));
        }
        apply(new ObjectOperation.MapClear("root"));
        edit.collect(0, 64, 0);
        assertThat(edit.tree().rows()).isEqualTo(28);
        edit.collect(0, 64, Long.MAX_VALUE);
        assertThat(edit.tree().rows()).isEqualTo(10);
    }

    @Test
    void aKeyThatIsSetAgainIsNotCollected() {
        apply(new ObjectOperation.MapSet("root", "a", ONE));
        apply(new ObjectOperation.MapClear("root"));
        apply(new ObjectOperation.MapSet("root", "a", TWO));
        edit.collect(Long.MAX_VALUE, 100, 0);
        assertThat(root()).isEqualTo(Map.of("a", TWO));
    }

    // ---- what nothing leads to

    @Test
    void anObjectThatNothingLeadsToIsDueAfterAWhile() {
        apply(new ObjectOperation.CounterCreate(COUNTER, Optional.empty(), OptionalDouble.of(1)), 10);
        assertThat(edit.sweep(100, 50, 10).due()).isEmpty();
        assertThat(edit.sweep(200, 99, 10).due()).isEmpty();
        assertThat(edit.sweep(200, 100, 10).due()).containsExactly(COUNTER);
    }

    @Test
    void anObjectThatIsReachedAgainIsNotDue() {
        apply(new ObjectOperation.CounterCreate(COUNTER, Optional.empty(), OptionalDouble.of(1)), 10);
        edit.sweep(100, 50, 10);
        apply(new ObjectOperation.MapSet("root", "c", new ObjectData.Reference(COUNTER)), 110);
        assertThat(edit.tree().head(COUNTER).orElseThrow().unreachableMillis()).isZero();
        apply(new ObjectOperation.MapRemove("root", "c"), 120);
        assertThat(edit.sweep(200, 150, 10).due()).isEmpty();
        assertThat(edit.sweep(300, 200, 10).due()).containsExactly(COUNTER);
    }

    @Test
    void objectsThatOnlyReferToEachOtherAreUnreachable() {
        String other = Operations.id("map", 2);
        apply(new ObjectOperation.MapSet(MAP, "o", new ObjectData.Reference(other)));
        apply(new ObjectOperation.MapSet(other, "m", new ObjectData.Reference(MAP)));
        apply(new ObjectOperation.MapSet("root", "r", new ObjectData.Reference("root")));
        edit.sweep(100, 0, 10);
        assertThat(edit.sweep(200, 100, 10).due()).containsExactlyInAnyOrder(MAP, other);
    }

    @Test
    void aSweepDoesNoMoreAtOnceThanItMay() {
        for (int i = 0; i < 20; i++) {
            apply(new ObjectOperation.CounterInc(Operations.id("counter", i), 1));
        }
        ObjectEdit first = new ObjectEdit(edit.tree());
        assertThat(first.sweep(100, 0, 8).complete()).isFalse();
        assertThat(first.changes()).hasSize(8);
        first.sweep(101, 0, 8);
        assertThat(first.sweep(102, 0, 8).complete()).isTrue();
        assertThat(first.changes()).hasSize(20);
        ObjectEdit.Sweep due = first.sweep(300, 200, 8);
        assertThat(due.due()).hasSize(8);
        assertThat(due.complete()).isFalse();
    }
}
