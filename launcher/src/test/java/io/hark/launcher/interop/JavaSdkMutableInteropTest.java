package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.data;
import static io.hark.launcher.interop.JavaClients.inbox;
import static io.hark.launcher.interop.JavaClients.query;
import static io.hark.launcher.interop.JavaClients.refusal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ChannelState;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.Annotation;
import io.ably.lib.types.AnnotationAction;
import io.ably.lib.types.ChannelMode;
import io.ably.lib.types.ChannelOptions;
import io.ably.lib.types.Message;
import io.ably.lib.types.MessageAction;
import io.ably.lib.types.MessageOperation;
import io.ably.lib.types.PaginatedResult;
import io.ably.lib.types.Summary;
import io.ably.lib.types.SummaryClientIdCounts;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The Java SDK against a node: messages that change, and annotations of messages. Its protocol version has
/// updates and deletes, but no appends.
class JavaSdkMutableInteropTest extends WithJavaSdk {
    private final String mutable = "mutable:" + name;
    private Channel channel;
    private List<Message> received;

    @BeforeEach
    void attach() throws Exception {
        channel = clients.connected(key).channels.get(mutable);
        received = inbox(channel);
    }

    private Message published(Object data) throws Exception {
        int before = received.size();
        complete(listener -> channel.publish("greeting", data, listener));
        eventually("the message", () -> received.size() > before);
        return received.get(before);
    }

    private static Message changeOf(Message message, Object data) {
        Message change = new Message(null, data);
        change.serial = message.serial;
        return change;
    }

    @Test
    void anUpdateChangesWhatItBringsAndTellsWhoAndWhy() throws Exception {
        Message message = published("Hello");
        channel.updateMessage(
                changeOf(message, "Hullo"), new MessageOperation("ed", "a typo", Map.of("reason", "typo")));
        eventually("the update", () -> received.size() == 2);

        Message update = received.get(1);
        assertThat(update.action).isEqualTo(MessageAction.MESSAGE_UPDATE);
        assertThat(update.serial).isEqualTo(message.serial);
        assertThat(update.data).isEqualTo("Hullo");
        assertThat(update.name).isEqualTo("greeting");
        assertThat(update.timestamp).isEqualTo(message.timestamp);
        assertThat(update.version.serial).isGreaterThan(message.serial);
        assertThat(update.version.timestamp).isGreaterThan(message.timestamp);
        assertThat(update.version.clientId).isEqualTo("ed");
        assertThat(update.version.description).isEqualTo("a typo");
        assertThat(update.version.metadata).isEqualTo(Map.of("reason", "typo"));
    }

    @Test
    void aMessageIsReadWithAllThatBecameOfIt() throws Exception {
        Message message = published("Hello");
        clients.rest(key).channels.get(mutable).updateMessage(changeOf(message, "Goodbye"));
        channel.deleteMessage(changeOf(message, null));
        eventually("both changes", () -> received.size() == 3);
        assertThat(received.get(2).action).isEqualTo(MessageAction.MESSAGE_DELETE);

        Message latest = clients.rest(key).channels.get(mutable).getMessage(message.serial);
        assertThat(latest.action).isEqualTo(MessageAction.MESSAGE_DELETE);
        assertThat(latest.data).isEqualTo("Goodbye");
        assertThat(channel.getMessage(message.serial).version.serial).isEqualTo(latest.version.serial);
        PaginatedResult<Message> page = channel.getMessageVersions(message.serial, query("limit", "2"));
        assertThat(data(Arrays.asList(page.items()))).containsExactly("Hello", "Goodbye");
        assertThat(page.next().items())
                .extracting(version -> version.action)
                .containsExactly(MessageAction.MESSAGE_DELETE);
        assertThat(channel.history(null).items())
                .hasSize(1)
                .extracting(one -> one.version.serial)
                .containsExactly(latest.version.serial);
    }

    @Test
    void aClientWhoseProtocolHasNoAppendsGetsTheWholeMessage() throws Exception {
        Message message = published("a");
        for (String more : List.of("b", "c")) {
            append(message.serial, more);
        }
        eventually("both appends", () -> received.size() == 3);

        assertThat(data(received)).containsExactly("a", "ab", "abc");
        assertThat(received.subList(1, 3)).extracting(one -> one.action).containsOnly(MessageAction.MESSAGE_UPDATE);
    }

    /// As a server without an SDK does it.
    private void append(String serial, String text) throws Exception {
        URI uri = node.uri("/channels/%s/messages/%s"
                .formatted(URLEncoder.encode(mutable, UTF_8), URLEncoder.encode(serial, UTF_8)));
        HttpResponse<String> response = node.http()
                .send(
                        HttpRequest.newBuilder(uri)
                                .header("Content-Type", "application/json")
                                .header("X-Ably-Version", "6")
                                .header(
                                        "Authorization",
                                        "Basic " + Base64.getEncoder().encodeToString(key.getBytes(UTF_8)))
                                .method(
                                        "PATCH",
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"action\":5,\"data\":\"%s\"}".formatted(text)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Test
    void whatCannotBeChangedIsRefusedWithACode() throws Exception {
        Channel plain = clients.connected(key).channels.get("plain-" + UUID.randomUUID());
        List<Message> there = inbox(plain);
        complete(listener -> plain.publish("event", "text", listener));
        eventually("the message", () -> there.size() == 1);

        AblyException refused = catchThrowableOfType(
                AblyException.class, () -> plain.updateMessage(changeOf(there.getFirst(), "changed")));
        assertThat(refused.errorInfo.code).isEqualTo(93002);
        assertThat(refusal(listener -> plain.annotations.publish(
                                there.getFirst().serial, annotation("n:total.v1", null), listener))
                        .code)
                .isEqualTo(93002);
        assertThat(catchThrowableOfType(AblyException.class, () -> channel.getMessage("nonsense")).errorInfo.code)
                .isEqualTo(40003);
    }

    private static Annotation annotation(String type, String label) {
        Annotation annotation = new Annotation();
        annotation.type = type;
        annotation.name = label;
        return annotation;
    }

    @Test
    void annotationsReachTheirSubscribersAndAreSummedUp() throws Exception {
        AblyRealtime ann = clients.connected(key, options -> options.clientId = "ann");
        ChannelOptions modes = new ChannelOptions();
        modes.modes = new ChannelMode[] {
            ChannelMode.publish, ChannelMode.subscribe, ChannelMode.annotation_publish, ChannelMode.annotation_subscribe
        };
        Channel annotated = ann.channels.get(mutable, modes);
        List<Annotation> annotations = new CopyOnWriteArrayList<>();
        annotated.annotations.subscribe(annotations::add);
        JavaClients.awaitState(annotated, ChannelState.attached);
        Message message = published("text");

        for (String type : List.of("n:total.v1", "n:flag.v1", "n:distinct.v1", "n:unique.v1", "n:multiple.v1")) {
            complete(
                    listener -> annotated.annotations.publish(message.serial, annotation(type, label(type)), listener));
        }
        Annotation more = annotation("n:multiple.v1", "a");
        more.count = 4;
        clients.rest(key).channels.get(mutable).annotations.publish(message.serial, more);
        eventually("all annotations", () -> annotations.size() == 6);
        assertThat(annotations).extracting(one -> one.action).containsOnly(AnnotationAction.ANNOTATION_CREATE);
        assertThat(annotations).extracting(one -> one.messageSerial).containsOnly(message.serial);
        assertThat(annotations).allMatch(one -> one.serial.compareTo(message.serial) > 0);
        complete(listener -> annotated.annotations.delete(message.serial, annotation("n:unique.v1", "a"), listener));
        eventually("the deletion", () -> annotations.size() == 7);
        assertThat(annotations.get(6).action).isEqualTo(AnnotationAction.ANNOTATION_DELETE);

        eventually(
                "the last summary", () -> received.getLast().annotations.summary.get("n:unique.v1") == null);
        assertThat(received.getLast().action).isEqualTo(MessageAction.MESSAGE_SUMMARY);
        assertSummary(received.getLast());
        assertSummary(channel.getMessage(message.serial));
        assertSummary(channel.history(null).items()[0]);
        List<String> listed = new ArrayList<>();
        PaginatedResult<Annotation> page = channel.annotations.get(message.serial, query("limit", "4"));
        for (; page != null; page = page.hasNext() ? page.next() : null) {
            Arrays.stream(page.items()).map(one -> one.serial).forEach(listed::add);
        }
        assertThat(listed)
                .containsExactlyElementsOf(
                        annotations.stream().map(one -> one.serial).toList());
    }

    private static String label(String type) {
        return type.equals("n:total.v1") || type.equals("n:flag.v1") ? null : "a";
    }

    private static void assertSummary(Message message) {
        Summary summary = message.annotations.summary;
        assertThat(Summary.asSummaryTotalV1(summary.get("n:total.v1")).total).isEqualTo(1);
        assertThat(Summary.asSummaryFlagV1(summary.get("n:flag.v1")).clientIds).containsExactly("ann");
        assertThat(Summary.asSummaryDistinctV1(summary.get("n:distinct.v1")).get("a").clientIds)
                .containsExactly("ann");
        SummaryClientIdCounts counts =
                Summary.asSummaryMultipleV1(summary.get("n:multiple.v1")).get("a");
        assertThat(counts.total).isEqualTo(5);
        assertThat(counts.clientIds).isEqualTo(Map.of("ann", 1));
        assertThat(counts.totalUnidentified).isEqualTo(4);
        assertThat(counts.totalClientIds).isEqualTo(1);
        assertThat(counts.clipped).isFalse();
    }
}
