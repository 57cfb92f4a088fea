package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.protocol.Format;
import io.hark.sdk.Channel;
import io.hark.sdk.Codec;
import io.hark.sdk.ConnectionState;
import io.hark.sdk.Credentials;
import io.hark.sdk.Cursor;
import io.hark.sdk.Delivery;
import io.hark.sdk.Draft;
import io.hark.sdk.From;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkException;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.HarkRest;
import io.hark.sdk.HistoryQuery;
import io.hark.sdk.Limits;
import io.hark.sdk.Member;
import io.hark.sdk.Message;
import io.hark.sdk.MessageReader;
import io.hark.sdk.PublishResult;
import io.hark.sdk.Timing;
import io.hark.sdk.TokenParams;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// `sdk-java` against a node, over sockets that are cut.
@ParameterizedClass(name = "{0}")
@EnumSource(Format.class)
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HarkSdkInteropTest extends OnOneNode {
    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final Timing IMPATIENT = Timing.DEFAULTS.withRetries(Duration.ofMillis(10), Duration.ofMillis(100));

    @Parameter
    private Format format;

    private final ConcurrentLinkedQueue<HarkClient> open = new ConcurrentLinkedQueue<>();
    private CuttableProxy proxy;

    @BeforeEach
    void openProxy() throws Exception {
        proxy = new CuttableProxy(node.port());
    }

    @AfterEach
    void closeClients() throws IOException {
        proxy.heal();
        open.forEach(HarkClient::close);
        proxy.close();
    }

    private HarkOptions options(int port, Credentials credentials) {
        return HarkOptions.of("http://localhost:" + port, credentials)
                .withFormat(format)
                .withTiming(IMPATIENT);
    }

    private HarkOptions options() {
        return options(node.port(), Credentials.key(key));
    }

    private HarkOptions throughProxy() {
        return options(proxy.port(), Credentials.key(key));
    }

    private HarkClient client(HarkOptions options) {
        HarkClient client = HarkClient.connect(options);
        open.add(client);
        return client;
    }

    private Channel<String> channel(HarkClient client) {
        return client.channel(name, Codec.text());
    }

    /// A reader that has begun.
    private static <T> MessageReader<T> reading(Channel<T> channel, From from) throws InterruptedException {
        MessageReader<T> reader = channel.reader(from);
        assertThat(reader.next(WITHIN).orElseThrow()).isInstanceOf(Delivery.Started.class);
        return reader;
    }

    private static <T> Message<T> message(MessageReader<T> reader) throws InterruptedException {
        return received(reader).message();
    }

    private static <T> Delivery.Received<T> received(MessageReader<T> reader) throws InterruptedException {
        Delivery<T> delivery = reader.next(WITHIN).orElseThrow(() -> new AssertionError("nothing came"));
        assertThat(delivery).isInstanceOf(Delivery.Received.class);
        return (Delivery.Received<T>) delivery;
    }

    private static List<String> texts(MessageReader<String> reader, int count) throws InterruptedException {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            texts.add(message(reader).value());
        }
        return texts;
    }

    private static String recoveryKey(HarkClient client) throws Exception {
        return client.recoveryKey().get(WITHIN.toSeconds(), TimeUnit.SECONDS).orElseThrow();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    private static CompletableFuture<Void> publishing(Channel<String> channel, List<String> texts) {
        return CompletableFuture.allOf(texts.stream()
                        .map(text -> channel.publish("event", text))
                        .toArray(CompletableFuture[]::new))
                .orTimeout(WITHIN.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void whatIsPublishedIsReceivedAsItWas() throws Exception {
        MessageReader<Object> reader = reading(client(options()).channel(name), From.now());
        Channel<Object> publisher = client(options().withClientId("ann")).channel(name);
        PublishResult result = publisher
                .publishAll(List.of(
                        Draft.<Object>of("text", "a \u00e4 \ud83d\ude00"),
                        Draft.<Object>of("bytes", new byte[] {0, -1, 127}),
                        Draft.<Object>of("json", Map.of("n", 7L)).withExtras(Map.of("headers", Map.of("h", "v"))),
                        Draft.named("nothing")))
                .get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        Message<Object> text = message(reader);
        assertThat(text.value()).isEqualTo("a \u00e4 \ud83d\ude00");
        assertThat(text.name()).contains("text");
        assertThat(text.clientId()).contains("ann");
        assertThat(text.serial()).contains(result.serial());
        assertThat((byte[]) message(reader).value()).containsExactly(0, -1, 127);
        Message<Object> json = message(reader);
        assertThat(json.value()).isEqualTo(Map.of("n", 7L));
        assertThat(json.extras()).isEqualTo(Map.of("headers", Map.of("h", "v")));
        assertThat(message(reader).data()).isEmpty();
        assertThat(result.serials()).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void aRewindBringsTheNewestAndGoesOn() throws Exception {
        Channel<String> channel = channel(client(options()));
        publishing(channel, numbers(0, 5)).join();
        MessageReader<String> reader = reading(channel(client(options())), From.last(2));
        publishing(channel, numbers(5, 6)).join();

        assertThat(texts(reader, 3)).isEqualTo(numbers(3, 6));
    }

    @Test
    void aHistoryOfManyPagesIsAStream() {
        Channel<String> channel = channel(client(options()));
        publishing(channel, numbers(0, 25)).join();

        assertThat(channel.history(HistoryQuery.oldestFirst().withPageSize(10)).stream()
                        .map(Message::value))
                .isEqualTo(numbers(0, 25));
        assertThat(channel.history(HistoryQuery.newestFirst().withPageSize(10)).stream()
                        .map(Message::value)
                        .limit(3))
                .containsExactly("m24", "m23", "m22");
    }

    @Test
    void aSubscriberWhoseSocketIsCutOftenMissesNothingAndSeesNothingTwice() throws Exception {
        MessageReader<String> reader = reading(channel(client(throughProxy())), From.now());
        Channel<String> publisher = channel(client(options()));
        List<String> received = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            CompletableFuture<Void> published = publishing(publisher, numbers(20 * round, 20 * round + 20));
            proxy.cut();
            published.join();
            if (round % 2 == 0) {
                received.addAll(texts(reader, 20 * round + 20 - received.size()));
            }
        }
        received.addAll(texts(reader, 400 - received.size()));

        assertThat(received).isEqualTo(numbers(0, 400));
        assertThat(reader.next(Duration.ofMillis(100))).isEmpty();
    }

    @Test
    void aPublisherWhoseSocketIsCutOftenLosesNothingAndDoublesNothing() throws Exception {
        MessageReader<String> reader = reading(channel(client(options())), From.now());
        Channel<String> publisher = channel(client(throughProxy()));
        List<CompletableFuture<Void>> published = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            published.add(publishing(publisher, numbers(20 * round, 20 * round + 20)));
            proxy.cut();
            if (round % 3 == 0) {
                published.getLast().join();
            }
        }
        CompletableFuture.allOf(published.toArray(CompletableFuture[]::new)).join();

        assertThat(texts(reader, 400)).isEqualTo(numbers(0, 400));
        assertThat(reader.next(Duration.ofMillis(100))).isEmpty();
    }

    @Test
    void aSubscriberThatReadsLateGetsEverything() throws Exception {
        Limits small = new Limits(10_000, 64 << 20, 32, 8 << 20, 16 << 20);
        HarkClient client = client(options().withLimits(small).withClientId("ann"));
        MessageReader<String> late = reading(channel(client), From.now());
        MessageReader<String> prompt = reading(channel(client), From.now());
        channel(client).presence().enter("in").get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        publishing(channel(client(options())), numbers(0, 1_000)).join();

        assertThat(texts(prompt, 1_000)).isEqualTo(numbers(0, 1_000));
        assertThat(texts(late, 1_000)).isEqualTo(numbers(0, 1_000));
        assertThat(channel(client).presence().members().get(WITHIN.toSeconds(), TimeUnit.SECONDS))
                .hasSize(1);
    }

    @Test
    void anotherClientGoesOnAtACursor() throws Exception {
        HarkClient first = client(options());
        MessageReader<String> reader = reading(channel(first), From.now());
        Channel<String> publisher = channel(client(options()));
        publishing(publisher, numbers(0, 2)).join();
        Cursor cursor = reader.next(WITHIN).orElseThrow().cursor();
        first.close();
        publishing(publisher, numbers(2, 4)).join();

        assertThat(texts(reading(channel(client(options())), From.after(cursor)), 3))
                .isEqualTo(numbers(1, 4));
    }

    @Test
    void aCursorThatMeansNothingToTheServerIsAGap() throws Exception {
        MessageReader<String> reader = reading(channel(client(options())), From.after(new Cursor("nonsense")));

        assertThat(reader.next(WITHIN).orElseThrow()).isInstanceOf(Delivery.Gap.class);
        publishing(channel(client(options())), numbers(0, 1)).join();
        assertThat(texts(reader, 1)).isEqualTo(numbers(0, 1));
    }

    @Test
    void anotherClientTakesOverConnectionAndPlaces() throws Exception {
        HarkClient first = client(throughProxy());
        MessageReader<String> before = reading(channel(first), From.now());
        Channel<String> publisher = channel(client(options()));
        publishing(publisher, numbers(0, 1)).join();
        String read = received(before).cursor().value();
        ConnectionState state = first.state();
        // A reader has a message a moment before its subscription counts it as handed over.
        eventually("the key says that it was read", () -> recoveryKey(first).contains(read));
        String recovery = recoveryKey(first);
        proxy.partition();
        publishing(publisher, numbers(1, 4)).join();
        HarkClient second = client(options().withRecovery(recovery));

        assertThat(texts(reading(channel(second), From.now()), 3)).isEqualTo(numbers(1, 4));
        assertThat(second.state()).isEqualTo(state);
    }

    @Test
    void whoIsPresentIsKnownToOthersAndStaysOverCuts() throws Exception {
        HarkClient ann = client(throughProxy().withClientId("ann"));
        channel(ann).presence().enter("in").get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        HarkClient other = client(options().withClientId("bob"));
        for (int round = 0; round < 3; round++) {
            proxy.cut();
            channel(ann).presence().update("round " + round).get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        }
        channel(other).presence().enter("also").get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        List<Member<String>> members = channel(other).presence().members().get(WITHIN.toSeconds(), TimeUnit.SECONDS);

        assertThat(members)
                .extracting(member -> member.clientId() + " " + member.data().orElse(""))
                .containsExactlyInAnyOrder("ann round 2", "bob also");
        channel(ann).presence().leave().get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        eventually(
                "she has left",
                () -> channel(other)
                                .presence()
                                .members()
                                .get(WITHIN.toSeconds(), TimeUnit.SECONDS)
                                .size()
                        == 1);
    }

    @Test
    void anExpiredTokenIsReplacedAndTheConnectionGoesOn() throws Exception {
        AtomicInteger given = new AtomicInteger();
        HarkRest rest = HarkRest.create(options());
        HarkClient client = client(options(node.port(), Credentials.source(() -> {
            given.incrementAndGet();
            TokenParams brief = TokenParams.DEFAULTS.withTtl(Duration.ofSeconds(3));
            return Credentials.Token.of(rest.requestToken(brief).get().value());
        })));
        MessageReader<String> reader = reading(channel(client), From.now());
        ConnectionState before = client.state();
        eventually("another token", () -> given.get() >= 2 && client.state() instanceof ConnectionState.Connected);

        assertThat(client.state()).isEqualTo(before);
        publishing(channel(client(options())), numbers(0, 1)).join();
        assertThat(texts(reader, 1)).isEqualTo(numbers(0, 1));
    }

    @Test
    void theServerIsGivenANewTokenBeforeTheOldOneExpires() throws Exception {
        AtomicInteger given = new AtomicInteger();
        HarkRest rest = HarkRest.create(options());
        List<ConnectionState> states = new CopyOnWriteArrayList<>();
        HarkClient client = client(options(node.port(), Credentials.source(() -> {
            given.incrementAndGet();
            TokenParams brief = TokenParams.DEFAULTS.withTtl(Duration.ofSeconds(32));
            return rest.requestToken(brief).get();
        })));
        client.connected().get(WITHIN.toSeconds(), TimeUnit.SECONDS);
        client.watch(states::add);
        eventually("another token", () -> given.get() >= 2);
        client.ping().get(WITHIN.toSeconds(), TimeUnit.SECONDS);

        assertThat(states).hasSize(1);
    }

    @Test
    void whatIsNotAllowedIsRefusedWithItsCode() throws Exception {
        HarkClient unknown = client(options(node.port(), Credentials.key("no.such:key")));
        assertThatThrownBy(() -> unknown.connected().get(WITHIN.toSeconds(), TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(HarkException.class)
                .hasMessageContaining("40101");
        String publishOnly = node.makeApp("{\"*\":[\"publish\"]}").getFirst();
        HarkClient publisher = client(options(node.port(), Credentials.key(publishOnly)));
        publishing(channel(publisher), numbers(0, 1)).join();
        assertThatThrownBy(() -> channel(publisher).reader(From.now()).next(WITHIN))
                .hasMessageContaining("40160");
        String subscribeOnly = node.makeApp("{\"*\":[\"subscribe\"]}").getFirst();
        HarkClient subscriber = client(options(node.port(), Credentials.key(subscribeOnly)));
        reading(channel(subscriber), From.now());
        assertThatThrownBy(() -> channel(subscriber).publishBlocking("event", "a"))
                .isInstanceOfSatisfying(
                        HarkException.class,
                        refused -> assertThat(refused.code()).isEqualTo(40160));
    }

    @Test
    void requestsPublishAndReadToo() throws Exception {
        HarkRest rest = HarkRest.create(options());
        rest.channel(name, Codec.text()).publish("event", "a").get(WITHIN.toSeconds(), TimeUnit.SECONDS);

        assertThat(rest.channel(name, Codec.text()).history(HistoryQuery.newestFirst()).stream()
                        .map(Message::value))
                .containsExactly("a");
        assertThat(rest.time().get(WITHIN.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    }
}
