package io.hark.sdk;

import static io.hark.sdk.Clients.SECOND;
import static io.hark.sdk.Clients.connected;
import static io.hark.sdk.Clients.failureCode;
import static io.hark.sdk.Clients.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The connection: how it comes up, and what happens when it does not stay.
class ConnectionTest {
    private static final ErrorInfo EXPIRED = new ErrorInfo(40142, 401, "the token has expired");

    private final VirtualEnvironment world = new VirtualEnvironment(3);
    private final FakeNode node = world.node();

    /// Tokens `t1`, `t2`, ...
    private Credentials tokens(AtomicInteger given, Optional<Duration> lifetime) {
        return Credentials.source(() -> new Credentials.Token(
                "t" + given.incrementAndGet(),
                lifetime.map(life -> Instant.ofEpochMilli(world.wallMillis()).plus(life))));
    }

    private List<Map<String, String>> queries() {
        return node.opened().stream().map(FakeNode::query).toList();
    }

    @Test
    void theUrlSaysWhatIsWanted() {
        connected(
                world, options().withClientId("ann b").withEcho(false).withParams(Map.of("remainPresentFor", "1000")));

        assertThat(node.opened().getFirst().toString()).startsWith("ws://a:80/?v=6&format=msgpack&");
        assertThat(queries().getFirst())
                .containsEntry("key", "app.id:secret")
                .containsEntry("clientId", "ann b")
                .containsEntry("echo", "false")
                .containsEntry("heartbeats", "false")
                .containsEntry("remainPresentFor", "1000")
                .doesNotContainKeys("resume", "recover");
    }

    @Test
    void theNextTransportResumesTheConnectionAtOnce() {
        HarkClient client = connected(world);
        world.advance(Duration.ofSeconds(2));
        node.cut();
        world.settle().advance(Duration.ZERO);

        assertThat(queries()).hasSize(2);
        assertThat(queries().getLast()).containsEntry("resume", "c1-1");
        assertThat(client.state()).isEqualTo(new ConnectionState.Connected("c1"));
    }

    @Test
    void attemptsGetRarerAndNeverEnd() {
        node.unreachable("*");
        HarkClient client = HarkClient.connect(options(), world);
        world.advance(SECOND);
        int soon = node.opened().size();
        world.advance(Duration.ofHours(1));
        int inAnHour = node.opened().size() - soon;

        assertThat(soon).isBetween(3, 5);
        assertThat(inAnHour).isBetween(120, 170);
        assertThat(client.state()).isInstanceOf(ConnectionState.Disconnected.class);
        node.unreachable();
        world.advance(Duration.ofSeconds(31));
        assertThat(client.state()).isInstanceOf(ConnectionState.Connected.class);
    }

    @Test
    void anotherEndpointIsTriedAtOnceWhenOneDoesNotAnswer() {
        node.unreachable("a");
        HarkClient client = HarkClient.connect(
                options().withEndpoints(List.of(URI.create("http://a:80"), URI.create("https://b"))), world);
        world.settle().advance(Duration.ofMillis(1));

        assertThat(node.opened()).extracting(URI::getHost).containsExactly("a", "b");
        assertThat(node.opened().getLast().getScheme()).isEqualTo("wss");
        assertThat(client.state()).isInstanceOf(ConnectionState.Connected.class);
    }

    @Test
    void aServerThatSaysNothingMoreIsLeft() {
        connected(world);
        node.falls(true);
        world.advance(Duration.ofSeconds(24));
        assertThat(node.opened()).hasSize(1);
        world.advance(Duration.ofSeconds(2));
        assertThat(node.opened()).hasSize(2);
    }

    @Test
    void aServerThatAcceptsAndSaysNothingIsLeft() {
        node.falls(true);
        HarkClient client = HarkClient.connect(options(), world);
        world.advance(Duration.ofSeconds(11));
        node.falls(false);
        world.advance(Duration.ofSeconds(20));

        assertThat(client.state()).isInstanceOf(ConnectionState.Connected.class);
    }

    @Test
    void aRefusalForGoodFailsTheClient() {
        node.greets(query ->
                Optional.of(new ServerMessage.Error(Optional.empty(), new ErrorInfo(40101, 401, "no such key"))));
        HarkClient client = HarkClient.connect(options(), world);
        CompletableFuture<Void> connected = client.connected();
        world.advance(Duration.ofMinutes(5));

        assertThat(failureCode(connected)).isEqualTo(40101);
        assertThat(node.opened()).hasSize(1);
    }

    @Test
    void aTokenIsAskedForOnceAndShown() {
        AtomicInteger given = new AtomicInteger();
        connected(world, HarkOptions.of("http://a:80", tokens(given, Optional.empty())));
        world.advance(Duration.ofSeconds(2));
        node.cut();
        world.advance(SECOND);

        assertThat(queries()).extracting(query -> query.get("accessToken")).containsExactly("t1", "t1");
    }

    @Test
    void theServerIsGivenANewTokenWhenItAsksForOne() {
        AtomicInteger given = new AtomicInteger();
        HarkClient client = connected(world, HarkOptions.of("http://a:80", tokens(given, Optional.empty())));
        node.tells(new ServerMessage.AuthRequest());
        world.settle();

        assertThat(node.received(ClientMessage.Auth.class)).containsExactly(new ClientMessage.Auth("t2"));
        assertThat(client.state()).isEqualTo(new ConnectionState.Connected("c1"));
        assertThat(node.opened()).hasSize(1);
    }

    @Test
    void aTokenIsReplacedBeforeItExpires() {
        AtomicInteger given = new AtomicInteger();
        connected(world, HarkOptions.of("http://a:80", tokens(given, Optional.of(Duration.ofSeconds(40)))));
        world.advance(Duration.ofSeconds(11));

        assertThat(node.received(ClientMessage.Auth.class)).containsExactly(new ClientMessage.Auth("t2"));
        assertThat(node.opened()).hasSize(1);
    }

    @Test
    void aRefusedTokenIsReplacedAndTheConnectionResumed() {
        AtomicInteger given = new AtomicInteger();
        HarkClient client = connected(world, HarkOptions.of("http://a:80", tokens(given, Optional.empty())));
        world.advance(Duration.ofSeconds(2));
        node.tells(new ServerMessage.Disconnected(EXPIRED));
        world.advance(SECOND);

        assertThat(queries().getLast()).containsEntry("accessToken", "t2").containsEntry("resume", "c1-1");
        assertThat(client.state()).isEqualTo(new ConnectionState.Connected("c1"));
    }

    @Test
    void tokensThatAreAllRefusedAreNotAskedForWithoutEnd() {
        AtomicInteger given = new AtomicInteger();
        node.greets(query -> Optional.of(new ServerMessage.Error(Optional.empty(), EXPIRED)));
        HarkClient client = HarkClient.connect(HarkOptions.of("http://a:80", tokens(given, Optional.empty())), world);
        world.advance(Duration.ofMinutes(1));

        assertThat(given.get()).isBetween(3, 12);
        assertThat(client.state()).isInstanceOf(ConnectionState.Disconnected.class);
    }

    @Test
    void aTokenThatCannotBeReplacedFailsTheClient() {
        node.greets(query -> Optional.of(new ServerMessage.Error(Optional.empty(), EXPIRED)));
        HarkClient client = HarkClient.connect(HarkOptions.of("http://a:80", Credentials.token("t")), world);
        CompletableFuture<Void> connected = client.connected();
        world.settle();

        assertThat(failureCode(connected)).isEqualTo(40171);
    }

    @Test
    void aSourceWithoutTokensIsAskedAgainLater() {
        AtomicInteger asked = new AtomicInteger();
        Credentials flaky = Credentials.source(() -> {
            if (asked.incrementAndGet() < 3) {
                throw new java.io.IOException("the token server is down");
            }
            return Credentials.Token.of("t");
        });
        HarkClient client = HarkClient.connect(HarkOptions.of("http://a:80", flaky), world);
        world.advance(Duration.ofSeconds(5));

        assertThat(client.state()).isInstanceOf(ConnectionState.Connected.class);
        assertThat(asked).hasValue(3);
    }

    @Test
    void aSourceThatForbidsFailsTheClient() {
        Credentials forbidden = Credentials.source(() -> {
            throw new HarkException(new ErrorInfo(40300, 403, "banned"));
        });
        HarkClient client = HarkClient.connect(HarkOptions.of("http://a:80", forbidden), world);
        CompletableFuture<Void> connected = client.connected();
        world.settle();

        assertThat(failureCode(connected)).isEqualTo(40300);
    }

    @Test
    void aPingIsAnswered() {
        HarkClient client = connected(world);
        CompletableFuture<Duration> answered = client.ping();
        world.settle();

        assertThat(answered).isCompleted();
    }

    @Test
    void watchersAreToldOfEachState() {
        HarkClient client = connected(world);
        List<String> states = new ArrayList<>();
        client.watch(state -> states.add(state.getClass().getSimpleName()));
        world.advance(Duration.ofSeconds(2));
        node.cut();
        world.advance(SECOND);
        client.closeAsync();
        world.settle();

        assertThat(states).containsExactly("Connected", "Disconnected", "Connecting", "Connected", "Closed");
    }

    @Test
    void closingWhileNothingIsReachableEndsAtOnce() {
        node.unreachable("*");
        HarkClient client = HarkClient.connect(options(), world);
        world.settle();
        CompletableFuture<Void> closed = client.closeAsync();
        world.settle();

        assertThat(closed).isCompleted();
        world.advance(Duration.ofHours(1));
        assertThat(node.opened()).hasSize(1);
    }
}
