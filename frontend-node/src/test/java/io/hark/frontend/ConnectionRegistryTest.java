package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Grant;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionRegistryTest {
    private static final long TTL = 120_000;
    private static final long STARTED = 1_000_000;
    private static final long LATER = STARTED + 10 * TTL;
    private static final int LOST_MAX = 3;
    private static final String ID = "conn";
    private static final ConnectionKey KEY = key(ID, 0);
    private static final Map<ChannelId, ChannelPolicy> PRESENT =
            Map.of(ChannelId.of("app", "room"), new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2)));

    private final ConnectionRegistry<Socket> registry =
            new ConnectionRegistry<>(Duration.ofMillis(TTL), LOST_MAX, STARTED);
    private final Socket first = new Socket("first");
    private final Socket second = new Socket("second");
    private final Socket third = new Socket("third");

    /// A transport of which the registry knows no more than this.
    private static final class Socket implements ConnectionRegistry.Transport {
        private final String name;
        private boolean heard;

        Socket(String name) {
            this.name = name;
        }

        Socket heard() {
            heard = true;
            return this;
        }

        @Override
        public boolean hasHeardFromClient() {
            return heard;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Test
    void aKeyIsSupersededByALaterTransport() {
        registry.opened(ID, 0, first);
        assertThat(registry.isSuperseded(KEY)).isFalse();

        registry.take(KEY, second, LATER);

        assertThat(registry.isSuperseded(KEY)).isTrue();
        assertThat(registry.isSuperseded(key(ID, 1))).isFalse();
        assertThat(registry.isSuperseded(key("unknown", 0))).isFalse();
    }

    @Test
    void aLostConnectionIsTakenOverWithWhereItIsPresent() {
        registry.opened(ID, 0, first);
        registry.lost(ID, first, PRESENT, LATER);

        var taken = registry.take(KEY, second, LATER + TTL).orElseThrow();

        assertThat(taken.generation()).isEqualTo(1);
        assertThat(taken.displaced()).isEmpty();
        assertThat(taken.presentOn()).isEqualTo(PRESENT);
        assertThat(registry.live(ID)).contains(second);
    }

    @Test
    void aConnectionLostForTooLongIsGone() {
        registry.opened(ID, 0, first);
        registry.lost(ID, first, PRESENT, LATER);

        assertThat(registry.take(KEY, second, LATER + TTL + 1)).isEmpty();
    }

    @Test
    void aClosedConnectionIsGoneAtOnce() {
        registry.opened(ID, 0, first);
        registry.closed(ID, first, LATER);

        assertThat(registry.take(KEY, second, LATER)).isEmpty();
    }

    @Test
    void theNewestTransportWins() {
        registry.opened(ID, 0, first.heard());

        var taken = registry.take(KEY, second, LATER).orElseThrow();

        assertThat(taken.displaced()).contains(first);
        assertThat(registry.live(ID)).contains(second);
    }

    @Test
    void aDisplacedTransportsEndChangesNothing() {
        registry.opened(ID, 0, first);
        registry.take(KEY, second, LATER);

        registry.lost(ID, first, PRESENT, LATER);
        registry.closed(ID, first, LATER);

        assertThat(registry.live(ID)).contains(second);
    }

    @Test
    void theDisplacedClientDoesNotDisplaceANewerOneThatIsInUse() {
        registry.opened(ID, 0, first);
        registry.take(KEY, second.heard(), LATER);

        assertThat(registry.take(KEY, third, LATER)).isEmpty();
        assertThat(registry.live(ID)).contains(second);
    }

    @Test
    void aClientWhoseConnectedWasLostComesBackWithTheKeyBefore() {
        registry.opened(ID, 0, first);
        registry.take(KEY, second, LATER);

        var taken = registry.take(KEY, third, LATER).orElseThrow();

        assertThat(taken.generation()).isEqualTo(2);
        assertThat(taken.displaced()).contains(second);
    }

    @Test
    void theNewestTransportsKeyDisplacesIt() {
        registry.opened(ID, 0, first);
        registry.take(KEY, second.heard(), LATER);

        assertThat(registry.take(key(ID, 1), third, LATER).orElseThrow().displaced())
                .contains(second);
    }

    @Test
    void anUnknownConnectionIsOfAnEarlierLifeOfTheNodeIfThatIsRecent() {
        var taken = registry.take(key(ID, 5), first, STARTED + TTL).orElseThrow();

        assertThat(taken.generation()).isEqualTo(6);
        assertThat(registry.live(ID)).contains(first);
    }

    @Test
    void anUnknownConnectionIsGoneOnceTheNodeHasRunForAWhile() {
        assertThat(registry.take(KEY, first, STARTED + TTL + 1)).isEmpty();
        assertThat(registry.live(ID)).isEmpty();
    }

    @Test
    void theKindOfCredentialsIsThatOfTheKeyUntilTheClientAuthenticatesAgain() {
        registry.opened(ID, 0, first);
        assertThat(registry.isOfKind(KEY, Grant.Kind.BASIC)).isTrue();
        assertThat(registry.isOfKind(KEY, Grant.Kind.TOKEN)).isFalse();

        registry.authenticated(ID, first, Grant.Kind.TOKEN);
        registry.lost(ID, first, PRESENT, LATER);

        assertThat(registry.isOfKind(KEY, Grant.Kind.BASIC)).isFalse();
        assertThat(registry.isOfKind(KEY, Grant.Kind.TOKEN)).isTrue();
    }

    @Test
    void aDisplacedTransportDoesNotChangeTheKindOfCredentials() {
        registry.opened(ID, 0, first);
        registry.take(KEY, second, LATER);

        registry.authenticated(ID, first, Grant.Kind.TOKEN);

        assertThat(registry.isOfKind(KEY, Grant.Kind.BASIC)).isTrue();
    }

    @Test
    void theKindOfCredentialsOfAnUnknownConnectionCannotBeRuledOut() {
        assertThat(registry.isOfKind(KEY, Grant.Kind.TOKEN)).isTrue();
    }

    @Test
    void beyondTheLimitALostConnectionIsForgotten() {
        for (int i = 0; i <= LOST_MAX; i++) {
            Socket socket = new Socket("socket " + i);
            registry.opened(ID + i, 0, socket);
            registry.lost(ID + i, socket, Map.of(), LATER);
        }

        assertThat(registry.take(key(ID + (LOST_MAX - 1), 0), second, LATER)).isPresent();
        assertThat(registry.take(key(ID + LOST_MAX, 0), second, LATER)).isEmpty();
    }

    @Test
    void whatIsTakenOverOrSweptMakesRoomAgain() {
        for (int i = 0; i < 10 * LOST_MAX; i++) {
            Socket socket = new Socket("socket " + i);
            registry.opened(ID + i, 0, socket);
            registry.lost(ID + i, socket, Map.of(), LATER);
            assertThat(registry.take(key(ID + i, 0), second, LATER)).isPresent();
        }
        for (int round = 1; round <= 3; round++) {
            for (int i = 0; i < LOST_MAX; i++) {
                registry.opened("round", 0, first);
                registry.lost("round", first, Map.of(), LATER);
                registry.sweep(LATER + TTL + 1);
                assertThat(registry.take(key("round", 0), second, LATER + TTL + 1))
                        .isEmpty();
            }
        }
        registry.opened(ID, 0, first);
        registry.lost(ID, first, Map.of(), LATER);
        assertThat(registry.take(KEY, second, LATER)).isPresent();
    }

    private static ConnectionKey key(String connectionId, int generation) {
        return new ConnectionKey(connectionId, generation, 0, "app", Grant.Kind.BASIC, Optional.empty());
    }
}
