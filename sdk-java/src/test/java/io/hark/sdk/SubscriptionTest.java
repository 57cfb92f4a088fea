package io.hark.sdk;

import static io.hark.sdk.Clients.SECOND;
import static io.hark.sdk.Clients.connected;
import static io.hark.sdk.Clients.options;
import static io.hark.sdk.Clients.subscribed;
import static io.hark.sdk.Recorder.gaps;
import static io.hark.sdk.Recorder.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ChannelMode;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Subscriptions: where they begin, and that they lose nothing that is kept.
class SubscriptionTest {
    private final VirtualEnvironment world = new VirtualEnvironment(1);
    private final FakeNode node = world.node();

    @Test
    void aSubscriptionBeginsWithWhereItIsAndThenBringsMessages() {
        node.publishes("news", "before");
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishes("news", "a", "b");
        world.settle();

        assertThat(told.told().getFirst()).isEqualTo(new Delivery.Started<String>(new Cursor("n1")));
        assertThat(texts(told)).containsExactly("a", "b");
        assertThat(told.told())
                .extracting(Delivery::cursor)
                .extracting(Cursor::value)
                .containsExactly("n1", "n2", "n3");
    }

    @Test
    void whatAMessageInheritsFromItsFrameIsInIt() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishes("news", "a");
        world.settle();

        io.hark.sdk.Message<String> message =
                ((Delivery.Received<String>) told.told().getLast()).message();
        assertThat(message.id()).isEqualTo("other:0:0");
        assertThat(message.connectionId()).contains("other");
        assertThat(message.timestamp().toEpochMilli()).isEqualTo(world.wallMillis());
        assertThat(message.name()).contains("event");
    }

    @Test
    void aRewindBringsTheNewest() {
        node.publishes("news", "a", "b", "c");

        assertThat(texts(subscribed(world, connected(world), "news", From.last(2))))
                .containsExactly("b", "c");
    }

    @Test
    void aCursorOfAnEarlierClientGoesOnBehindIt() {
        HarkClient first = connected(world);
        Recorder<Delivery<String>> told = subscribed(world, first, "news", From.now());
        node.publishes("news", "a");
        world.settle();
        Cursor cursor = told.told().getLast().cursor();
        first.closeAsync();
        world.settle();
        node.publishes("news", "b", "c");

        Recorder<Delivery<String>> again = subscribed(world, connected(world), "news", From.after(cursor));
        assertThat(texts(again)).containsExactly("b", "c");
        assertThat(gaps(again)).isEmpty();
    }

    @Test
    void aLostConnectionLosesNoMessage() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishes("news", "a");
        world.settle();
        node.unreachable("*");
        node.publishes("news", "b", "c");
        world.advance(SECOND);
        node.unreachable();
        world.advance(Duration.ofMinutes(1));
        node.publishes("news", "d");
        world.settle();

        assertThat(texts(told)).containsExactly("a", "b", "c", "d");
        assertThat(gaps(told)).isEmpty();
    }

    @Test
    void aDayOfflineLosesNoMessageThatTheServerKeeps() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishes("news", "before");
        world.settle();
        node.unreachable("*");
        node.forgetsConnections();
        node.publishes("news", "in the night");
        world.advance(Duration.ofHours(24));
        node.unreachable();
        world.advance(Duration.ofMinutes(1));
        node.publishes("news", "after");
        world.settle();

        assertThat(texts(told)).containsExactly("before", "in the night", "after");
        assertThat(gaps(told)).isEmpty();
    }

    @Test
    void aSubscriptionThatHadNoMessageYetKeepsItsPlaceToo() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.unreachable("*");
        node.publishes("news", "a");
        world.advance(Duration.ofHours(24));
        node.unreachable();
        world.advance(Duration.ofMinutes(1));

        assertThat(texts(told)).containsExactly("a");
    }

    @Test
    void whatTheServerKeepsNoLongerIsAGapInTheStream() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishes("news", "a");
        world.settle();
        node.unreachable("*");
        node.publishes("news", "lost");
        node.trims("news");
        node.publishes("news", "kept");
        world.advance(SECOND);
        node.unreachable();
        world.advance(Duration.ofMinutes(1));

        assertThat(texts(told)).containsExactly("a", "kept");
        assertThat(told.told().get(2)).isInstanceOf(Delivery.Gap.class);
        assertThat(gaps(told)).extracting(gap -> gap.reason().code()).containsExactly(90003);
    }

    @Test
    void anAttachedChannelThatLosesContinuityIsAGapToo() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.tells(new ServerMessage.Attached(
                "news",
                "n7",
                ChannelMode.SUBSCRIBE.flag(),
                Map.of(),
                Optional.of(new ErrorInfo(80020, 400, "too many"))));
        world.settle();

        assertThat(gaps(told)).extracting(gap -> gap.reason().code()).containsExactly(80020);
        assertThat(gaps(told).getFirst().cursor()).isEqualTo(new Cursor("n7"));
    }

    @Test
    void aSlowSubscriberGetsEverythingAndKeepsLittle() {
        HarkOptions options = options().withLimits(Limits.DEFAULTS.withBufferMessagesMax(4));
        Recorder<Delivery<String>> slow =
                subscribed(world, connected(world, options), "news", From.now(), Recorder.asking(1));
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add("m" + i);
            node.publishes("news", "m" + i);
        }
        world.settle();
        assertThat(slow.told()).hasSize(1);
        assertThat(node.attachments()).as("nothing is sent that is not wanted").isZero();
        for (int i = 0; i < 50; i++) {
            slow.request(1);
            world.settle();
        }
        assertThat(texts(slow)).isEqualTo(all);
        assertThat(gaps(slow)).isEmpty();
    }

    @Test
    void aSlowSubscriberHoldsUpNobody() {
        HarkClient client = connected(world, options().withLimits(Limits.DEFAULTS.withBufferMessagesMax(2)));
        Recorder<Delivery<String>> slow = subscribed(world, client, "news", From.now(), Recorder.asking(0));
        Recorder<Delivery<String>> fast = subscribed(world, client, "news", From.now());
        node.publishes("news", "a", "b", "c", "d", "e");
        world.settle();
        assertThat(texts(fast)).containsExactly("a", "b", "c", "d", "e");
        slow.request(Long.MAX_VALUE);
        world.settle();
        assertThat(texts(slow)).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void ofMessagesPublishedTogetherOnlyTheLastMovesTheCursor() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishesTogether(
                "news",
                List.of(
                        Message.of(Optional.empty(), Payload.text("a")),
                        Message.of(Optional.empty(), Payload.text("b"))));
        world.settle();

        assertThat(told.told())
                .extracting(Delivery::cursor)
                .extracting(Cursor::value)
                .containsExactly("n0", "n0", "n1");
    }

    @Test
    void aMessageThatTheCodecCannotReadIsToldAsSuch() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishesTogether("news", List.of(Message.of(Optional.empty(), Payload.binary(new byte[] {1}))));
        node.publishes("news", "fine");
        world.settle();

        assertThat(told.told().get(1))
                .isInstanceOfSatisfying(
                        Delivery.Unreadable.class,
                        unreadable -> assertThat(unreadable.why()).hasMessageContaining("the data is bytes, not text"));
        assertThat(texts(told)).containsExactly("fine");
    }

    @Test
    void aSubscriberThatCancelsLeavesTheChannel() {
        HarkClient client = connected(world);
        Recorder<Delivery<String>> told = subscribed(world, client, "news", From.now());
        told.cancel();
        world.settle();
        node.publishes("news", "a");
        world.settle();

        assertThat(texts(told)).isEmpty();
        assertThat(node.attachments()).isZero();
        assertThat(node.received(ClientMessage.Detach.class)).hasSize(1);
    }

    @Test
    void aChannelThatIsRefusedFailsItsSubscriptionOnly() {
        node.answers(frame ->
                frame instanceof ClientMessage.Attach attach && attach.channel().equals("secret")
                        ? Optional.of(new ServerMessage.Error(
                                Optional.of("secret"), new ErrorInfo(40160, 401, "denied by capability")))
                        : Optional.empty());
        HarkClient client = connected(world);
        Recorder<Delivery<String>> refused = subscribed(world, client, "secret", From.now());
        Recorder<Delivery<String>> fine = subscribed(world, client, "news", From.now());
        node.publishes("news", "a");
        world.settle();

        assertThat(refused.failureCode()).isEqualTo(40160);
        assertThat(texts(fine)).containsExactly("a");
        node.answers(frame -> Optional.empty());
        node.publishes("secret", "b");
        assertThat(texts(subscribed(world, client, "secret", From.last(1)))).containsExactly("b");
    }

    @Test
    void credentialsThatMayNotSubscribeFailTheSubscription() {
        node.answers(frame -> frame instanceof ClientMessage.Attach attach
                ? Optional.of(new ServerMessage.Attached(
                        attach.channel(), "n0", ChannelMode.PUBLISH.flag(), Map.of(), Optional.empty()))
                : Optional.empty());

        assertThat(subscribed(world, connected(world), "news", From.now()).failureCode())
                .isEqualTo(40160);
    }

    @Test
    void aDetachOfTheServersIsFollowedByAnotherAttachAtTheSamePlace() {
        Recorder<Delivery<String>> told = subscribed(world, connected(world), "news", From.now());
        node.publishes("news", "a");
        world.advance(Duration.ofSeconds(2));
        node.tells(new ServerMessage.Detached("news", Optional.of(new ErrorInfo(90003, 404, "behind"))));
        world.settle();
        node.publishes("news", "b");
        world.settle();

        assertThat(texts(told)).containsExactly("a", "b");
        assertThat(node.received(ClientMessage.Attach.class))
                .extracting(ClientMessage.Attach::channelSerial)
                .containsExactly(Optional.empty(), Optional.of("n1"));
    }

    @Test
    void anAttachThatIsNotAnsweredIsTriedAgain() {
        HarkClient client = connected(world);
        node.answers(frame ->
                frame instanceof ClientMessage.Attach ? Optional.of(new ServerMessage.Unknown(99)) : Optional.empty());
        Recorder<Delivery<String>> told = subscribed(world, client, "news", From.now());
        world.advance(Duration.ofSeconds(9));
        node.answers(frame -> Optional.empty());
        world.advance(Duration.ofSeconds(2));
        node.publishes("news", "a");
        world.settle();

        assertThat(texts(told)).containsExactly("a");
    }

    @Test
    void closingTheClientCompletesItsSubscriptions() {
        HarkClient client = connected(world);
        Recorder<Delivery<String>> told = subscribed(world, client, "news", From.now());
        client.closeAsync();
        world.settle();

        assertThat(told.isCompleted()).isTrue();
        assertThat(subscribed(world, client, "news", From.now()).failureCode()).isEqualTo(80017);
    }

    @Test
    void anotherClientTakesOverConnectionAndPlaces() {
        HarkClient first = connected(world);
        subscribed(world, first, "news", From.now());
        node.publishes("news", "a");
        world.settle();
        var key = first.recoveryKey();
        world.settle();
        node.publishes("news", "b");
        HarkClient second = connected(world, options().withRecovery(key.join().orElseThrow()));

        assertThat(texts(subscribed(world, second, "news", From.now()))).containsExactly("b");
        assertThat(second.state()).isEqualTo(first.state());
    }

    @Test
    void anotherSpellingOfANameIsTheSameChannel() {
        assertThat(ChannelCore.spelled("news", 2)).isEqualTo("[?reader=2]news");
        assertThat(ChannelCore.spelled("[?rewind=1]news", 2)).isEqualTo("[?rewind=1&reader=2]news");
        assertThat(ChannelCore.spelled("[filter=abc]news", 3)).isEqualTo("[filter=abc?reader=3]news");
        assertThat(ChannelCore.spelled("[meta]log", 2)).isEqualTo("[meta?reader=2]log");
    }
}
