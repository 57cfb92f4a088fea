package io.hark.launcher.interop;

import static io.hark.launcher.interop.JavaClients.query;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ably.lib.http.HttpUtils;
import io.ably.lib.rest.AblyRest;
import io.ably.lib.rest.Auth;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.HttpPaginatedResponse;
import io.ably.lib.types.Message;
import io.ably.lib.types.PublishResponse;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The Java SDK's REST client against a node: what it asks for in forms of its own.
class JavaSdkRestInteropTest extends WithJavaSdk {
    private AblyRest rest;

    @BeforeEach
    void makeRest() throws Exception {
        rest = clients.rest(key);
    }

    private static Message.Batch[] batch(String... channels) {
        Message[] messages = {new Message("event", "one"), new Message("event", "two")};
        return new Message.Batch[] {new Message.Batch(channels, messages)};
    }

    @Test
    void aBatchIsPublishedToEachOfItsChannels() throws Exception {
        PublishResponse[] responses = rest.publishBatch(batch(name + 1, name + 2), null);

        assertThat(responses).extracting(response -> response.channelId).containsExactly(name + 1, name + 2);
        assertThat(responses).allMatch(response -> response.error == null && !response.messageId.isEmpty());
        for (PublishResponse response : responses) {
            assertThat(rest.channels.get(response.channelId).history(null).items())
                    .extracting(message -> message.data)
                    .containsExactly("two", "one");
        }
    }

    @Test
    void aBatchSaysOnWhichOfItsChannelsItFailed() throws Exception {
        AblyRest limited =
                clients.rest(node.makeApp("{\"allowed\":[\"publish\"]}").getFirst());
        PublishResponse[] responses = limited.publishBatch(batch("allowed", "other"), null);

        assertThat(responses).hasSize(2);
        assertThat(responses[0].error).isNull();
        assertThat(responses[0].messageId).isNotEmpty();
        assertThat(responses[1].error.code).isEqualTo(40160);
        assertThat(responses[1].error.statusCode).isEqualTo(401);
    }

    @Test
    void anyRequestIsAnsweredPageByPage() throws Exception {
        String path = "/channels/" + name + "/messages";
        for (int i = 0; i < 3; i++) {
            JsonObject message = new JsonObject();
            message.addProperty("data", "m" + i);
            HttpPaginatedResponse published =
                    rest.request("POST", path, null, HttpUtils.requestBodyFromGson(message, false), null);
            assertThat(published.statusCode).isEqualTo(201);
            assertThat(published.items()[0].getAsJsonObject().get("channel").getAsString())
                    .isEqualTo(name);
        }
        List<String> read = new ArrayList<>();
        HttpPaginatedResponse page = rest.request("GET", path, query("limit", "2"), null, null);
        for (; page != null; page = page.hasNext() ? page.next() : null) {
            assertThat(page.success).isTrue();
            for (JsonElement item : page.items()) {
                read.add(item.getAsJsonObject().get("data").getAsString());
            }
        }
        assertThat(read).containsExactly("m2", "m1", "m0");
    }

    @Test
    void aRequestThatIsRefusedIsAnAnswerWithItsCode() throws Exception {
        HttpPaginatedResponse missing = rest.request("GET", "/nothing/here", null, null, null);

        assertThat(missing.success).isFalse();
        assertThat(missing.statusCode).isEqualTo(404);
        assertThat(missing.errorCode).isEqualTo(40400);
        assertThat(missing.errorMessage).isNotEmpty();
        assertThat(rest.request("GET", "/time", null, null, null).items()).hasSize(1);
    }

    @Test
    void aTokenThatHasExpiredIsRenewed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AblyRest client = new AblyRest(clients.options(
                "", options -> options.authCallback = params -> jwt(asked.getAndIncrement() == 0 ? -60 : 600)));
        client.channels.get(name).publish("event", "text");

        assertThat(asked.get()).isEqualTo(2);
        assertThat(rest.channels.get(name).history(null).items()).hasSize(1);
    }

    /// @param secondsLeft fewer than 0 when it has expired
    private String jwt(long secondsLeft) {
        int colon = key.indexOf(':');
        long now = System.currentTimeMillis() / 1000;
        String header = "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(key.substring(0, colon));
        String claims = "{\"iat\":%d,\"exp\":%d}".formatted(now - 600, now + secondsLeft);
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
    void aTokenRequestThatIsWrongIsRefusedWithItsCode() throws Exception {
        Auth.TokenParams tooLong = new Auth.TokenParams();
        tooLong.ttl = 25L * 60 * 60 * 1_000;
        Auth.TokenParams unknown = new Auth.TokenParams();
        unknown.capability = "{\"a\":[\"publish_\"]}";
        Auth.TokenParams old = new Auth.TokenParams();
        old.timestamp = 1;

        assertThat(refusalOf(tooLong)).isEqualTo(40003);
        assertThat(refusalOf(unknown)).isEqualTo(40000);
        assertThat(refusalOf(old)).isEqualTo(40104);
        Auth.TokenDetails token = rest.auth.requestToken(new Auth.TokenParams(), null);
        assertThat(token.expires - token.issued).isEqualTo(60 * 60 * 1_000);
        assertThat(token.capability).isEqualTo(TestNode.EVERYTHING);
    }

    private int refusalOf(Auth.TokenParams params) {
        return catchThrowableOfType(AblyException.class, () -> rest.auth.requestToken(params, null)).errorInfo.code;
    }
}
