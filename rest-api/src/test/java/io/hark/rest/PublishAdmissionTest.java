package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.App;
import io.hark.auth.Identity;
import io.hark.auth.Namespace;
import io.hark.channel.ChannelId;
import io.hark.channel.Claim;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.Publish;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// What a realtime publish needs beyond what the publish route's tests show.
class PublishAdmissionTest {
    private static final IdHash FRAME = new IdHash(1, 2);
    private static final Claim CONNECTION = new Claim("conn", 3);
    private static final Identity ANN = new Identity(Optional.of("ann"), false);
    private static final Message PLAIN = Message.of(Optional.of("n"), Payload.text("d"));

    private final App app = new App(
            "app",
            true,
            false,
            List.of(),
            Map.of("persisted", new Namespace("persisted", true, false, false, false, false, false)),
            OptionalInt.empty());
    private final PublishAdmission admission =
            new PublishAdmission(new PublishLimits(3, 100, 100), ChannelPolicies.DEFAULTS);

    private PublishAdmission.Result admit(String channel, boolean mayRepeat, Message... messages) {
        return admit(channel, Optional.of(CONNECTION), "conn:7", Optional.of(FRAME), mayRepeat, messages);
    }

    private PublishAdmission.Result admit(
            String channel,
            Optional<Claim> publisher,
            String frameId,
            Optional<IdHash> frameIdentity,
            boolean mayRepeat,
            Message... messages) {
        return admission.admit(new PublishAdmission.Request(
                app,
                ChannelId.of("app", channel),
                ANN,
                publisher,
                List.of(messages),
                frameId,
                frameIdentity,
                mayRepeat,
                false,
                operation -> false,
                LiveConnections.NONE));
    }

    private Publish admitted(String channel, boolean mayRepeat, Message... messages) {
        return admitted(admit(channel, mayRepeat, messages));
    }

    private static Publish admitted(PublishAdmission.Result result) {
        return switch (result) {
            case PublishAdmission.Result.Admitted(var publish) -> publish;
            case PublishAdmission.Result.Refused(var error) -> throw new AssertionError(error);
        };
    }

    private static MessageBatch batch(Publish publish) {
        return ((Publish.Create) publish.content()).batch();
    }

    private int refusal(Message... messages) {
        return switch (admit("c", false, messages)) {
            case PublishAdmission.Result.Admitted(var publish) -> throw new AssertionError(publish);
            case PublishAdmission.Result.Refused(var error) -> error.code();
        };
    }

    @Test
    void frameWithoutIdsIsKnownByItsOwnIdentity() {
        Publish publish = admitted("c", false, PLAIN);
        assertThat(publish.ids()).containsExactly(FRAME);
        assertThat(publish.mayRepeat()).isFalse();
        assertThat(batch(publish).id()).isEqualTo("conn:7");
        assertThat(batch(publish).connectionId()).contains("conn");
        assertThat(batch(publish).messages().getFirst().id()).isEmpty();
        assertThat(admitted("c", true, PLAIN).mayRepeat()).isTrue();
    }

    @Test
    void thePublishSaysOnWhichTransportOfItsConnectionItCame() {
        assertThat(admitted("c", false, PLAIN).publisher()).contains(CONNECTION);
    }

    @Test
    void publishWithoutConnectionAndIdsHasAnIdentityOfItsOwn() {
        Publish first = admitted(admit("c", Optional.empty(), "random1", Optional.empty(), false, PLAIN));
        Publish second = admitted(admit("c", Optional.empty(), "random2", Optional.empty(), false, PLAIN));

        assertThat(first.publisher()).isEmpty();
        assertThat(first.mayRepeat()).isFalse();
        assertThat(first.ids()).hasSize(1);
        assertThat(second.ids()).hasSize(1).isNotEqualTo(first.ids());
    }

    @Test
    void idsThatClientsGiveGoBeforeTheFrames() {
        Publish one = admitted("c", false, PLAIN.withId("own"));
        assertThat(batch(one).id()).isEqualTo("own");
        assertThat(batch(one).messages().getFirst().id()).contains("own");
        assertThat(one.mayRepeat()).isTrue();
        assertThat(one.ids()).hasSize(1).isNotEqualTo(List.of(FRAME));
        assertThat(admitted("other", false, PLAIN.withId("own")).ids()).isEqualTo(one.ids());

        Publish two = admitted("c", false, PLAIN.withId("own:0"), PLAIN.withId("own:1"));
        assertThat(batch(two).id()).isEqualTo("own");
        assertThat(two.ids()).hasSize(1).isNotEqualTo(one.ids());
    }

    @Test
    void identityIsFilledInAndOthersAreRefused() {
        assertThat(batch(admitted("c", false, PLAIN)).messages().getFirst().clientId())
                .contains("ann");
        assertThat(refusal(PLAIN.withClientId(Optional.of("bob")))).isEqualTo(40012);
    }

    @Test
    void connectionKeyCountsForNothingWithinAConnection() {
        Message keyed = new Message(
                Optional.empty(),
                Optional.empty(),
                Payload.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.of("other"),
                Optional.of("key"),
                0,
                Map.of(),
                PLAIN.action(),
                Optional.empty(),
                Optional.empty(),
                Map.of());
        Publish publish = admitted("c", false, keyed);
        assertThat(batch(publish).connectionId()).contains("conn");
        assertThat(batch(publish).messages().getFirst().connectionId()).isEmpty();
        assertThat(batch(publish).messages().getFirst().connectionKey()).isEmpty();
    }

    @Test
    void policyFollowsTheNamespace() {
        Publish persisted = admitted("persisted:c", false, PLAIN);
        assertThat(persisted.policy().durability()).isEqualTo(Durability.FSYNC);
        assertThat(persisted.policy().retention()).isEqualTo(Duration.ofHours(72));
        Publish other = admitted("c", false, PLAIN);
        assertThat(other.policy().durability()).isEqualTo(Durability.REPLICATED);
        assertThat(other.policy().retention()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void limitsAreThoseConfigured() {
        assertThat(refusal(PLAIN, PLAIN, PLAIN, PLAIN)).isEqualTo(40034);
        assertThat(refusal(Message.of(Optional.of("n"), Payload.text("x".repeat(100)))))
                .isEqualTo(40009);
        assertThat(refusal(Message.of(Optional.empty(), Payload.text("é".repeat(51)))))
                .isEqualTo(40009);
        assertThat(refusal(PLAIN.withId("x".repeat(PublishAdmission.ID_CHARS_MAX + 1))))
                .isEqualTo(40031);
        String encoding = "x".repeat(PublishAdmission.ENCODING_CHARS_MAX + 1);
        assertThat(refusal(PLAIN.withData(Payload.text(""), Optional.of(encoding))))
                .isEqualTo(40013);
        assertThat(refusal()).isEqualTo(40030);
    }
}
