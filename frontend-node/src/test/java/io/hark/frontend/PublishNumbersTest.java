package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Grant;
import io.hark.channel.ChannelId;
import io.hark.channel.IdHash;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishNumbersTest {
    private static final ChannelId ROOM = ChannelId.of("app", "room");
    private static final ConnectionKey KEY = new ConnectionKey("conn", 0, 0, "app", Grant.Kind.BASIC, Optional.empty());

    @Test
    void theSamePublishOnTheNextTransportIsTheSame() {
        IdHash first = identity(numbers(KEY), 7, "a");
        IdHash again = identity(numbers(KEY.resumed(1, KEY.kind())), 7, "a");

        assertThat(again).isEqualTo(first);
    }

    @Test
    void anotherNumberContentChannelOrConnectionIsAnother() {
        IdHash first = identity(numbers(KEY), 7, "a");
        ConnectionKey other = new ConnectionKey("other", 0, 0, "app", Grant.Kind.BASIC, Optional.empty());

        assertThat(identity(numbers(KEY), 8, "a")).isNotEqualTo(first);
        assertThat(identity(numbers(KEY), 7, "b")).isNotEqualTo(first);
        assertThat(identity(numbers(other), 7, "a")).isNotEqualTo(first);
        assertThat(numbers(KEY).next(7).identity(ChannelId.of("app", "hall"), messages("a")))
                .isNotEqualTo(first);
    }

    @Test
    void textAndBytesAreDifferentContents() {
        PublishNumbers.Number number = numbers(KEY).next(0);
        Message text = Message.of(Optional.empty(), Payload.text("a"));
        Message bytes = Message.of(Optional.empty(), Payload.binary(new byte[] {'a'}));

        assertThat(number.identity(ROOM, List.of(text))).isNotEqualTo(number.identity(ROOM, List.of(bytes)));
    }

    @Test
    void aNumberGivenTwiceOnOneTransportIsAnotherPublish() {
        PublishNumbers numbers = numbers(KEY);
        IdHash first = identity(numbers, 3, "a");

        assertThat(identity(numbers, 3, "a")).isNotEqualTo(first);
    }

    @Test
    void anotherClientInstanceCountsFromZeroWithoutRepeatingAnything() {
        IdHash first = identity(numbers(KEY), 0, "a");
        PublishNumbers recovered = numbers(KEY.recovered(1, KEY.kind()));

        assertThat(identity(recovered, 0, "a")).isNotEqualTo(first);
    }

    @Test
    void theNumberThatClientsSeeNeverGoesBack() {
        PublishNumbers numbers = numbers(KEY);
        assertThat(numbers.next(0).shown()).isZero();
        assertThat(numbers.next(1).shown()).isEqualTo(1);
        assertThat(numbers.next(5).shown()).isEqualTo(5);
        assertThat(numbers.next(2).shown()).isEqualTo(6);
        assertThat(numbers.next(3).shown()).isEqualTo(7);
        assertThat(numbers.next(3).shown()).isEqualTo(8);
        assertThat(numbers(KEY.recovered(1, KEY.kind())).next(0).shown()).isGreaterThan(8);
    }

    @Test
    void onlyAResumedTransportCanRepeat() {
        assertThat(new PublishNumbers(KEY, false).next(0).mayRepeat()).isFalse();
        assertThat(new PublishNumbers(KEY, true).next(0).mayRepeat()).isTrue();
    }

    private static PublishNumbers numbers(ConnectionKey key) {
        return new PublishNumbers(key, true);
    }

    private static IdHash identity(PublishNumbers numbers, long msgSerial, String text) {
        return numbers.next(msgSerial).identity(ROOM, messages(text));
    }

    private static List<Message> messages(String text) {
        return List.of(Message.of(Optional.of("name"), Payload.text(text)));
    }
}
