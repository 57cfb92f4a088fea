package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.davidehrmann.vcdiff.VCDiffDecoderBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ably.lib.rest.AblyRest;
import io.ably.lib.rest.Auth;
import io.ably.lib.types.Message;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Event streams, read with the JDK's HTTP client.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SseInteropTest extends OnOneNode {
    private AblyRest publisher;

    @BeforeEach
    void makePublisher() throws Exception {
        publisher = new JavaClients(node.port(), false).rest(key);
    }

    /// One event, as the format of event streams frames it.
    private record Event(Optional<String> id, String type, String data) {
        JsonObject json() {
            return JsonParser.parseString(data).getAsJsonObject();
        }
    }

    /// Confined to a test: an open stream.
    private record Events(HttpResponse<InputStream> response, BufferedReader lines) implements AutoCloseable {
        /// The next event that is no heartbeat; empty when the stream has ended.
        Optional<Event> next() throws IOException {
            Optional<String> id = Optional.empty();
            String type = "message";
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && !data.isEmpty()) {
                    return Optional.of(new Event(id, type, data.toString()));
                } else if (line.startsWith("id:")) {
                    id = Optional.of(line.substring(3).strip());
                } else if (line.startsWith("event:")) {
                    type = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    data.append(data.isEmpty() ? "" : "\n")
                            .append(line.substring(5).strip());
                }
            }
            return Optional.empty();
        }

        Event message() throws IOException {
            Event event = next().orElseThrow(() -> new AssertionError("the stream ended"));
            assertThat(event.type()).isEqualTo("message");
            return event;
        }

        String text() throws IOException {
            return message().json().get("data").getAsString();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Events open(String query, String... headers) throws Exception {
        return openChannels(name, query, headers);
    }

    private Events openChannels(String channels, String query, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(node.uri("/sse?v=1.2&channels=%s&%s".formatted(encoded(channels), query)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<InputStream> response =
                node.http().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        return new Events(response, new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
    }

    private void publish(String text) throws Exception {
        publisher.channels.get(name).publish("event", text);
    }

    @Test
    void messagesArriveLive() throws Exception {
        try (Events events = open("key=" + encoded(key))) {
            assertThat(events.response().statusCode()).isEqualTo(200);
            assertThat(events.response().headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/event-stream");
            publish("one ünï");
            publish("two");
            Event first = events.message();
            assertThat(first.id()).isPresent();
            assertThat(first.json().get("channel").getAsString()).isEqualTo(name);
            assertThat(first.json().get("name").getAsString()).isEqualTo("event");
            assertThat(first.json().get("data").getAsString()).isEqualTo("one ünï");
            assertThat(events.text()).isEqualTo("two");
        }
    }

    @Test
    void aStreamResumesAfterItsLastEventId() throws Exception {
        String lastId;
        try (Events events = open("key=" + encoded(key))) {
            publish("seen");
            lastId = events.message().id().orElseThrow();
        }
        publish("missed one");
        publish("missed two");
        try (Events events = open("key=" + encoded(key), "Last-Event-ID", lastId)) {
            publish("live");
            assertThat(events.text()).isEqualTo("missed one");
            assertThat(events.text()).isEqualTo("missed two");
            assertThat(events.text()).isEqualTo("live");
        }
    }

    @Test
    void aStreamResumesBetweenTwoMessagesOfOnePublish() throws Exception {
        String lastId;
        try (Events events = open("key=" + encoded(key))) {
            publisher.channels.get(name).publish(new Message[] {
                new Message("event", "seen"), new Message("event", "missed one"), new Message("event", "missed two")
            });
            lastId = events.message().id().orElseThrow();
        }
        publish("missed three");
        try (Events events = open("key=" + encoded(key), "Last-Event-ID", lastId)) {
            assertThat(events.text()).isEqualTo("missed one");
            assertThat(events.text()).isEqualTo("missed two");
            assertThat(events.text()).isEqualTo("missed three");
        }
    }

    @Test
    void theServersOwnReportsNameTheirChannel() throws Exception {
        try (Events events = openChannels("[meta]log", "occupancy=metrics&key=" + encoded(key))) {
            assertThat(events.message().json().get("channel").getAsString()).isEqualTo("[meta]log");
        }
    }

    @Test
    void rewindBringsTheNewestMessagesFirst() throws Exception {
        publish("old");
        publish("newer");
        publish("newest");
        try (Events events = open("rewind=2&key=" + encoded(key))) {
            publish("live");
            assertThat(events.text()).isEqualTo("newer");
            assertThat(events.text()).isEqualTo("newest");
            assertThat(events.text()).isEqualTo("live");
        }
    }

    @Test
    void withoutEnvelopesTheDataComesAlone() throws Exception {
        try (Events events = open("enveloped=false&key=" + encoded(key))) {
            publish("bare");
            assertThat(events.message().data()).isEqualTo("bare");
        }
    }

    @Test
    void aFilteredChannelBringsWhatItsExpressionSelects() throws Exception {
        String wanted = "[filter=%s]%s"
                .formatted(
                        Base64.getEncoder().encodeToString("name == `\"wanted\"`".getBytes(StandardCharsets.UTF_8)),
                        name);
        try (Events events = openChannels(wanted, "key=" + encoded(key))) {
            assertThat(events.response().statusCode()).isEqualTo(200);
            publish("other");
            publisher.channels.get(name).publish("wanted", "this one");
            assertThat(events.text()).isEqualTo("this one");
        }
        try (Events events = openChannels("[filter=bmFtZSA9PQ==]" + name, "key=" + encoded(key))) {
            assertThat(events.response().statusCode()).isEqualTo(400);
        }
    }

    @Test
    void theOccupancyOfAChannelComesAsEvents() throws Exception {
        try (Events events = open("occupancy=metrics.subscribers&key=" + encoded(key))) {
            JsonObject first = events.message().json();
            assertThat(first.get("name").getAsString()).isEqualTo("[meta]occupancy");
            assertThat(first.get("data").getAsString()).isEqualTo("{\"metrics\":{\"subscribers\":1}}");
            try (Events other = open("key=" + encoded(key))) {
                assertThat(other.response().statusCode()).isEqualTo(200);
                assertThat(events.text()).isEqualTo("{\"metrics\":{\"subscribers\":2}}");
            }
        }
    }

    @Test
    void messagesComeAsDifferencesToTheOnesBefore() throws Exception {
        String long1 = "a text that is long enough for a difference to be worth its while, 1";
        String long2 = "a text that is long enough for a difference to be worth its while, 2 ünï";
        publish(long1);
        try (Events events = open("delta=vcdiff&rewind=1&key=" + encoded(key))) {
            JsonObject first = events.message().json();
            assertThat(first.get("data").getAsString()).isEqualTo(long1);
            publish(long2);
            JsonObject second = events.message().json();
            assertThat(second.get("encoding").getAsString()).isEqualTo("utf-8/vcdiff/base64");
            JsonObject delta = second.getAsJsonObject("extras").getAsJsonObject("delta");
            assertThat(delta.get("format").getAsString()).isEqualTo("vcdiff");
            assertThat(delta.get("from")).isEqualTo(first.get("id"));
            byte[] difference = Base64.getDecoder().decode(second.get("data").getAsString());
            assertThat(decoded(long1, difference)).isEqualTo(long2);
        }
    }

    private static String decoded(String base, byte[] difference) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        VCDiffDecoderBuilder.builder().buildSimple().decode(base.getBytes(StandardCharsets.UTF_8), difference, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anExpiredTokenEndsTheStreamWithAnErrorEvent() throws Exception {
        Auth.TokenParams brief = new Auth.TokenParams();
        brief.ttl = 2_000;
        String token = publisher.auth.requestToken(brief, null).token;
        try (Events events = open("accessToken=" + encoded(token))) {
            publish("before");
            assertThat(events.text()).isEqualTo("before");
            Event end = events.next().orElseThrow();
            assertThat(end.type()).isEqualTo("error");
            assertThat(end.json().get("code").getAsInt()).isEqualTo(40142);
            assertThat(end.json().get("statusCode").getAsInt()).isEqualTo(401);
            assertThat(events.next()).isEmpty();
        }
    }

    @Test
    void aWrongKeyIsRefusedBeforeTheStreamBegins() throws Exception {
        String wrong = key.substring(0, key.indexOf(':')) + ":wrong";
        try (Events events = open("key=" + encoded(wrong))) {
            assertThat(events.response().statusCode()).isEqualTo(401);
            assertThat(events.response().headers().firstValue("x-ably-errorcode"))
                    .contains("40101");
        }
    }

    @Test
    void aKeyThatMayNotSubscribeIsRefused() throws Exception {
        String limited = node.makeApp("{\"other\":[\"subscribe\"]}").getFirst();
        try (Events events = open("key=" + encoded(limited))) {
            assertThat(events.response().statusCode()).isEqualTo(401);
            assertThat(events.response().headers().firstValue("x-ably-errorcode"))
                    .contains("40160");
        }
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        return node.http()
                .send(
                        HttpRequest.newBuilder(node.uri(path + "?channels=c"))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .header("origin", "https://site")
                                .header("access-control-request-headers", "authorization")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sse", "/event-stream"})
    void aBrowserMayOpenAStreamWithCredentialsInAHeader(String path) throws Exception {
        HttpResponse<String> preflight = ask("OPTIONS", path);

        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                .contains("https://site");
        assertThat(preflight.headers().firstValue("access-control-allow-headers"))
                .contains("authorization");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "POST"})
    void aStreamIsOpenedByNoOtherMethod(String method) throws Exception {
        HttpResponse<String> refusal = ask(method, "/sse");

        assertThat(refusal.statusCode()).isEqualTo(405);
        assertThat(refusal.headers().firstValue("x-ably-errorcode")).contains("40500");
        assertThat(refusal.headers().firstValue("access-control-allow-origin")).contains("https://site");
    }
}
