package io.hark.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectOperation.InitialValue;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObjectPublishTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final ObjectData ONE = new ObjectData.Number(1);

    private ObjectTree tree = ObjectTree.EMPTY;
    private int time;

    /// Performs one publish; what it comes to counts only if nothing of it is refused.
    private Optional<ErrorInfo> publish(ObjectCommand... commands) {
        int at = ++time;
        ObjectEdit edit = new ObjectEdit(tree);
        ObjectPublish publish = new ObjectPublish(edit, index -> "%014d-000@a:%03d".formatted(at, index), "a", at);
        for (ObjectCommand command : commands) {
            Optional<ErrorInfo> refusal = publish.perform(command);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        tree = edit.tree();
        performed = publish.performed();
        return Optional.empty();
    }

    private List<ObjectMessage> performed = List.of();

    private int code(ObjectCommand... commands) {
        ObjectTree before = tree;
        int code = publish(commands).orElseThrow().code();
        assertThat(tree).isSameAs(before);
        return code;
    }

    private static ObjectCommand command(ObjectOperation operation) {
        return ObjectCommand.of(ObjectMessage.of(operation));
    }

    private static ObjectCommand at(String path, ObjectOperation operation) {
        return new ObjectCommand(ObjectMessage.of(operation), Optional.of(ObjectPath.parse(path)));
    }

    private static ObjectOperation map(String nonce) {
        InitialValue initial = new InitialValue("{}", nonce);
        String id = ObjectId.of(ObjectId.Kind.MAP, initial, NOW).toString();
        return new ObjectOperation.MapCreate(id, Optional.of(initial), Map.of());
    }

    private static ObjectOperation counter(String nonce, double count) {
        InitialValue initial = new InitialValue("{\"count\":%s}".formatted(count), nonce);
        String id = ObjectId.of(ObjectId.Kind.COUNTER, initial, NOW).toString();
        return new ObjectOperation.CounterCreate(id, Optional.of(initial), OptionalDouble.of(count));
    }

    private static ObjectCommand set(String map, String key, ObjectData value) {
        return command(new ObjectOperation.MapSet(map, key, value));
    }

    private static ObjectData reference(ObjectOperation creation) {
        return new ObjectData.Reference(creation.objectId());
    }

    @Test
    void whatIsCreatedCanBeReferredToInTheSamePublish() {
        ObjectOperation counter = counter("n1", 5);
        ObjectOperation map = new ObjectOperation.MapCreate(
                map("n2").objectId(), Optional.empty(), Map.of("c", ObjectEntry.initial(reference(counter))));
        assertThat(publish(command(counter), command(map), set("root", "m", reference(map))))
                .isEmpty();
        assertThat(tree.values("root")).isEqualTo(Map.of("m", reference(map)));
        assertThat(tree.values(map.objectId())).isEqualTo(Map.of("c", reference(counter)));
        assertThat(tree.head(counter.objectId()).orElseThrow().count()).isEqualTo(5);
    }

    @Test
    void anObjectThatIsNotThereIsRefused() {
        ObjectOperation counter = counter("n1", 5);
        assertThat(code(command(new ObjectOperation.CounterInc(counter.objectId(), 1))))
                .isEqualTo(92004);
        assertThat(code(set("root", "c", reference(counter)))).isEqualTo(92004);
        assertThat(code(set("root", "a", ONE), set("root", "c", reference(counter))))
                .isEqualTo(92004);
        assertThat(tree.values("root")).isEmpty();
    }

    @Test
    void anObjectThatWasDeletedIsRefused() {
        ObjectOperation counter = counter("n1", 5);
        publish(command(counter));
        publish(command(new ObjectOperation.ObjectDelete(counter.objectId())));
        assertThat(code(command(new ObjectOperation.CounterInc(counter.objectId(), 1))))
                .isEqualTo(92002);
        assertThat(code(command(counter))).isEqualTo(92002);
        assertThat(code(set("root", "c", reference(counter)))).isEqualTo(92002);
    }

    @Test
    void anOperationOfTheWrongKindIsRefused() {
        ObjectOperation counter = counter("n1", 5);
        publish(command(counter));
        assertThat(code(set(counter.objectId(), "a", ONE))).isEqualTo(92000);
        assertThat(code(command(new ObjectOperation.CounterInc("root", 1)))).isEqualTo(92000);
        assertThat(code(command(new ObjectOperation.ObjectDelete("root")))).isEqualTo(92000);
    }

    @Test
    void aCounterStaysWithinWhatANumberHolds() {
        ObjectOperation counter = counter("n1", 1.7e308);
        publish(command(counter));
        assertThat(code(command(new ObjectOperation.CounterInc(counter.objectId(), 1.7e308))))
                .isEqualTo(92000);
    }

    @Test
    void aCreationThatComesAgainAddsNothing() {
        ObjectOperation counter = counter("n1", 5);
        publish(command(counter));
        publish(command(counter));
        assertThat(tree.head(counter.objectId()).orElseThrow().count()).isEqualTo(5);
    }

    @Test
    void aPathIsFollowedAsTheOperationsBeforeHaveLeftIt() {
        assertThat(publish(
                        at("votes", map("n1")),
                        at("votes.up", counter("n2", 1)),
                        at("votes.up", new ObjectOperation.CounterInc("", 2)),
                        at("votes", new ObjectOperation.MapSet("", "name", ONE))))
                .isEmpty();
        String votes = map("n1").objectId();
        assertThat(tree.value("root", "votes")).contains(new ObjectData.Reference(votes));
        assertThat(tree.values(votes)).containsOnlyKeys("up", "name");
        assertThat(tree.head(counter("n2", 1).objectId()).orElseThrow().count()).isEqualTo(3);
        assertThat(performed)
                .extracting(message -> message.operation().objectId())
                .doesNotContain("");
    }

    @Test
    void aStarPerformsOnAllAndCreatesOneForEach() {
        publish(at("a", map("n1")), at("b", map("n2")));
        assertThat(publish(at("*.count", counter("n3", 4)))).isEmpty();
        ObjectData first = tree.value(map("n1").objectId(), "count").orElseThrow();
        ObjectData second = tree.value(map("n2").objectId(), "count").orElseThrow();
        assertThat(first).isNotEqualTo(second);
        assertThat(publish(at("*.count", new ObjectOperation.CounterInc("", 1))))
                .isEmpty();
        for (ObjectData each : List.of(first, second)) {
            String id = ((ObjectData.Reference) each).objectId();
            assertThat(tree.head(id).orElseThrow().count()).isEqualTo(5);
            assertThat(ObjectId.parse(id)).isPresent();
        }
    }

    @Test
    void aPathThatLeadsNowhereOrToTheWrongThingIsRefused() {
        publish(at("map", map("n1")), at("count", counter("n2", 0)), set("root", "text", new ObjectData.Text("t")));
        assertThat(code(at("none", new ObjectOperation.CounterInc("", 1)))).isEqualTo(92005);
        assertThat(code(at("none.x", map("n3")))).isEqualTo(92005);
        assertThat(code(at("map.*", new ObjectOperation.CounterInc("", 1)))).isEqualTo(92005);
        assertThat(code(at("text", new ObjectOperation.CounterInc("", 1)))).isEqualTo(92007);
        assertThat(code(at("map", new ObjectOperation.CounterInc("", 1)))).isEqualTo(92007);
        assertThat(code(at("", new ObjectOperation.CounterInc("", 1)))).isEqualTo(92007);
        assertThat(code(at("count", new ObjectOperation.MapSet("", "k", ONE)))).isEqualTo(92007);
        assertThat(code(at("count.x", map("n3")))).isEqualTo(92007);
        assertThat(code(at("", map("n3")))).isEqualTo(92007);
        assertThat(code(at("map.*", map("n3")))).isEqualTo(92007);
    }

    @Test
    void aPathThatComesToTooManyOperationsIsRefused() {
        for (int i = 0; i < 600; i++) {
            publish(at("c" + i, counter("n" + i, 0)));
        }
        ObjectCommand all = at("*", new ObjectOperation.CounterInc("", 1));
        assertThat(publish(all)).isEmpty();
        assertThat(code(all, all)).isEqualTo(40034);
    }

    @Test
    void aPathThatGoesRoundInCirclesIsRefused() {
        publish(set("root", "self", new ObjectData.Reference("root")));
        for (int i = 0; i < 100; i++) {
            publish(set("root", "k" + i, ONE));
        }
        ObjectOperation set = new ObjectOperation.MapSet("", "new", ONE);
        String round = "*.".repeat(900) + "self";
        assertThat(publish(at(round, set))).isEmpty();
        assertThat(code(at(round, set), at(round, set))).isEqualTo(40009);
        assertThat(code(at(round + ".self".repeat(20_000), set))).isEqualTo(40009);
    }

    @Test
    void aPathThatComesToTooManyBytesIsRefused() {
        for (int i = 0; i < 10; i++) {
            publish(at("m" + i, map("n" + i)));
        }
        assertThat(code(at("*", new ObjectOperation.MapSet("", "k", new ObjectData.Text("x".repeat(60_000))))))
                .isEqualTo(40009);
        assertThat(publish(at("*", new ObjectOperation.MapSet("", "k", new ObjectData.Text("x".repeat(50_000))))))
                .isEmpty();
    }

    @Test
    void aPathThatComesToTooManyKeysIsRefused() {
        for (int i = 0; i < 3; i++) {
            publish(at("m" + i, map("n" + i)));
        }
        Map<String, ObjectEntry> entries = new HashMap<>();
        for (int i = 0; i < 4_000; i++) {
            entries.put("k" + i, ObjectEntry.initial(new ObjectData.Bool(true)));
        }
        ObjectOperation.MapCreate empty = (ObjectOperation.MapCreate) map("n3");
        ObjectOperation full = new ObjectOperation.MapCreate(empty.objectId(), empty.initial(), entries);
        assertThat(code(at("*.new", full))).isEqualTo(40009);
        assertThat(publish(at("m0.new", full))).isEmpty();
    }

    @Test
    void aPublishThatChangesTooMuchIsRefused() {
        for (int i = 0; i < 20; i++) {
            publish(set("root", "k" + i, new ObjectData.Text("x".repeat(60_000))));
        }
        ObjectCommand[] removals = IntStream.range(0, 20)
                .mapToObj(i -> command(new ObjectOperation.MapRemove("root", "k" + i)))
                .toArray(ObjectCommand[]::new);
        assertThat(code(removals)).isEqualTo(40009);
        assertThat(publish(Arrays.copyOf(removals, 10))).isEmpty();
        assertThat(tree.values("root")).hasSize(10);
    }
}
