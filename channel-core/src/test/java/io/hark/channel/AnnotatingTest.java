package io.hark.channel;

import static io.hark.channel.StoredSlot.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnnotatingTest {
    private final StoredSlot slot = new StoredSlot();
    private String serial;

    @BeforeEach
    void aMessage() {
        slot.subscribe();
        serial = slot.publish("text");
    }

    private List<PublishResult> committed(Annotation annotation) {
        List<PublishResult> results = slot.annotate(annotation);
        slot.commit();
        return results;
    }

    private Annotation of(String type, String name, String clientId) {
        return Annotation.of(serial, type, name.isEmpty() ? Optional.empty() : Optional.of(name))
                .withClientId(clientId.isEmpty() ? Optional.empty() : Optional.of(clientId));
    }

    private void create(String type, String name, String clientId) {
        slot.annotate(of(type, name, clientId));
        slot.commit();
    }

    private void delete(String type, String name, String clientId) {
        slot.annotate(of(type, name, clientId).withAction(AnnotationAction.DELETE));
        slot.commit();
    }

    /// Once all that is due is told.
    private Object summary() {
        slot.now += 60_000;
        slot.owner.tick(slot.now);
        slot.commit();
        return slot.latest(serial).annotations().get("summary");
    }

    private static Map<String, Object> clients(long total, List<String> clientIds) {
        return Map.of("total", total, "clientIds", clientIds, "clipped", false);
    }

    @Test
    void totalsCountWhoeverItIs() {
        create("n:total.v1", "", "");
        create("n:total.v1", "", "ann");
        create("n:total.v1", "", "ann");
        delete("n:total.v1", "", "bob");
        assertThat(summary()).isEqualTo(Map.of("n:total.v1", Map.of("total", 2L)));

        delete("n:total.v1", "", "");
        delete("n:total.v1", "", "");
        delete("n:total.v1", "", "");
        assertThat(summary()).isEqualTo(Map.of());
    }

    @Test
    void flagsAreSetOnceByEachClient() {
        create("n:flag.v1", "", "ann");
        create("n:flag.v1", "", "bob");
        create("n:flag.v1", "", "ann");
        assertThat(summary()).isEqualTo(Map.of("n:flag.v1", clients(2, List.of("ann", "bob"))));

        delete("n:flag.v1", "", "ann");
        delete("n:flag.v1", "", "eve");
        assertThat(summary()).isEqualTo(Map.of("n:flag.v1", clients(1, List.of("bob"))));
    }

    @Test
    void aClientMayBeAtSeveralDistinctNames() {
        create("n:distinct.v1", "up", "ann");
        create("n:distinct.v1", "up", "bob");
        create("n:distinct.v1", "up", "bob");
        create("n:distinct.v1", "down", "ann");
        assertThat(summary())
                .isEqualTo(Map.of(
                        "n:distinct.v1",
                        Map.of("up", clients(2, List.of("ann", "bob")), "down", clients(1, List.of("ann")))));

        delete("n:distinct.v1", "down", "ann");
        delete("n:distinct.v1", "down", "bob");
        assertThat(summary()).isEqualTo(Map.of("n:distinct.v1", Map.of("up", clients(2, List.of("ann", "bob")))));
    }

    @Test
    void aClientIsAtOneUniqueNameAtMost() {
        create("n:unique.v1", "up", "ann");
        create("n:unique.v1", "up", "bob");
        create("n:unique.v1", "down", "ann");
        assertThat(summary())
                .isEqualTo(Map.of(
                        "n:unique.v1", Map.of("up", clients(1, List.of("bob")), "down", clients(1, List.of("ann")))));

        delete("n:unique.v1", "up", "ann");
        delete("n:unique.v1", "", "bob");
        assertThat(summary()).isEqualTo(Map.of("n:unique.v1", Map.of("down", clients(1, List.of("ann")))));
    }

    @Test
    void multipleCountsEachClientAndThoseWithoutName() {
        slot.annotate(of("n:multiple.v1", "up", "ann").withCount(3));
        create("n:multiple.v1", "up", "ann");
        create("n:multiple.v1", "up", "bob");
        slot.annotate(of("n:multiple.v1", "up", "").withCount(10));
        assertThat(summary())
                .isEqualTo(Map.of(
                        "n:multiple.v1",
                        Map.of(
                                "up",
                                Map.of(
                                        "total",
                                        15L,
                                        "clientIds",
                                        Map.of("ann", 4L, "bob", 1L),
                                        "totalUnidentified",
                                        10L,
                                        "totalClientIds",
                                        2L,
                                        "clipped",
                                        false))));

        delete("n:multiple.v1", "up", "ann");
        delete("n:multiple.v1", "up", "");
        assertThat(summary())
                .isEqualTo(Map.of(
                        "n:multiple.v1",
                        Map.of(
                                "up",
                                Map.of(
                                        "total",
                                        11L,
                                        "clientIds",
                                        Map.of("bob", 1L),
                                        "totalUnidentified",
                                        10L,
                                        "totalClientIds",
                                        1L,
                                        "clipped",
                                        false))));
    }

    @Test
    void typesWithoutAMethodAreListedAndNotSummedUp() {
        create("com.ably.reactions", "like", "ann");
        create("n:flag.v2", "", "ann");

        assertThat(summary()).isEqualTo(Map.of());
        List<Annotation> annotations = slot.look(serial, new MessageQuery.Annotations("", 9))
                .orElseThrow()
                .annotations();
        assertThat(annotations).extracting(Annotation::type).containsExactly("com.ably.reactions", "n:flag.v2");
        assertThat(annotations.getFirst().serial().orElseThrow()).isGreaterThan(serial);
    }

    @Test
    void strangeTextsAreKeptApart() {
        create("n:distinct.v1", "a\0b", "c");
        create("n:distinct.v1", "a", "b\0c");
        create("n:distinct.v1", "a\1b", "\1\2");

        assertThat(summary())
                .isEqualTo(Map.of(
                        "n:distinct.v1",
                        Map.of(
                                "a\0b", clients(1, List.of("c")),
                                "a", clients(1, List.of("b\0c")),
                                "a\1b", clients(1, List.of("\1\2")))));
    }

    @Test
    void theSummaryComesWithTheAnnotationThatChangesIt() {
        create("n:flag.v1", "", "ann");

        EntryBody.Annotations told =
                (EntryBody.Annotations) slot.delivered.getLast().body();
        assertThat(told.batch().annotations()).hasSize(1);
        Message summary = told.summary().orElseThrow();
        assertThat(summary.action()).isEqualTo(MessageAction.SUMMARY);
        assertThat(summary.serial()).contains(serial);
        assertThat(summary.annotations()).isEqualTo(Map.of("summary", Map.of("n:flag.v1", clients(1, List.of("ann")))));
    }

    private void annotateByMany(int clients) {
        List<Annotation> many = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            many.add(of("n:flag.v1", "", "client-with-a-long-name-" + i));
        }
        slot.annotate(many.toArray(Annotation[]::new));
        slot.commit();
    }

    @Test
    void largeSummariesAreNotToldWithEachAnnotation() {
        annotateByMany(2_000);
        int told = slot.delivered.size();
        create("n:flag.v1", "", "ann");
        create("n:flag.v1", "", "bob");

        assertThat(summaries(told)).containsOnly(Optional.empty());
        slot.owner.tick(slot.now + 1);
        assertThat(slot.delivered).hasSize(told + 2);

        slot.now += 1_000;
        slot.owner.tick(slot.now);
        slot.commit();
        assertThat(summaries(told + 2)).hasSize(1).doesNotContain(Optional.empty());
        slot.owner.tick(slot.now + 60_000);
        slot.commit();
        assertThat(slot.delivered).hasSize(told + 3);
    }

    private List<Optional<Message>> summaries(int from) {
        return slot.delivered.subList(from, slot.delivered.size()).stream()
                .map(entry -> ((EntryBody.Annotations) entry.body()).summary())
                .toList();
    }

    @Test
    void aSummaryThatIsDueIsToldByTheNextOwner() {
        annotateByMany(2_000);
        create("n:total.v1", "", "");
        slot.failOver();
        slot.subscribe();
        slot.delivered.clear();
        slot.owner.tick(slot.now);
        slot.commit();

        assertThat(summaries(0)).hasSize(1);
        assertThat(((Map<?, ?>) slot.latest(serial).annotations().get("summary")).get("n:total.v1"))
                .isEqualTo(Map.of("total", 1L));
        slot.failOver();
        slot.subscribe();
        slot.delivered.clear();
        slot.owner.tick(slot.now);
        assertThat(slot.delivered).isEmpty();
    }

    @Test
    void listsOfClientsAreCutAndTotalsAreNot() {
        annotateByMany(5_000);

        Map<?, ?> flag = (Map<?, ?>) ((Map<?, ?>) summary()).get("n:flag.v1");
        assertThat(flag.get("total")).isEqualTo(5_000L);
        assertThat(flag.get("clipped")).isEqualTo(true);
        assertThat((List<?>) flag.get("clientIds")).hasSizeBetween(1_500, 2_500);

        Message own = slot.look(serial, new MessageQuery.ClientSummary("client-with-a-long-name-4999"))
                .orElseThrow()
                .messages()
                .getFirst();
        assertThat(own.annotations())
                .isEqualTo(Map.of(
                        "summary",
                        Map.of(
                                "n:flag.v1",
                                Map.of(
                                        "total",
                                        5_000L,
                                        "clientIds",
                                        List.of("client-with-a-long-name-4999"),
                                        "clipped",
                                        true))));
    }

    @Test
    void namesWithoutEndAreRefusedAndTakenBack() {
        String name = "x".repeat(1_000);
        int taken = 0;
        List<PublishResult> results = committed(of("n:distinct.v1", name + taken, "ann"));
        while (results.getFirst() instanceof PublishResult.Stored) {
            taken++;
            results = committed(of("n:distinct.v1", name + taken, "ann"));
        }

        assertThat(refusal(results).code()).isEqualTo(40009);
        assertThat(taken).isBetween(20, 40);
        results = committed(of("n:distinct.v1", name + "0", "ann").withAction(AnnotationAction.DELETE));
        assertThat(results).singleElement().isInstanceOf(PublishResult.Stored.class);
    }

    @Test
    void annotationsOfUnknownMessagesAreRefused() {
        serial = serial.replace(":000", ":007");

        assertThat(refusal(committed(of("n:flag.v1", "", "ann"))).code()).isEqualTo(40400);
    }

    @Test
    void annotationsAreListedInTheirOrder() {
        for (int i = 0; i < 5; i++) {
            create("n:multiple.v1", "name" + i, "ann");
        }
        List<String> names = new ArrayList<>();
        String after = "";
        boolean more = true;
        while (more) {
            MessageDetails page =
                    slot.look(serial, new MessageQuery.Annotations(after, 2)).orElseThrow();
            page.annotations().forEach(annotation -> names.add(annotation.name().orElseThrow()));
            after = page.annotations().getLast().serial().orElseThrow();
            more = page.more();
        }
        assertThat(names).containsExactly("name0", "name1", "name2", "name3", "name4");
    }
}
