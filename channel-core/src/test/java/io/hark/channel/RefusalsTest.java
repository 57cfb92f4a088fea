package io.hark.channel;

import static io.hark.channel.StoredSlot.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What was refused stays refused, whoever is asked again.
class RefusalsTest {
    private static final IdHash ID = new IdHash(7, 1);
    private static final IdHash OTHER = new IdHash(7, 2);
    private static final int NOT_FOUND = 40400;

    /// Longer than what appends to it allow.
    private static final String LONG = "x".repeat(100);

    private static final int BYTES_MAX = 50;

    private final StoredSlot slot = new StoredSlot();

    /// The serial that the next entry would have: nothing has it yet.
    private String nextSerial() {
        return slot.owner.nextSerial(slot.owner.nextHlc(0), 0);
    }

    private List<PublishResult> append(String serial, boolean mayRepeat, IdHash... ids) {
        Message message = Message.of(Optional.empty(), Payload.text("more"))
                .withAction(MessageAction.APPEND)
                .withSerial(serial, Optional.of(new MessageVersion()));
        MessageBatch batch = new MessageBatch("conn:1", Optional.of("conn"), 0, List.of(message));
        return slot.send(new Publish.Change(batch, Optional.empty(), BYTES_MAX), List.of(ids), mayRepeat);
    }

    private List<PublishResult> annotate(String serial, boolean mayRepeat) {
        Annotation annotation = Annotation.of(serial, "n:total.v1", Optional.empty());
        AnnotationBatch batch = new AnnotationBatch("conn:1", Optional.of("conn"), 0, List.of(annotation));
        return slot.send(new Publish.Annotate(batch, StoredSlot.BYTES_MAX), List.of(ID), mayRepeat);
    }

    @Test
    void aRefusalIsToldOnceItIsCommitted() {
        slot.subscribe();
        var refused = append("01700000000000-000@eu.1.77:000", false, ID);
        assertThat(refused).isEmpty();

        slot.commit();
        assertThat(refusal(refused).code()).isEqualTo(NOT_FOUND);
        assertThat(slot.delivered).singleElement().satisfies(entry -> {
            assertThat(entry.body()).isEqualTo(new EntryBody.Refusal(refusal(refused)));
            assertThat(entry.receipt().serials()).isEmpty();
        });
    }

    @Test
    void theNextOwnerRefusesItForTheSameReasonThoughItFitsNow() {
        String serial = slot.publish(LONG);
        var refused = append(serial, false, ID);
        slot.change(serial, MessageAction.UPDATE, Payload.text(""));
        slot.commit();
        slot.failOver();

        var again = append(serial, true, ID);
        assertThat(again).isEqualTo(refused);
        assertThat(refusal(again).code()).isEqualTo(40009);
        assertThat(append(serial, true, OTHER)).isEmpty(); // It is taken, and not committed yet.
        slot.commit();
        assertThat(StoredSlot.text(slot.latest(serial))).isEqualTo("more");
    }

    @Test
    void anAnnotationStaysRefusedToo() {
        String serial = nextSerial();
        var refused = annotate(serial, false);
        slot.commit();
        assertThat(refusal(refused).code()).isEqualTo(NOT_FOUND);
        slot.failOver();

        assertThat(annotate(serial, true)).isEqualTo(refused);
    }

    @Test
    void aRefusalThatNobodyWasToldOfIsLostWithWhatFollowsIt() {
        String serial = slot.publish(LONG);
        var lost = append(serial, false, ID);
        var update = slot.change(serial, MessageAction.UPDATE, Payload.text(""));
        slot.failOver();
        assertThat(lost).isEmpty();
        assertThat(update).isEmpty();

        var again = append(serial, true, ID);
        slot.commit();
        assertThat(refusal(again).code()).isEqualTo(40009);
    }

    @Test
    void whoAsksAgainBeforeItIsCommittedIsAnsweredWithTheFirst() {
        var refused = append(nextSerial(), false, ID);
        var again = append(nextSerial(), true, ID);
        assertThat(again).isEmpty();

        slot.commit();
        assertThat(again).isEqualTo(refused).hasSize(1);
        assertThat(slot.appends)
                .filteredOn(append -> append.head().kind() == EntryKind.REFUSAL)
                .hasSize(1);
    }

    @Test
    void whatWasRefusedTogetherIsRefusedAlone() {
        String serial = slot.publish(LONG);
        append(serial, false, ID, OTHER);
        slot.change(serial, MessageAction.UPDATE, Payload.text(""));
        slot.commit();

        assertThat(refusal(append(serial, true, OTHER)).code()).isEqualTo(40009);
    }

    @Test
    void whyItWasRefusedCanBeForgottenButNotThatItWas() {
        slot.policy = new ChannelPolicy(Durability.FSYNC, Duration.ofSeconds(1));
        append(nextSerial(), false, ID);
        slot.commit();
        slot.store.expire(slot.now + 2_000);

        assertThat(refusal(append(nextSerial(), true, ID)).code()).isEqualTo(42200);
    }

    @Test
    void itIsJudgedAnewOnceItsIdIsForgotten() {
        String serial = slot.publish(LONG);
        append(serial, false, ID);
        slot.change(serial, MessageAction.UPDATE, Payload.text(""));
        slot.commit();
        slot.store.expire(slot.now + Duration.ofMinutes(3).toMillis());

        var again = append(serial, true, ID);
        slot.commit();
        assertThat(again).singleElement().isInstanceOf(PublishResult.Stored.class);
    }

    @Test
    void aRefusalIsNoPartOfHistory() {
        slot.publish("first");
        append(nextSerial(), false, ID);
        slot.publish("last");

        assertThat(slot.history()).extracting(StoredSlot::text).containsExactly("first", "last");
    }
}
