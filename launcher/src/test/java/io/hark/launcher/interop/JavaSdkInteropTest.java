package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.awaitState;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.data;
import static io.hark.launcher.interop.JavaClients.inbox;
import static io.hark.launcher.interop.JavaClients.numbers;
import static io.hark.launcher.interop.JavaClients.params;
import static io.hark.launcher.interop.JavaClients.publishing;
import static io.hark.launcher.interop.JavaClients.query;
import static io.hark.launcher.interop.JavaClients.refusal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ChannelState;
import io.ably.lib.realtime.ConnectionState;
import io.ably.lib.rest.AblyRest;
import io.ably.lib.rest.Auth;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.Message;
import io.ably.lib.types.PaginatedResult;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/// The Java SDK against a node: credentials, messages, history, refusals.
class JavaSdkInteropTest extends WithJavaSdk {
    @Test
    void connectsWithAKey() throws Exception {
        AblyRealtime client = clients.connected(key);
        assertThat(client.connection.id).isNotEmpty().doesNotContain(":");
        complete(client.connection::ping);
    }

    @Test
    void connectsWithATokenThatTheNodeIssued() throws Exception {
        Auth.TokenParams wanted = new Auth.TokenParams();
        wanted.clientId = "bob";
        Auth.TokenDetails token = clients.rest(key).auth.requestToken(wanted, null);
        AblyRealtime client = clients.connected("", options -> options.token = token.token);
        assertThat(client.auth.clientId).isEqualTo("bob");
    }

    @Test
    void connectsWithASignedTokenRequest() throws Exception {
        AblyRest signer = clients.rest(key);
        AblyRealtime client = clients.connected(
                "", options -> options.authCallback = wanted -> signer.auth.createTokenRequest(wanted, null));
        assertThat(client.connection.state).isEqualTo(ConnectionState.connected);
    }

    @Test
    void connectsWithAJwt() throws Exception {
        AblyRealtime client = clients.connected("", options -> options.token = jwt("carol"));
        assertThat(client.auth.clientId).isEqualTo("carol");
        List<Message> inbox = inbox(client.channels.get(name));
        publishing(client.channels.get(name), numbers(0, 1)).join();
        eventually("the message", () -> inbox.size() == 1);
        assertThat(inbox.getFirst().clientId).isEqualTo("carol");
    }

    /// A JWT as a customer's server makes it: signed with the key's secret, which is no base64 and may be
    /// short.
    private String jwt(String clientId) {
        int colon = key.indexOf(':');
        long now = System.currentTimeMillis() / 1000;
        String header = "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(key.substring(0, colon));
        String claims = "{\"iat\":%d,\"exp\":%d,\"x-ably-clientId\":\"%s\"}".formatted(now, now + 600, clientId);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed =
                base64.encodeToString(header.getBytes(UTF_8)) + '.' + base64.encodeToString(claims.getBytes(UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.substring(colon + 1).getBytes(UTF_8), "HmacSHA256"));
            return signed + '.' + base64.encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    @Test
    void aWrongSecretFailsTheConnection() throws Exception {
        String wrong = key.substring(0, key.indexOf(':')) + ":wrong";
        AblyRealtime client = clients.realtime(wrong, options -> {});
        awaitState(client.connection, ConnectionState.failed);
        assertThat(client.connection.reason.code).isEqualTo(40101);
        assertThat(client.connection.reason.statusCode).isEqualTo(401);
    }

    @Test
    void theNodeAsksForANewTokenBeforeTheOldOneExpires() throws Exception {
        AblyRest signer = clients.rest(key);
        List<Auth.TokenParams> asked = new CopyOnWriteArrayList<>();
        List<ConnectionState> left = new CopyOnWriteArrayList<>();
        AblyRealtime client = clients.connected(
                "",
                options -> options.authCallback = wanted -> {
                    asked.add(wanted);
                    Auth.TokenParams brief = new Auth.TokenParams();
                    brief.ttl = 33_000;
                    return signer.auth.requestToken(brief, null);
                });
        client.connection.on(change -> {
            if (change.current != ConnectionState.connected) {
                left.add(change.current);
            }
        });
        eventually("a second token is asked for", () -> asked.size() >= 2);
        complete(client.connection::ping);
        assertThat(left).isEmpty();
    }

    @Test
    void messagesReachEverySubscriberInOrder() throws Exception {
        AblyRealtime alice = clients.connected(key, options -> options.clientId = "alice");
        List<Message> own = inbox(alice.channels.get(name));
        List<Message> other = inbox(clients.connected(key).channels.get(name));
        publishing(alice.channels.get(name), numbers(0, 100)).join();
        eventually("all messages", () -> own.size() == 100 && other.size() == 100);
        assertThat(data(own)).isEqualTo(numbers(0, 100));
        assertThat(data(other)).isEqualTo(numbers(0, 100));
        assertThat(other.getFirst().clientId).isEqualTo("alice");
        assertThat(other.getFirst().connectionId).isEqualTo(alice.connection.id);
        assertThat(other.getFirst().serial).isNotEmpty();
    }

    @Test
    void everyKindOfPayloadArrivesAsItWasSent() throws Exception {
        JsonObject object = new JsonObject();
        object.addProperty("ünï", "世界 🌍");
        byte[] bytes = new byte[256];
        IntStream.range(0, bytes.length).forEach(i -> bytes[i] = (byte) i);
        Channel channel = clients.connected(key).channels.get(name);
        List<Message> received = inbox(channel);
        publishing(channel, List.of("grüße, 世界, 🌍", object, bytes)).join();
        eventually("all messages", () -> received.size() == 3);
        assertThat(data(received)).containsExactly("grüße, 世界, 🌍", object, bytes);
        Message[] stored = clients.rest(key)
                .channels
                .get(name)
                .history(query("direction", "forwards"))
                .items();
        assertThat(Arrays.stream(stored).map(message -> message.data)).containsExactly("grüße, 世界, 🌍", object, bytes);
    }

    @Test
    void withEchoOffAClientDoesNotGetItsOwnMessages() throws Exception {
        Channel silent = clients.connected(key, options -> options.echoMessages = false)
                .channels
                .get(name);
        Channel other = clients.connected(key).channels.get(name);
        List<Message> received = inbox(silent);
        inbox(other);
        publishing(silent, List.of("mine")).join();
        publishing(other, List.of("theirs")).join();
        eventually("the other's message", () -> !received.isEmpty());
        assertThat(data(received)).containsExactly("theirs");
    }

    @Test
    void historyComesPageByPageAndComplete() throws Exception {
        Channel channel = clients.connected(key).channels.get("persisted:" + name);
        publishing(channel, numbers(0, 25)).join();
        List<Object> found = new ArrayList<>();
        PaginatedResult<Message> page = channel.history(query("limit", "10", "direction", "forwards"));
        while (page != null) {
            Arrays.stream(page.items()).forEach(message -> found.add(message.data));
            page = page.hasNext() ? page.next() : null;
        }
        assertThat(found).isEqualTo(numbers(0, 25));
    }

    @Test
    void untilAttachStopsWhereTheAttachmentBegan() throws Exception {
        Channel publisher = clients.connected(key).channels.get("persisted:" + name);
        publishing(publisher, numbers(0, 5)).join();
        Channel channel = clients.connected(key).channels.get("persisted:" + name);
        List<Message> received = inbox(channel);
        publishing(publisher, numbers(5, 10)).join();
        eventually("the live messages", () -> received.size() == 5);
        Message[] before = channel.history(query("untilAttach", "true", "direction", "forwards"))
                .items();
        assertThat(Arrays.stream(before).map(message -> message.data)).containsExactlyElementsOf(numbers(0, 5));
        assertThat(data(received)).isEqualTo(numbers(5, 10));
    }

    @Test
    void rewindByCountBringsTheNewestThenTheLiveOnes() throws Exception {
        Channel publisher = clients.connected(key).channels.get(name);
        publishing(publisher, numbers(0, 5)).join();
        List<Message> received = inbox(clients.connected(key).channels.get(name, params("rewind", "3")));
        eventually("the backlog", () -> received.size() == 3);
        publishing(publisher, numbers(5, 6)).join();
        eventually("the live message", () -> received.size() == 4);
        assertThat(data(received)).isEqualTo(numbers(2, 6));
    }

    @Test
    void rewindByTimeBringsWhatIsYounger() throws Exception {
        publishing(clients.connected(key).channels.get(name), numbers(0, 3)).join();
        List<Message> received = inbox(clients.connected(key).channels.get(name, params("rewind", "1m")));
        eventually("the backlog", () -> received.size() == 3);
        assertThat(data(received)).isEqualTo(numbers(0, 3));
    }

    @Test
    void aRestPublishOfTheSameIdThreeTimesIsOneMessage() throws Exception {
        var channel = clients.rest(key).channels.get(name);
        for (int i = 0; i < 3; i++) {
            Message message = new Message("event", "once");
            message.id = "order-17";
            channel.publish(new Message[] {message});
        }
        assertThat(channel.history(query()).items()).hasSize(1);
    }

    @Test
    void aBadChannelNameFailsTheChannelAndNotTheConnection() throws Exception {
        AblyRealtime client = clients.connected(key);
        Channel channel = client.channels.get(":hell");
        assertThat(refusal(channel::attach).code).isEqualTo(40010);
        assertThat(channel.state).isEqualTo(ChannelState.failed);
        assertThat(client.connection.state).isEqualTo(ConnectionState.connected);
    }

    @Test
    void attachWithoutTheCapabilityFailsTheChannel() throws Exception {
        String limited = node.makeApp("{\"mine\":[\"subscribe\"]}").getFirst();
        AblyRealtime client = clients.connected(limited);
        Channel channel = client.channels.get("theirs");
        assertThat(refusal(channel::attach).code).isEqualTo(40160);
        assertThat(channel.state).isEqualTo(ChannelState.failed);
        assertThat(client.connection.state).isEqualTo(ConnectionState.connected);
    }

    @Test
    void publishWithoutTheCapabilityIsRefused() throws Exception {
        String reader = node.makeApp("{\"*\":[\"subscribe\"]}").getFirst();
        Channel channel = clients.connected(reader).channels.get(name);
        complete(channel::attach);
        assertThat(refusal(listener -> channel.publish("event", "x", listener)).code)
                .isEqualTo(40160);
        AblyException byRest = catchThrowableOfType(
                AblyException.class,
                () -> clients.rest(reader).channels.get(name).publish("event", "x"));
        assertThat(byRest.errorInfo.code).isEqualTo(40160);
        assertThat(byRest.errorInfo.statusCode).isEqualTo(401);
    }
}
