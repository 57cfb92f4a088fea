package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.load.RawSocket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What clients get that take answers packed, as `ably` on Node.js and browsers do.
class GzipInteropTest {
    private static final String CODING = "content-encoding";

    private static TestNode node;
    private static String key;

    @BeforeAll
    static void start() throws Exception {
        node = TestNode.start();
        key = node.makeApp(TestNode.EVERYTHING).getFirst();
        Call publish =
                new Call("POST", "/channels/long/messages", "{\"data\":\"%s\"}".formatted("word ".repeat(1_000)));
        assertThat(publish.basic(key).send(node.http(), node.port()).statusCode())
                .isEqualTo(201);
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    private static HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(node.uri(path)).header("authorization", "Basic " + Call.base64(key));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return node.http().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void aLongAnswerIsPackedForWhoeverAsksForIt() throws Exception {
        HttpResponse<byte[]> plain = get("/channels/long/messages?end=9999999999999");
        HttpResponse<byte[]> packed =
                get("/channels/long/messages?end=9999999999999", "accept-encoding", "gzip, deflate, br");
        assertThat(plain.headers().firstValue(CODING)).isEmpty();
        assertThat(packed.headers().firstValue(CODING)).contains("gzip");
        assertThat(packed.headers().allValues("vary")).contains("Accept-Encoding");
        assertThat(packed.headers().allValues("link")).isEqualTo(plain.headers().allValues("link"));
        assertThat(packed.body()).hasSizeLessThan(plain.body().length / 5);
        try (GZIPInputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertThat(unpacked.readAllBytes()).isEqualTo(plain.body());
        }
    }

    @Test
    void aShortAnswerAndAnErrorAreNot() throws Exception {
        for (String path : new String[] {"/time", "/channels/:none/messages"}) {
            assertThat(get(path, "accept-encoding", "gzip").headers().firstValue(CODING))
                    .as(path)
                    .isEmpty();
        }
    }

    @Test
    void answersInOneRowStayInTheirOrder() throws Exception {
        String ask = "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nAuthorization: Basic %s\r\n\r\n";
        try (RawSocket socket = new RawSocket(node.port())) {
            String both = ask.formatted("/channels/long/messages", Call.base64(key))
                    + ask.formatted("/time", Call.base64(key));
            socket.write(both.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.answer().headers()).containsEntry(CODING, "gzip");
            assertThat(new String(socket.answer().body(), StandardCharsets.US_ASCII))
                    .matches("\\[\\d+]");
        }
    }
}
