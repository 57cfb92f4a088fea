package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.awaitState;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.data;
import static io.hark.launcher.interop.JavaClients.inbox;
import static io.hark.launcher.interop.JavaClients.numbers;
import static io.hark.launcher.interop.JavaClients.presenceInbox;
import static io.hark.launcher.interop.JavaClients.publishing;
import static io.hark.launcher.interop.JavaClients.query;
import static io.hark.launcher.interop.JavaClients.refusal;
import static io.hark.launcher.interop.JavaClients.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ConnectionEvent;
import io.ably.lib.realtime.ConnectionState;
import io.ably.lib.rest.Auth;
import io.ably.lib.types.ErrorInfo;
import io.ably.lib.types.Message;
import io.ably.lib.types.PresenceMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The Java SDK against a node: presence, and what happens when sockets drop.
class JavaSdkContinuityInteropTest extends WithJavaSdk {
    private static final int MEMBERS = 250;
    private static final int WITHIN_SECONDS = 20;

    private CuttableProxy proxy;
    private JavaClients throughProxy;

    @BeforeEach
    void openProxy() throws Exception {
        proxy = new CuttableProxy(node.port());
        throughProxy = new JavaClients(proxy.port(), binary);
    }

    @AfterEach
    void closeProxy() throws Exception {
        throughProxy.close();
        proxy.close();
    }

    /// Completes with the reason once the client has noticed that its transport is gone; to be asked for
    /// before the cut.
    private static CompletableFuture<ErrorInfo> drop(AblyRealtime client) {
        CompletableFuture<ErrorInfo> dropped = new CompletableFuture<>();
        client.connection.once(ConnectionEvent.disconnected, change -> dropped.complete(change.reason));
        return dropped.orTimeout(WITHIN_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void enterUpdateAndLeaveReachEverybody() throws Exception {
        List<PresenceMessage> events =
                presenceInbox(clients.connected(key).channels.get(name));
        Channel alice = clients.connected(key, options -> options.clientId = "alice")
                .channels
                .get(name);
        complete(listener -> alice.presence.enter("in", listener));
        complete(listener -> alice.presence.update("busy", listener));
        assertThat(clients.connected(key).channels.get(name).presence.get(query()))
                .extracting(member -> member.clientId, member -> member.data)
                .containsExactly(tuple("alice", "busy"));
        complete(listener -> alice.presence.leave("out", listener));
        eventually("three events", () -> events.size() == 3);
        assertThat(events)
                .extracting(event -> event.action, event -> event.clientId, event -> event.data)
                .containsExactly(
                        tuple(PresenceMessage.Action.enter, "alice", "in"),
                        tuple(PresenceMessage.Action.update, "alice", "busy"),
                        tuple(PresenceMessage.Action.leave, "alice", "out"));
    }

    @Test
    void aMemberWhoseSocketVanishesLeavesAfterRemainPresentFor() throws Exception {
        List<PresenceMessage> events =
                presenceInbox(clients.connected(key).channels.get(name));
        Channel alice = throughProxy
                .connected(key, options -> {
                    options.clientId = "alice";
                    options.transportParams = query("remainPresentFor", "1000");
                })
                .channels
                .get(name);
        complete(listener -> alice.presence.enter("in", listener));
        eventually("the enter", () -> events.size() == 1);
        proxy.partition();
        eventually("the leave", () -> events.size() == 2);
        assertThat(events.getLast().action).isEqualTo(PresenceMessage.Action.leave);
    }

    @Test
    void allMembersOfOneConnectionAreSeenByOneWhoComesLater() throws Exception {
        Channel crowd = clients.connected(key).channels.get(name);
        List<CompletableFuture<Void>> entered = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            String clientId = "member-" + i;
            entered.add(start(listener -> crowd.presence.enterClient(clientId, "data", listener)));
        }
        CompletableFuture.allOf(entered.toArray(CompletableFuture[]::new)).get(WITHIN_SECONDS, TimeUnit.SECONDS);
        PresenceMessage[] members =
                clients.connected(key).channels.get(name).presence.get(query());
        assertThat(Arrays.stream(members).map(member -> member.clientId).distinct())
                .hasSize(MEMBERS);
    }

    @Test
    void presenceWithoutTheCapabilityIsRefused() throws Exception {
        String limited = node.makeApp("{\"*\":[\"subscribe\",\"publish\"]}").getFirst();
        Channel channel = clients.connected(limited, options -> options.clientId = "alice")
                .channels
                .get(name);
        ErrorInfo error = refusal(listener -> channel.presence.enter("in", listener));
        assertThat(error.code).isEqualTo(40160);
    }

    @Test
    void aSubscriberWhoseSocketIsCutMissesNothingAndSeesNothingTwice() throws Exception {
        AblyRealtime subscriber = throughProxy.connected(key);
        List<Message> received = inbox(subscriber.channels.get(name));
        String id = subscriber.connection.id;
        Channel publisher = clients.connected(key).channels.get(name);
        for (int round = 0; round < 3; round++) {
            CompletableFuture<ErrorInfo> dropped = drop(subscriber);
            CompletableFuture<Void> published = publishing(publisher, numbers(40 * round, 40 * round + 40));
            proxy.cut();
            published.join();
            dropped.join();
            awaitState(subscriber.connection, ConnectionState.connected);
        }
        publishing(publisher, numbers(120, 121)).join();
        eventually("all messages", () -> received.size() >= 121);
        assertThat(data(received)).isEqualTo(numbers(0, 121));
        assertThat(subscriber.connection.id).isEqualTo(id);
    }

    @Test
    void aPublisherWhoseSocketIsCutLosesNothingAndDoublesNothing() throws Exception {
        List<Message> received = inbox(clients.connected(key).channels.get(name));
        AblyRealtime publisher = throughProxy.connected(key);
        Channel channel = publisher.channels.get(name);
        complete(channel::attach);
        for (int round = 0; round < 3; round++) {
            CompletableFuture<Void> published = publishing(channel, numbers(40 * round, 40 * round + 40));
            proxy.cut();
            published.join();
            awaitState(publisher.connection, ConnectionState.connected);
        }
        publishing(channel, numbers(120, 121)).join();
        eventually("the last message", () -> data(received).contains("m120"));
        assertThat(data(received)).isEqualTo(numbers(0, 121));
    }

    @Test
    void aNewClientRecoversTheConnectionAndGetsWhatItMissed() throws Exception {
        AblyRealtime first = throughProxy.connected(key);
        Channel publisher = clients.connected(key).channels.get(name);
        List<Message> before = inbox(first.channels.get(name));
        publishing(publisher, numbers(0, 1)).join();
        eventually("the first message", () -> before.size() == 1);
        String id = first.connection.id;
        String recoveryKey = first.connection.createRecoveryKey();
        CompletableFuture<ErrorInfo> dropped = drop(first);
        proxy.partition();
        dropped.join();
        publishing(publisher, numbers(1, 4)).join();
        AblyRealtime second = clients.connected(key, options -> options.recover = recoveryKey);
        List<Message> after = inbox(second.channels.get(name));
        eventually("the missed messages", () -> after.size() == 3);
        assertThat(data(after)).isEqualTo(numbers(1, 4));
        assertThat(second.connection.id).isEqualTo(id);
        assertThat(second.connection.reason).isNull();
    }

    @Test
    void anExpiredTokenIsReplacedAndTheConnectionGoesOn() throws Exception {
        AblyRealtime client = clients.connected(
                "",
                options -> options.authCallback = wanted -> {
                    Auth.TokenParams brief = new Auth.TokenParams();
                    brief.ttl = 5_000;
                    return clients.rest(key).auth.requestToken(brief, null);
                });
        String id = client.connection.id;
        assertThat(drop(client).join().code).isEqualTo(40142);
        awaitState(client.connection, ConnectionState.connected);
        assertThat(client.connection.id).isEqualTo(id);
    }
}
