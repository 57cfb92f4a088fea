package io.hark.channel;

import static io.hark.channel.StoredSlot.CHANNEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.AnnotationMethod;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random changes and annotations of a few messages, commits, and owners that come and go: what is
/// committed is what a model makes of the same steps, and what a store has is what its log says.
class MutableModelTest {
    private static final int STEPS = 400;
    private static final List<String> TYPES =
            List.of("n:total.v1", "n:flag.v1", "n:distinct.v1", "n:unique.v1", "n:multiple.v1", "plain");

    private final StoredSlot slot = new StoredSlot();
    private final List<String> serials = new ArrayList<>();
    private final List<Done> done = new ArrayList<>();
    private Random random;

    /// A step that was taken, with the entry that holds it.
    private sealed interface Done {
        long lsn();

        record Changed(long lsn, String serial, MessageAction action, String text) implements Done {}

        record Annotated(long lsn, Annotation annotation) implements Done {}
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsCommittedIsWhatTheModelSays(long seed) throws Exception {
        random = new Random(seed);
        for (int i = 0; i < 3; i++) {
            serials.add(slot.publish("original " + i));
        }
        for (int i = 0; i < STEPS; i++) {
            step();
            if (i % 10 == 0) {
                check("seed %d, step %d".formatted(seed, i));
            }
        }
        slot.now += 60_000;
        slot.owner.tick(slot.now);
        slot.commit();
        check("seed %d, at the end".formatted(seed));
        theSummariesAreThoseOfTheModel();
        theStoreIsWhatItsLogSays();
    }

    private void step() {
        String serial = serials.get(random.nextInt(serials.size()));
        slot.now += random.nextInt(3);
        int kind = random.nextInt(20);
        if (kind < 9) {
            MessageAction action = switch (random.nextInt(8)) {
                case 0 -> MessageAction.UPDATE;
                case 1 -> MessageAction.DELETE;
                default -> MessageAction.APPEND;
            };
            String text = "<" + done.size() + ">";
            slot.change(serial, action, Payload.text(text));
            done.add(new Done.Changed(slot.lastLsn(), serial, action, text));
        } else if (kind < 16) {
            Annotation annotation = annotation(serial);
            slot.annotate(annotation);
            done.add(new Done.Annotated(slot.lastLsn(), annotation));
        } else if (kind < 18) {
            slot.owner.committed(
                    slot.owner.committedLsn() + random.nextLong(slot.lastLsn() - slot.owner.committedLsn() + 1));
        } else if (kind == 18) {
            slot.owner.tick(slot.now);
        } else if (random.nextInt(3) == 0) {
            slot.failOver();
            long committed = slot.owner.committedLsn() - 1; // The new owner's first entry is none of these.
            done.removeIf(step -> step.lsn() > committed);
        }
    }

    private Annotation annotation(String serial) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        Annotation annotation = Annotation.of(serial, type, Optional.of("name" + random.nextInt(3)))
                .withClientId(Optional.of("client" + random.nextInt(4)))
                .withCount(random.nextInt(3));
        return random.nextInt(3) == 0 ? annotation.withAction(AnnotationAction.DELETE) : annotation;
    }

    private void check(String when) {
        List<String> history = new ArrayList<>();
        for (String serial : serials) {
            List<String> versions = versions(serial);
            history.add(versions.getLast());
            assertThat(described(slot.latest(serial))).as(when).isEqualTo(versions.getLast());
            assertThat(slot.versions(serial).stream().map(MutableModelTest::described))
                    .as(when)
                    .containsExactlyElementsOf(versions);
            assertThat(slot.look(serial, new MessageQuery.Annotations("", 10_000)).orElseThrow().annotations().stream()
                            .map(annotation -> annotation.type() + annotation.name() + annotation.action()))
                    .as(when)
                    .containsExactlyElementsOf(annotations(serial).stream()
                            .map(annotation -> annotation.type() + annotation.name() + annotation.action())
                            .toList());
        }
        assertThat(slot.history().stream().map(MutableModelTest::described))
                .as(when)
                .containsExactlyElementsOf(history);
    }

    private static String described(Message message) {
        return message.action() + " " + StoredSlot.text(message);
    }

    private boolean isCommitted(Done step) {
        return step.lsn() <= slot.owner.committedLsn();
    }

    private List<String> versions(String serial) {
        List<String> versions = new ArrayList<>();
        String text = "original " + serials.indexOf(serial);
        versions.add("CREATE " + text);
        boolean appended = false;
        for (Done step : done) {
            if (step instanceof Done.Changed(var lsn, var of, var action, var with)
                    && of.equals(serial)
                    && isCommitted(step)) {
                boolean append = action == MessageAction.APPEND;
                text = append ? text + with : with;
                if (append && appended) {
                    versions.removeLast();
                }
                versions.add((action == MessageAction.DELETE ? "DELETE " : "UPDATE ") + text);
                appended = append;
            }
        }
        return versions;
    }

    private List<Annotation> annotations(String serial) {
        return done.stream()
                .filter(this::isCommitted)
                .filter(Done.Annotated.class::isInstance)
                .map(step -> ((Done.Annotated) step).annotation())
                .filter(annotation -> annotation.messageSerial().equals(Optional.of(serial)))
                .toList();
    }

    private void theSummariesAreThoseOfTheModel() {
        for (String serial : serials) {
            Map<?, ?> told = (Map<?, ?>) slot.latest(serial).annotations().getOrDefault("summary", Map.of());
            Map<String, String> expected = new TreeMap<>();
            for (String type : TYPES) {
                summary(type, annotations(serial), expected);
            }
            Map<String, String> actual = new TreeMap<>();
            told.forEach((type, value) -> flat((String) type, (Map<?, ?>) value, actual));
            assertThat(actual).as(serial).isEqualTo(expected);
        }
    }

    private static void flat(String type, Map<?, ?> value, Map<String, String> out) {
        if (AnnotationMethod.of(type).isNamed()) {
            value.forEach((name, each) -> out.put(type + '/' + name, flat((Map<?, ?>) each)));
        } else {
            out.put(type + '/', flat(value));
        }
    }

    private static String flat(Map<?, ?> value) {
        Object clients = value.get("clientIds");
        String listed = "";
        if (clients instanceof List<?> list) {
            listed = list.stream().map(Object::toString).sorted().toList().toString();
        } else if (clients instanceof Map<?, ?> counts) {
            listed = new TreeMap<>(counts).toString();
        }
        return value.get("total") + " " + listed;
    }

    /// By the definition, from the first annotation on.
    private static void summary(String type, List<Annotation> annotations, Map<String, String> out) {
        AnnotationMethod method = AnnotationMethod.of(type);
        long total = 0;
        Map<String, Set<String>> sets = new TreeMap<>();
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        for (Annotation annotation : annotations) {
            if (!annotation.type().equals(type)) {
                continue;
            }
            boolean creates = annotation.action() == AnnotationAction.CREATE;
            String name = annotation.name().orElseThrow();
            String client = annotation.clientId().orElseThrow();
            switch (method) {
                case TOTAL -> total = Math.max(0, total + (creates ? 1 : -1));
                case FLAG, DISTINCT, UNIQUE -> {
                    if (method == AnnotationMethod.UNIQUE && creates) {
                        sets.values().forEach(set -> set.remove(client));
                    }
                    Set<String> set = sets.computeIfAbsent(
                            method == AnnotationMethod.FLAG ? "" : name, key -> new LinkedHashSet<>());
                    if (creates) {
                        set.add(client);
                    } else {
                        set.remove(client);
                    }
                }
                case MULTIPLE -> {
                    Map<String, Long> ofName = counts.computeIfAbsent(name, key -> new LinkedHashMap<>());
                    if (creates) {
                        ofName.merge(client, (long) Math.max(1, annotation.count()), Long::sum);
                    } else {
                        ofName.remove(client);
                    }
                }
                case NONE -> {}
            }
        }
        if (total > 0) {
            out.put(type + '/', total + " ");
        }
        sets.forEach((name, set) -> {
            if (!set.isEmpty()) {
                out.put(
                        type + '/' + name,
                        set.size() + " " + set.stream().sorted().toList());
            }
        });
        counts.forEach((name, ofName) -> {
            if (!ofName.isEmpty()) {
                long sum = ofName.values().stream().mapToLong(Long::longValue).sum();
                out.put(type + '/' + name, sum + " " + new TreeMap<>(ofName));
            }
        });
    }

    /// Another store that is given the log, cut somewhere on the way and given the rest, has the same
    /// rows.
    private void theStoreIsWhatItsLogSays() throws Exception {
        InMemoryHistoryStore other = new InMemoryHistoryStore(Duration.ofMinutes(2), Duration.ofHours(1));
        other.append(slot.appends, failure -> {});
        long cutTo = random.nextLong(slot.lastLsn());
        StoredSlot.answer(other.truncate(CHANNEL.key().slot(), cutTo));
        other.append(
                slot.appends.stream()
                        .filter(append -> append.record().lsn() > cutTo)
                        .toList(),
                failure -> {});
        for (StateKind kind : StateKind.values()) {
            StateQuery all = StateQuery.startingWith(CHANNEL.key(), kind, "", 1_000_000);
            assertThat(StoredSlot.answer(other.state(all)).rows())
                    .as("%s, cut to %d", kind, cutTo)
                    .isEqualTo(StoredSlot.answer(slot.store.state(all)).rows());
        }
    }
}
