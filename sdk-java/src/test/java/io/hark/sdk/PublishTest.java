package io.hark.sdk;

import static io.hark.sdk.Clients.SECOND;
import static io.hark.sdk.Clients.connected;
import static io.hark.sdk.Clients.failureCode;
import static io.hark.sdk.Clients.options;
import static io.hark.sdk.Clients.subscribed;
import static io.hark.sdk.Recorder.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Publishing: acknowledged once it is stored, stored once.
class PublishTest {
    private final VirtualEnvironment world = new VirtualEnvironment(2);
    private final FakeNode node = world.node();

    private static Channel<String> news(HarkClient client) {
        return client.channel("news", Codec.text());
    }

    @Test
    void aPublishCompletesWithItsSerial() {
        CompletableFuture<PublishResult> published = news(connected(world)).publish("event", "a");
        assertThat(published).isNotDone();
        world.settle();

        assertThat(published.join().serial()).isEqualTo("serial-0");
        assertThat(node.stored("news")).containsExactly("a");
    }

    @Test
    void eachPublishHasAnIdThatNoOtherHas() {
        HarkClient client = connected(world);
        news(client).publishAll(List.of(Draft.of("a"), Draft.of("b")));
        news(client).publish("event", "c");
        news(client).publish(Draft.of("d").withId("mine"));
        world.settle();

        List<String> ids = node.received(ClientMessage.Publish.class).stream()
                .flatMap(publish -> publish.messages().stream())
                .map(message -> message.id().orElseThrow())
                .toList();
        assertThat(ids).doesNotHaveDuplicates().hasSize(4);
        assertThat(ids.get(0)).endsWith(":0");
        assertThat(ids.get(1)).isEqualTo(ids.get(0).replace(":0", ":1"));
        assertThat(ids.get(3)).isEqualTo("mine");
    }

    @Test
    void withoutIdempotenceNoIdsAreGiven() {
        news(connected(world, options().withIdempotent(false))).publish("event", "a");
        world.settle();

        assertThat(node.received(ClientMessage.Publish.class)
                        .getFirst()
                        .messages()
                        .getFirst()
                        .id())
                .isEmpty();
    }

    @Test
    void whatIsPublishedBeforeThereIsAConnectionIsSentWhenThereIsOne() {
        node.unreachable("*");
        HarkClient client = HarkClient.connect(options(), world);
        CompletableFuture<PublishResult> first = news(client).publish("event", "a");
        CompletableFuture<PublishResult> second = news(client).publish("event", "b");
        world.advance(Duration.ofHours(24));
        assertThat(first).isNotDone();
        node.unreachable();
        world.advance(Duration.ofMinutes(1));

        assertThat(first.join().serial()).isEqualTo("serial-0");
        assertThat(second.join().serial()).isEqualTo("serial-1");
    }

    @Test
    void aSubscriptionThatWasThereFirstGetsWhatIsPublishedAfterIt() {
        HarkClient client = HarkClient.connect(options(), world);
        Recorder<Delivery<String>> told = Recorder.greedy();
        news(client).messages().subscribe(told);
        news(client).publish("event", "a");
        world.settle();

        assertThat(texts(told)).containsExactly("a");
    }

    @Test
    void aPublishWhoseAcknowledgementIsLostIsStoredOnce() {
        HarkClient client = connected(world);
        node.losesAcks(1);
        node.forgetsConnections();
        CompletableFuture<PublishResult> published = news(client).publish("event", "a");
        world.advance(SECOND);

        assertThat(published.join().serial()).isEqualTo("serial-0");
        assertThat(node.stored("news")).containsExactly("a");
        assertThat(node.received(ClientMessage.Publish.class)).hasSize(2);
    }

    @Test
    void withoutAnIdAPublishOfALostConnectionFailsInsteadOfBeingDoubled() {
        HarkClient client = connected(world, options().withIdempotent(false));
        node.losesAcks(1);
        CompletableFuture<PublishResult> resumed = news(client).publish("event", "a");
        world.advance(SECOND);
        node.losesAcks(1);
        node.forgetsConnections();
        CompletableFuture<PublishResult> lost = news(client).publish("event", "b");
        world.settle();
        CompletableFuture<PublishResult> after = news(client).publish("event", "c");
        world.advance(SECOND);

        assertThat(resumed).isCompleted();
        assertThat(failureCode(lost)).isEqualTo(50003);
        assertThat(after)
                .isCompletedWithValueMatching(result -> !result.serial().isEmpty());
        assertThat(node.stored("news")).containsExactly("a", "b", "c");
    }

    @Test
    void publishesKeepTheirOrderOverLostConnections() {
        HarkClient client = connected(world);
        List<Object> all = new ArrayList<>();
        List<CompletableFuture<PublishResult>> published = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add("m" + i);
            published.add(news(client).publish("event", "m" + i));
            if (i % 10 == 5) {
                node.losesAcks(2);
                if (i % 20 == 5) {
                    node.forgetsConnections();
                }
            }
            world.settle();
        }
        world.advance(Duration.ofMinutes(1));

        assertThat(published).allMatch(CompletableFuture::isDone);
        assertThat(node.stored("news")).isEqualTo(all);
    }

    @Test
    void aResumedConnectionSendsWithTheSameNumbersAndAnotherBeginsAtZero() {
        HarkClient client = connected(world);
        news(client).publish("event", "a");
        world.settle();
        node.losesAcks(1);
        news(client).publish("event", "b");
        world.advance(SECOND);
        node.losesAcks(1);
        node.forgetsConnections();
        news(client).publish("event", "c");
        world.advance(SECOND);

        assertThat(node.received(ClientMessage.Publish.class))
                .extracting(ClientMessage.Publish::msgSerial)
                .containsExactly(0L, 1L, 1L, 2L, 0L);
    }

    @Test
    void whatWasSentAndNotAnsweredForLongFailsInsteadOfBeingDoubled() {
        HarkClient client = connected(world);
        node.losesAcks(1);
        CompletableFuture<PublishResult> sent = news(client).publish("event", "a");
        world.settle();
        node.unreachable("*");
        CompletableFuture<PublishResult> neverSent = news(client).publish("event", "b");
        world.advance(Duration.ofMinutes(3));
        assertThat(failureCode(sent)).isEqualTo(50003);
        node.unreachable();
        world.advance(Duration.ofMinutes(1));

        assertThat(neverSent.join().serial()).isNotEmpty();
        assertThat(node.stored("news")).containsExactly("a", "b");
    }

    @Test
    void aRefusedPublishFailsAloneWithTheServersReason() {
        HarkClient client = connected(world);
        node.answers(frame -> frame instanceof ClientMessage.Publish publish && publish.msgSerial() == 0
                ? Optional.of(new ServerMessage.Nack(0, 1, new ErrorInfo(40160, 401, "denied")))
                : Optional.empty());
        CompletableFuture<PublishResult> refused = news(client).publish("event", "a");
        CompletableFuture<PublishResult> fine = news(client).publish("event", "b");
        world.settle();

        assertThat(failureCode(refused)).isEqualTo(40160);
        assertThat(fine).isCompleted();
    }

    @Test
    void morePublishesThanMayWaitAreRefusedAtOnce() {
        node.unreachable("*");
        HarkOptions options = options().withLimits(Limits.DEFAULTS.withPendingPublishesMax(2));
        HarkClient client = HarkClient.connect(options, world);
        List<CompletableFuture<PublishResult>> published = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            published.add(news(client).publish("event", "m" + i));
        }
        assertThat(failureCode(published.getLast())).isEqualTo(42910);
        node.unreachable();
        world.advance(Duration.ofMinutes(1));
        assertThat(published.getFirst()).isCompleted();
        CompletableFuture<PublishResult> again = news(client).publish("event", "m3");
        world.settle();
        assertThat(again).isCompleted();
    }

    @Test
    void aPublishThatIsTooLargeForTheServerIsNotSent() {
        CompletableFuture<PublishResult> published = news(connected(world)).publish("event", "x".repeat(65_537));
        world.settle();

        assertThat(failureCode(published)).isEqualTo(40009);
        assertThat(node.received(ClientMessage.Publish.class)).isEmpty();
    }

    @Test
    void closingFailsWhatIsNotAcknowledged() {
        HarkClient client = connected(world);
        node.falls(true);
        CompletableFuture<PublishResult> published = news(client).publish("event", "a");
        world.settle();
        client.closeAsync();
        world.advance(Duration.ofSeconds(3));

        assertThat(failureCode(published)).isEqualTo(80017);
        CompletableFuture<PublishResult> late = news(client).publish("event", "b");
        world.settle();
        assertThat(failureCode(late)).isEqualTo(80017);
    }

    @Test
    void anAcknowledgementOfWhatWasNotSentEndsTheTransport() {
        HarkClient client = connected(world);
        subscribed(world, client, "news", From.now());
        node.tells(new ServerMessage.Ack(7, 1, List.of()));
        world.advance(SECOND);

        assertThat(node.opened()).hasSize(2);
        assertThat(client.state()).isInstanceOf(ConnectionState.Connected.class);
    }
}
