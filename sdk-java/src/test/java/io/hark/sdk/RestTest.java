package io.hark.sdk;

import static io.hark.sdk.Clients.failureCode;
import static io.hark.sdk.Clients.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.protocol.Format;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Requests: who they are from, where they go, and what their answers become.
class RestTest {
    private static final String PAGE =
            "[{\"id\":\"%1$s:0\",\"data\":\"%1$s1\"},{\"id\":\"%1$s:1\",\"data\":\"%1$s2\"}]";

    private final VirtualEnvironment world = new VirtualEnvironment(5);
    private final List<HttpRequest> asked = new ArrayList<>();

    private HarkRest rest(HarkOptions options, Function<HttpRequest, HttpResponse<byte[]>> answers) {
        world.node().answersHttp(request -> {
            asked.add(request);
            return answers.apply(request);
        });
        return HarkRest.create(options.withFormat(Format.JSON), world);
    }

    private HarkRest history() {
        return rest(
                options(),
                request -> request.uri().getQuery().contains("cursor=2 3")
                        ? FakeResponse.json(request, 200, PAGE.formatted("b"))
                        : FakeResponse.json(
                                request,
                                200,
                                PAGE.formatted("a"),
                                "<./messages?limit=2>; rel=\"first\"",
                                "<./messages?limit=2&cursor=2%203>; rel=\"next\""));
    }

    private static List<String> data(Page<Message<String>> page) {
        return page.items().stream().map(Message::value).toList();
    }

    @Test
    void aHistoryIsReadPageByPage() {
        RestChannel<String> channel = history().channel("a/b:c d", Codec.text());
        CompletableFuture<Page<Message<String>>> first =
                channel.history(HistoryQuery.oldestFirst().withPageSize(2)).first();
        world.settle();
        CompletableFuture<Page<Message<String>>> second = first.join().next();
        world.settle();

        assertThat(data(first.join())).containsExactly("a1", "a2");
        assertThat(data(second.join())).containsExactly("b1", "b2");
        assertThat(second.join().hasNext()).isFalse();
        assertThat(asked.getFirst().uri().toString())
                .isEqualTo("http://a:80/channels/a%2Fb%3Ac%20d/messages?direction=forwards&limit=2");
        assertThat(asked.getLast().uri().getRawQuery()).isEqualTo("limit=2&cursor=2%203");
    }

    @Test
    void aPageIsFetchedWhenItIsAskedFor() {
        Recorder<Message<String>> recorder = Recorder.asking(1);
        history()
                .channel("c", Codec.text())
                .history(HistoryQuery.newestFirst())
                .publisher()
                .subscribe(recorder);
        world.settle();
        assertThat(recorder.told()).hasSize(1);
        recorder.request(1);
        world.settle();
        assertThat(asked).hasSize(1);
        recorder.request(10);
        world.settle();
        assertThat(recorder.told()).extracting(Message::value).containsExactly("a1", "a2", "b1", "b2");
        assertThat(recorder.isCompleted()).isTrue();
    }

    @Test
    void aRequestSaysWhoItIsFrom() {
        HarkRest rest =
                rest(options().withClientId("ann"), request -> FakeResponse.json(request, 200, "[1700000000000]"));
        CompletableFuture<java.time.Instant> time = rest.time();
        world.settle();

        assertThat(time.join().toEpochMilli()).isEqualTo(1_700_000_000_000L);
        assertThat(asked.getFirst().headers().map())
                .containsEntry("Authorization", List.of("Basic YXBwLmlkOnNlY3JldA=="))
                .containsEntry("X-Ably-ClientId", List.of("YW5u"))
                .containsEntry("X-Ably-Version", List.of("6"));
    }

    @Test
    void aRefusedTokenIsReplacedOnce() {
        AtomicInteger given = new AtomicInteger();
        Credentials source = Credentials.source(() -> Credentials.Token.of("t" + given.incrementAndGet()));
        HarkRest rest = rest(HarkOptions.of("http://a:80", source), request -> FakeResponse.error(request, 401, 40142));
        CompletableFuture<?> time = rest.time();
        world.settle();

        assertThat(failureCode(time.copy())).isEqualTo(40142);
        assertThat(given).hasValue(2);
    }

    @Test
    void anotherEndpointIsAskedWhenOneFails() {
        HarkRest rest = rest(
                options().withEndpoints(List.of(URI.create("http://down:80"), URI.create("http://b:80"))),
                request -> FakeResponse.json(request, 201, "{\"serials\":[\"s\"]}"));
        world.node().unreachable("down");
        CompletableFuture<PublishResult> published =
                rest.channel("c", Codec.text()).publish("e", "a");
        world.settle();

        assertThat(published.join().serial()).isEqualTo("s");
        assertThat(asked).extracting(request -> request.uri().getHost()).containsExactly("b");
    }

    @Test
    void aPublishThatTheServerWouldNotRecogniseIsNotRepeated() {
        HarkRest rest = rest(
                options()
                        .withIdempotent(false)
                        .withEndpoints(List.of(URI.create("http://a:80"), URI.create("http://b:80"))),
                request -> FakeResponse.error(request, 503, 50003));
        CompletableFuture<PublishResult> published =
                rest.channel("c", Codec.text()).publish("e", "a");
        world.settle();

        assertThat(failureCode(published.copy())).isEqualTo(50003);
        assertThat(asked).hasSize(1);
    }

    @Test
    void anAnswerOfSomethingElseIsAnErrorToo() {
        HarkRest rest = rest(options(), request -> FakeResponse.json(request, 404, "<html>"));
        CompletableFuture<?> time = rest.time();
        world.settle();

        assertThat(failureCode(time.copy())).isEqualTo(40400);
    }

    @Test
    void aTokenIsMadeWithAKey() {
        HarkRest rest = rest(
                options(),
                request -> FakeResponse.json(request, 201, "{\"token\":\"app.t\",\"expires\":1700000060000}"));
        CompletableFuture<Credentials.Token> token = rest.requestToken(TokenParams.DEFAULTS.withClientId("ann"));
        world.settle();

        assertThat(token.join().value()).isEqualTo("app.t");
        assertThat(token.join().expires().map(java.time.Instant::toEpochMilli))
                .isEqualTo(Optional.of(1_700_000_060_000L));
        assertThat(asked.getFirst().uri().getPath()).isEqualTo("/keys/app.id/requestToken");
        assertThatThrownBy(() -> HarkRest.create(HarkOptions.of("http://a", Credentials.token("t")), world)
                        .requestToken(TokenParams.DEFAULTS))
                .isInstanceOf(IllegalStateException.class);
    }
}
