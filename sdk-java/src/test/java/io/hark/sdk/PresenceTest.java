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

/// Presence: who is there, and staying there.
class PresenceTest {
    private final VirtualEnvironment world = new VirtualEnvironment(4);
    private final FakeNode node = world.node();

    private static Presence<String> room(HarkClient client) {
        return client.channel("room", Codec.text()).presence();
    }

    private HarkClient ann() {
        return connected(world, options().withClientId("ann"));
    }

    /// `Entered ann in`, `Left ann in`, ...
    private static List<String> told(Recorder<PresenceEvent<String>> recorder) {
        List<String> events = new ArrayList<>();
        for (PresenceEvent<String> event : recorder.told()) {
            events.add("%s %s %s"
                    .formatted(
                            event.getClass().getSimpleName(),
                            event.member().clientId(),
                            event.member().data().orElse("")));
        }
        return events;
    }

    private Recorder<PresenceEvent<String>> watching(HarkClient client, Recorder<PresenceEvent<String>> recorder) {
        room(client).events().subscribe(recorder);
        world.settle();
        return recorder;
    }

    @Test
    void entersUpdatesAndLeavesAreTold() {
        HarkClient client = ann();
        Recorder<PresenceEvent<String>> events = watching(client, Recorder.greedy());
        room(client).enter("in");
        room(client).update("busy");
        CompletableFuture<Void> left = room(client).leave();
        world.settle();

        assertThat(left).isCompleted();
        assertThat(told(events)).containsExactly("Entered ann in", "Updated ann busy", "Left ann ");
        assertThat(node.members("room")).isEmpty();
    }

    @Test
    void whoIsThereIsKnownOnceTheServerHasToldAll() {
        node.becomesPresent("room", "bob", "hi");
        HarkClient client = ann();
        CompletableFuture<List<Member<String>>> members = room(client).members();
        world.settle();

        assertThat(members.join())
                .extracting(Member::clientId, member -> member.data().orElse(""))
                .containsExactly(org.assertj.core.groups.Tuple.tuple("bob", "hi"));
        assertThat(told(watching(client, Recorder.greedy()))).containsExactly("Present bob hi");
        node.leaves("room", "bob");
        CompletableFuture<List<Member<String>>> after = room(client).members();
        world.settle();
        assertThat(after.join()).hasSizeLessThanOrEqualTo(1);
        CompletableFuture<List<Member<String>>> later = room(client).members();
        world.settle();
        assertThat(later.join()).isEmpty();
    }

    @Test
    void inAnEmptyRoomNobodyIsThere() {
        CompletableFuture<List<Member<String>>> members = room(ann()).members();
        world.settle();

        assertThat(members.join()).isEmpty();
    }

    @Test
    void aMemberEntersAgainInAnotherConnection() {
        HarkClient client = ann();
        room(client).enter("in");
        world.settle();
        node.members("room").clear();
        node.forgetsConnections();
        node.cut();
        world.advance(SECOND);

        assertThat(node.members("room")).containsOnlyKeys("c2:ann");
        ClientMessage.Presence again =
                node.received(ClientMessage.Presence.class).getLast();
        assertThat(again.presence().getFirst().id()).isEmpty();
    }

    @Test
    void aMemberOfAResumedConnectionIsTheSameMember() {
        HarkClient client = ann();
        room(client).enter("in");
        world.settle();
        node.cut();
        world.advance(SECOND);

        ClientMessage.Presence again =
                node.received(ClientMessage.Presence.class).getLast();
        assertThat(again.presence().getFirst().id()).contains("c1:0:0");
        assertThat(node.members("room")).containsOnlyKeys("c1:ann");
    }

    @Test
    void whoHasLeftDoesNotEnterAgain() {
        HarkClient client = ann();
        room(client).enter("in");
        room(client).leave();
        world.settle();
        node.forgetsConnections();
        node.cut();
        world.advance(SECOND);

        assertThat(node.members("room")).isEmpty();
    }

    @Test
    void anEnterWithoutAConnectionWaitsForOne() {
        node.unreachable("*");
        HarkClient client = HarkClient.connect(options().withClientId("ann"), world);
        CompletableFuture<Void> entered = room(client).enter("in");
        world.advance(Duration.ofHours(1));
        node.unreachable();
        world.advance(Duration.ofMinutes(1));

        assertThat(entered).isCompleted();
        assertThat(node.members("room")).hasSize(1);
    }

    @Test
    void anEnterThatIsLostOnItsWayIsMadeUpFor() {
        HarkClient client = ann();
        room(client).members();
        world.settle();
        node.answers(frame -> {
            if (frame instanceof ClientMessage.Presence) {
                node.cut();
                node.forgetsConnections();
                node.answers(other -> Optional.empty());
                return Optional.of(new ServerMessage.Unknown(99));
            }
            return Optional.empty();
        });
        CompletableFuture<Void> entered = room(client).enter("in");
        world.advance(SECOND);

        assertThat(entered).isCompleted();
        assertThat(node.members("room")).containsOnlyKeys("c2:ann");
    }

    @Test
    void aRefusedEnterFailsAndIsNotRepeated() {
        HarkClient client = ann();
        node.answers(frame -> frame instanceof ClientMessage.Presence presence
                ? Optional.of(new ServerMessage.Nack(presence.msgSerial(), 1, new ErrorInfo(40160, 401, "denied")))
                : Optional.empty());
        CompletableFuture<Void> entered = room(client).enter("in");
        world.settle();
        node.answers(frame -> Optional.empty());
        node.cut();
        world.advance(SECOND);

        assertThat(failureCode(entered)).isEqualTo(40160);
        assertThat(node.members("room")).isEmpty();
    }

    @Test
    void withoutAClientIdNobodyIsPresent() {
        CompletableFuture<Void> entered = room(connected(world)).enter("in");
        world.settle();

        assertThat(failureCode(entered)).isEqualTo(91000);
    }

    @Test
    void whoIsMissingInALaterSnapshotHasLeft() {
        node.becomesPresent("room", "bob", "hi");
        HarkClient client = ann();
        Recorder<PresenceEvent<String>> events = watching(client, Recorder.greedy());
        node.forgets("room", "bob");
        node.becomesPresent("room", "eve", "hi");
        node.cut();
        world.advance(SECOND);

        assertThat(told(events))
                .containsOnlyOnce("Present bob hi", "Left bob hi")
                .hasSize(3);
    }

    @Test
    void aSlowSubscriberIsToldTheOutcome() {
        HarkClient client = connected(world, options().withLimits(Limits.DEFAULTS.withBufferMessagesMax(2)));
        Recorder<PresenceEvent<String>> events = watching(client, Recorder.asking(0));
        for (int i = 0; i < 10; i++) {
            node.becomesPresent("room", "bob", "v" + i);
            node.becomesPresent("room", "guest-" + i, "");
            node.leaves("room", "guest-" + i);
        }
        world.settle();
        events.request(Long.MAX_VALUE);
        world.settle();

        assertThat(told(events)).hasSizeLessThan(10).first().isEqualTo("Entered bob v0");
        assertThat(told(events).stream().filter(event -> event.contains("bob")).toList())
                .last()
                .isEqualTo("Updated bob v9");
        assertThat(told(events).stream()
                        .filter(event -> event.startsWith("Entered guest"))
                        .count())
                .isEqualTo(told(events).stream()
                        .filter(event -> event.startsWith("Left guest"))
                        .count());
    }

    @Test
    void aSubscriptionOfTheSameChannelSharesTheAttachment() {
        HarkClient client = ann();
        Recorder<Delivery<String>> messages = subscribed(world, client, "room", From.now());
        room(client).enter("in");
        node.publishes("room", "a");
        world.settle();
        assertThat(node.attachments()).isOne();
        messages.cancel();
        world.settle();

        assertThat(node.members("room")).as("only the subscription ended").hasSize(1);
        assertThat(texts(messages)).containsExactly("a");
    }

    @Test
    void aSubscriptionThatEndsOrIsBehindMakesNobodyLeave() {
        HarkClient client =
                connected(world, options().withClientId("ann").withLimits(Limits.DEFAULTS.withBufferMessagesMax(2)));
        Recorder<Delivery<String>> slow = subscribed(world, client, "room", From.now(), Recorder.asking(0));
        Recorder<Delivery<String>> other = subscribed(world, client, "room", From.now());
        room(client).enter("in");
        node.publishes("room", "a", "b", "c", "d", "e");
        world.settle();
        other.cancel();
        world.settle();
        assertThat(node.members("room")).hasSize(1);
        slow.request(Long.MAX_VALUE);
        world.settle();

        assertThat(texts(slow)).containsExactly("a", "b", "c", "d", "e");
        assertThat(node.received(ClientMessage.Detach.class)).isEmpty();
    }
}
