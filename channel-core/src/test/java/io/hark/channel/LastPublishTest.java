package io.hark.channel;

import static io.hark.channel.StoredSlot.CHANNEL;
import static io.hark.channel.StoredSlot.answer;
import static io.hark.channel.StoredSlot.serial;
import static io.hark.channel.StoredSlot.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Annotation;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is left of a channel once its log has expired.
class LastPublishTest {
    private final StoredSlot slot = new StoredSlot();

    @BeforeEach
    void theLastIsKept() {
        slot.policy = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(1), true);
    }

    private List<PublishResult> publish(boolean ephemeral, String... texts) {
        List<Message> messages = List.of(texts).stream()
                .map(text -> Message.of(Optional.empty(), Payload.text(text)).withClientId(Optional.of("ann")))
                .toList();
        return slot.send(
                new Publish.Create(new MessageBatch(slot.frame(), Optional.of("conn"), 0, messages), ephemeral));
    }

    private String publish(String... texts) {
        List<PublishResult> results = publish(false, texts);
        slot.commit();
        return serial(results);
    }

    private void append(String serial, String text) {
        slot.change(serial, MessageAction.APPEND, Payload.text(text));
        slot.commit();
    }

    private List<Message> last() {
        HistoryQuery query = new HistoryQuery(
                CHANNEL.key(),
                0,
                slot.owner.committedLsn(),
                0,
                Long.MAX_VALUE,
                true,
                Set.of(EntryKind.MESSAGE),
                1,
                1 << 20,
                new EntryForm(slot.owner.committedLsn(), 0),
                true);
        return answer(slot.store.read(query)).entries().stream()
                .flatMap(entry -> EntryMessages.of(entry).stream())
                .toList();
    }

    private List<String> lastTexts() {
        return last().stream().map(StoredSlot::text).toList();
    }

    private List<StateRow> rows() {
        return answer(slot.store.state(StateQuery.startingWith(CHANNEL.key(), StateKind.LAST, "", 10_000)))
                .rows();
    }

    private void expireTheLog() {
        slot.now += Duration.ofDays(100).toMillis();
        slot.store.expire(slot.now);
        assertThat(slot.history()).isEmpty();
    }

    @Test
    void allOfTheLastPublishIsThere() {
        publish("a");
        publish("b", "c");
        List<Message> before = last();
        expireTheLog();

        assertThat(lastTexts()).containsExactly("b", "c");
        assertThat(last()).isEqualTo(before);
    }

    @Test
    void nothingIsKeptWhereTheNamespaceDoesNotSaySo() {
        slot.policy = StoredSlot.POLICY;
        publish("a");
        expireTheLog();

        assertThat(last()).isEmpty();
        assertThat(rows()).isEmpty();
    }

    @Test
    void whatIsEphemeralIsNotTheLast() {
        publish("a");
        publish(true, "b");
        expireTheLog();

        assertThat(lastTexts()).containsExactly("a");
    }

    @Test
    void itIsAsItWasChanged() {
        String first = publish("a", "b", "c");
        String second = first.replace(":000", ":001");
        String third = first.replace(":000", ":002");
        append(first, "a");
        slot.change(second, MessageAction.UPDATE, Payload.text("B"));
        slot.change(third, MessageAction.DELETE, Payload.NONE);
        slot.commit();
        append(first, "a");
        List<Message> before = last();
        expireTheLog();

        assertThat(lastTexts()).containsExactly("aaa", "B", text(before.getLast()));
        assertThat(last()).isEqualTo(before);
        assertThat(last().getLast().action()).isEqualTo(MessageAction.DELETE);
    }

    @Test
    void itHasTheSummaryOfItsAnnotations() {
        String serial = publish("a");
        for (String client : List.of("ann", "bob")) {
            slot.annotate(Annotation.of(serial, "n:flag.v1", Optional.empty()).withClientId(Optional.of(client)));
            slot.commit();
            slot.now += 60_000;
            slot.owner.tick(slot.now);
            slot.commit();
        }
        List<Message> before = last();
        expireTheLog();

        assertThat(last()).isEqualTo(before);
        assertThat(last().getFirst().annotations())
                .isEqualTo(Map.of(
                        "summary",
                        Map.of(
                                "n:flag.v1",
                                Map.of("total", 2L, "clientIds", List.of("ann", "bob"), "clipped", false))));
        assertThat(rows()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void changesOfEarlierMessagesAreNotInIt() {
        String earlier = publish("a");
        publish("b");
        append(earlier, "a");
        expireTheLog();

        assertThat(lastTexts()).containsExactly("b");
    }

    @Test
    void rowsGoOnceOthersHaveTakenTheirPlace() {
        for (int i = 0; i < 50; i++) {
            publish("m" + i);
        }
        assertThat(rows()).hasSize(2);
        String serial = publish("a");
        for (int i = 0; i < 5 * ChangedMessage.APPENDS_MAX; i++) {
            append(serial, "a");
        }
        assertThat(rows()).hasSizeBetween(2, 2 * ChangedMessage.APPENDS_MAX);
        assertThat(lastTexts()).containsExactly("a".repeat(1 + 5 * ChangedMessage.APPENDS_MAX));
        for (int i = 0; i < 5; i++) {
            publish("b");
        }
        assertThat(rows()).hasSize(2);
        expireTheLog();
        assertThat(lastTexts()).containsExactly("b");
    }

    @Test
    void whatIsNotCommittedTakesNobodysPlace() {
        publish("a");
        publish("b");
        publish(false, "c");
        publish(false, "d");
        assertThat(lastTexts()).containsExactly("b");
        slot.failOver();
        expireTheLog();

        assertThat(lastTexts()).containsExactly("b");
    }

    @Test
    void theNextOwnerGoesOn() {
        String serial = publish("a");
        append(serial, "b");
        slot.failOver();
        append(serial, "c");
        slot.change(serial, MessageAction.UPDATE, Payload.text("D"));
        slot.commit();
        slot.failOver();
        append(serial, "e");
        append(serial, "f");

        // What the update has replaced is gone.
        assertThat(rows()).hasSize(4);
        expireTheLog();
        assertThat(lastTexts()).containsExactly("Def");
        publish("g");
        publish("h");
        assertThat(rows()).hasSize(2);
    }

    @Test
    void publishesKeepTheirOrderWhileItIsReadWhatIsKept() {
        slot.subscribe();
        slot.answersLater = true;
        publish(false, "a");
        publish(false, "b");
        slot.answerAll();
        slot.commit();

        assertThat(slot.delivered)
                .extracting(entry -> text(EntryMessages.of(entry).getFirst()))
                .containsExactly("a", "b");
    }
}
