package io.hark.launcher.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HTTP/2 without TLS, and what nobody but an attacker does with it.
class Http2EdgesTest {
    private static final int STREAMS_MAX = 100;

    @TempDir
    static Path dir;

    private static Node node;

    @BeforeAll
    static void start() throws Exception {
        node = Node.start(NodeConfig.dev(dir, 0));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void aClientThatBeginsWithHttp2IsAnsweredInIt() throws Exception {
        try (RawHttp2 client = new RawHttp2(node.port())) {
            client.write(client.get(1, "/is-the-internet-up.txt"));
            RawHttp2.Frame body = client.next(RawHttp2.DATA);

            assertThat(body.stream()).isEqualTo(1);
            assertThat(new String(body.payload(), US_ASCII)).isEqualTo("yes");
        }
    }

    @Test
    void aMethodThatBeginsLikeHttp2IsNone() throws Exception {
        for (String start : new String[] {"P", "PR", "PRI"}) {
            try (RawSocket socket = new RawSocket(node.port())) {
                socket.write(start.getBytes(US_ASCII));
                assertThat(socket.hears(20)).isFalse();
                socket.write("X / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
                assertThat(socket.answer().status()).isIn(404, 405);
            }
        }
    }

    /// An upgrade lets requests slip through proxies that look at each, and RFC 9113 has done away with it.
    @Test
    void anUpgradeToHttp2IsPassedOver() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + node.port() + "/is-the-internet-up.txt"))
                            .version(HttpClient.Version.HTTP_2)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(answer.body()).isEqualTo("yes");
        }
    }

    @Test
    void oneStreamTooManyIsRefusedAndTheOthersLive() throws Exception {
        String key = URLEncoder.encode(node.devKey().orElseThrow(), UTF_8);
        try (RawHttp2 client = new RawHttp2(node.port())) {
            ByteArrayOutputStream streams = new ByteArrayOutputStream();
            for (int i = 0; i <= STREAMS_MAX; i++) {
                streams.writeBytes(client.get(2 * i + 1, "/sse?channels=c&key=" + key));
            }
            client.write(streams.toByteArray());
            RawHttp2.Frame refused = client.next(RawHttp2.RST_STREAM);
            assertThat(refused.stream()).isEqualTo(2 * STREAMS_MAX + 1);
            assertThat(refused.errorCode()).isEqualTo(RawHttp2.REFUSED_STREAM);

            client.write(client.reset(1));
            int next = 2 * STREAMS_MAX + 3;
            client.write(client.get(next, "/is-the-internet-up.txt"));
            RawHttp2.Frame body = client.next(RawHttp2.DATA);
            while (body.stream() != next) {
                body = client.next(RawHttp2.DATA);
            }
            assertThat(new String(body.payload(), US_ASCII)).isEqualTo("yes");
        }
    }

    @Test
    void headersThatAreTooLargeAreRefusedAndTheConnectionGoesOn() throws Exception {
        try (RawHttp2 client = new RawHttp2(node.port())) {
            client.write(client.getRepeating(1, "/time", 3_500, 20));
            RawHttp2.Frame refusal = client.next(RawHttp2.HEADERS);
            assertThat(refusal.stream()).isEqualTo(1);
            assertThat(new String(refusal.payload(), US_ASCII)).contains("431");
            assertThat(client.next(RawHttp2.RST_STREAM).stream()).isEqualTo(1);

            client.write(client.get(3, "/is-the-internet-up.txt"));
            assertThat(new String(client.next(RawHttp2.DATA).payload(), US_ASCII))
                    .isEqualTo("yes");
        }
    }

    @Test
    void noiseEndsItsOwnConnectionAndNoOther() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        try (RawHttp2 bystander = new RawHttp2(node.port())) {
            for (int i = 0; i < 300; i++) {
                try (RawHttp2 client = new RawHttp2(node.port())) {
                    byte[] frames = client.get(1, "/time");
                    for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                        frames[random.nextInt(frames.length)] = (byte) random.nextInt(256);
                    }
                    client.write(frames);
                    client.write(client.get(3, "/time"));
                }
            }
            bystander.write(bystander.get(1, "/is-the-internet-up.txt"));
            assertThat(new String(bystander.next(RawHttp2.DATA).payload(), US_ASCII))
                    .isEqualTo("yes");
        }
    }

    @Test
    void aClientThatTakesBackRequestAfterRequestIsCutOff() throws Exception {
        try (RawHttp2 client = new RawHttp2(node.port())) {
            ByteArrayOutputStream attack = new ByteArrayOutputStream();
            for (int stream = 1; stream < 1_000; stream += 2) {
                attack.writeBytes(client.get(stream, "/time"));
                attack.writeBytes(client.reset(stream));
            }
            client.write(attack.toByteArray());
            assertThat(client.next(RawHttp2.GOAWAY).errorCode()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
        }
    }
}
