package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.awaitState;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ConnectionState;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// What the Java SDK is told at each limit, that nothing is lost there, and that nobody else is slowed.
@ParameterizedClass(name = "binary protocol {0}")
@ValueSource(booleans = {false, true})
class RateLimitsInteropTest {
    /// Messages a second: so few that what a slow machine gives back in the meantime does not matter.
    private static final int FEW = 5;

    private static final int BURST = 60;

    @Parameter
    private boolean binary;

    private final String name = "channel-" + UUID.randomUUID();
    private TestNode node;
    private JavaClients clients;
    private List<String> keys;

    /// Starts a node with such rates.
    private void limited(Map<String, Integer> rates) throws Exception {
        Map<String, String> settings = new HashMap<>();
        rates.forEach((rate, value) -> settings.put("HARK_LIMITS_RATES_" + rate, value.toString()));
        node = TestNode.start(settings);
        clients = new JavaClients(node.port(), binary);
        keys = node.makeApp(TestNode.EVERYTHING, TestNode.EVERYTHING);
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    /// Value: what became of some publishes.
    private record Burst(int accepted, List<Integer> refusedWith) {}

    private static Burst burst(Channel channel, int messages) throws Exception {
        List<CompletableFuture<Void>> publishes = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            String data = "m" + i;
            publishes.add(start(listener -> channel.publish("event", data, listener)));
        }
        int accepted = 0;
        List<Integer> refusedWith = new ArrayList<>();
        for (CompletableFuture<Void> publish : publishes) {
            try {
                publish.get(20, TimeUnit.SECONDS);
                accepted++;
            } catch (ExecutionException refused) {
                refusedWith.add(((AblyException) refused.getCause()).errorInfo.code);
            }
        }
        return new Burst(accepted, refusedWith);
    }

    private int stored(String channel) throws Exception {
        return clients.rest(keys.getFirst()).channels.get(channel).history(null).items().length;
    }

    /// A burst that is refused for the most part with the code, while the connection stays and what was accepted is
    /// there.
    private AblyRealtime refusedInPart(int code) throws Exception {
        AblyRealtime client = clients.connected(keys.getFirst());
        Burst burst = burst(client.channels.get(name), BURST);

        assertThat(burst.refusedWith()).isNotEmpty().containsOnly(code);
        assertThat(burst.accepted()).isGreaterThanOrEqualTo(FEW);
        assertThat(client.connection.state).isEqualTo(ConnectionState.connected);
        assertThat(stored(name)).isEqualTo(burst.accepted());
        return client;
    }

    private void goesOn(String key, String channel) throws Exception {
        assertThat(burst(clients.connected(key).channels.get(channel), 1).accepted())
                .isOne();
    }

    @Test
    void aConnectionPublishesSoManyMessages() throws Exception {
        limited(Map.of("CONNECTIONMESSAGES", FEW));
        AblyRealtime client = refusedInPart(42911);
        goesOn(keys.getFirst(), name);
        eventually("it may again", () -> burst(client.channels.get(name), 1).accepted() == 1);
    }

    @Test
    void aChannelTakesSoManyMessages() throws Exception {
        limited(Map.of("CHANNELMESSAGES", FEW));
        refusedInPart(42913);
        goesOn(keys.getFirst(), name + "-other");
        eventually(
                "it takes more",
                () -> burst(clients.connected(keys.getFirst()).channels.get(name), 1)
                                .accepted()
                        == 1);
    }

    @Test
    void aChannelTakesSoManyBytes() throws Exception {
        limited(Map.of("CHANNELBYTES", FEW * 8));
        refusedInPart(42914);
        goesOn(keys.getFirst(), name + "-other");
    }

    @Test
    void aKeyPublishesSoManyMessages() throws Exception {
        limited(Map.of("KEYMESSAGES", FEW));
        refusedInPart(42910);
        goesOn(keys.get(1), name);
    }

    @Test
    void anAppPublishesSoManyMessages() throws Exception {
        limited(Map.of("APPMESSAGES", FEW));
        refusedInPart(42917);
        goesOn(node.makeApp(TestNode.EVERYTHING).getFirst(), name);
    }

    @Test
    void oneThatDoesNotListenIsCutOffAndNobodyElse() throws Exception {
        limited(Map.of("CONNECTIONMESSAGES", FEW));
        AblyRealtime other = clients.connected(keys.getFirst());
        AblyRealtime client = clients.connected(keys.getFirst());
        Message[] many = new Message[BURST * FEW];
        for (int i = 0; i < many.length; i++) {
            many[i] = new Message("event", "x");
        }
        start(listener -> client.channels.get(name).publish(many, listener));
        start(listener -> client.channels.get(name).publish(many, listener));

        awaitState(client.connection, ConnectionState.failed);
        assertThat(client.connection.reason.code).isEqualTo(42921);
        complete(listener -> other.channels.get(name + "-other").publish("event", "x", listener));
    }

    @Test
    void tooManyFramesEndTheConnection() throws Exception {
        limited(Map.of("CONNECTIONFRAMES", 2 * FEW));
        AblyRealtime client = clients.connected(keys.getFirst());
        Channel channel = client.channels.get(name);
        try {
            for (int i = 0; i < BURST; i++) {
                start(listener -> channel.publish("event", "x", listener));
            }
        } catch (AblyException hasFailed) {
            // The connection can end before all of it is published.
        }

        awaitState(client.connection, ConnectionState.failed);
        assertThat(client.connection.reason.code).isEqualTo(42924);
    }

    @Test
    void oneConnectionTooManyWaitsUntilAnotherHasGone() throws Exception {
        limited(Map.of("APPCONNECTIONSMAX", FEW));
        List<AblyRealtime> open = new ArrayList<>();
        for (int i = 0; i < FEW; i++) {
            open.add(clients.connected(keys.getFirst()));
        }
        AblyRealtime late = clients.realtime(keys.getFirst(), options -> options.disconnectedRetryTimeout = 200);
        eventually(
                "the late one is refused",
                () -> late.connection.state == ConnectionState.disconnected && late.connection.reason.code == 40150);
        open.getFirst().close();
        awaitState(late.connection, ConnectionState.connected);
    }
}
