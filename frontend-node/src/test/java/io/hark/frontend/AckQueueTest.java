package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.PublishResult;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import io.hark.protocol.ServerMessage.Ack;
import io.hark.protocol.ServerMessage.Nack;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AckQueueTest {
    private static final ErrorInfo REFUSAL = ErrorCode.CAPABILITY_REFUSED.info();

    private final AckQueue queue = new AckQueue();

    @Test
    void nothingIsSentBeforeTheOldestPublishIsAnswered() {
        add(0);
        AckQueue.Pending second = add(1);

        second.answer(accepted("b"));

        assertThat(drain()).isEmpty();
        assertThat(queue.size()).isEqualTo(2);
    }

    @Test
    void answersThatCameOutOfOrderLeaveInOrderAndTogether() {
        AckQueue.Pending first = add(0);
        AckQueue.Pending second = add(1);
        second.answer(accepted("b"));
        first.answer(accepted("a"));

        assertThat(drain()).containsExactly(new Ack(0, 2, List.of(List.of("a"), List.of("b"))));
        assertThat(queue.size()).isZero();
    }

    @Test
    void noAcknowledgementSpansAGapInTheNumbers() {
        add(4).answer(accepted("a"));
        add(6).answer(accepted("b"));

        assertThat(drain()).containsExactly(new Ack(4, 1, List.of(List.of("a"))), new Ack(6, 1, List.of(List.of("b"))));
    }

    @Test
    void aNumberThatComesAgainOnTheTransportIsAnsweredOnItsOwn() {
        add(5).answer(accepted("a"));
        add(5).answer(accepted("b"));

        assertThat(drain()).containsExactly(new Ack(5, 1, List.of(List.of("a"))), new Ack(5, 1, List.of(List.of("b"))));
    }

    @Test
    void aRefusalSplitsTheAcknowledgements() {
        add(0).answer(accepted("a"));
        add(1).answer(new PublishResult.Refused(REFUSAL));
        add(2).answer(accepted("c", "d"));

        assertThat(drain())
                .containsExactly(
                        new Ack(0, 1, List.of(List.of("a"))),
                        new Nack(1, 1, REFUSAL),
                        new Ack(2, 1, List.of(List.of("c", "d"))));
    }

    @Test
    void whatIsAnsweredLaterIsSentLater() {
        add(0).answer(accepted("a"));
        AckQueue.Pending second = add(1);

        assertThat(drain()).containsExactly(new Ack(0, 1, List.of(List.of("a"))));
        second.answer(accepted("b"));
        assertThat(drain()).containsExactly(new Ack(1, 1, List.of(List.of("b"))));
    }

    private AckQueue.Pending add(long msgSerial) {
        return queue.add(msgSerial, 0);
    }

    private static PublishResult accepted(String... serials) {
        return new PublishResult.Accepted(List.of(serials));
    }

    private List<ServerMessage> drain() {
        List<ServerMessage> out = new ArrayList<>();
        queue.drain(out::add);
        return out;
    }
}
