package io.hark.channel;

import static io.hark.channel.StoredSlot.serial;
import static io.hark.channel.StoredSlot.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Annotation;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MessageChangesTest {
    private static final String UNKNOWN = "01700000000000-000@eu.1.77:000";

    private final StoredSlot slot = new StoredSlot();

    private ErrorInfo refusal(List<PublishResult> results) {
        slot.commit();
        return StoredSlot.refusal(results);
    }

    private static String version(Message message) {
        return message.version().flatMap(MessageVersion::serial).orElseThrow();
    }

    private EntryBody.Version lastVersion() {
        return (EntryBody.Version) slot.delivered.getLast().body();
    }

    @Test
    void anUpdateReplacesWhatItBringsAndKeepsTheRest() {
        slot.subscribe();
        String serial = slot.publish("old");
        Message original = slot.latest(serial);
        var results = slot.change(serial, MessageAction.UPDATE, Payload.text("new"));
        slot.commit();

        Message latest = slot.latest(serial);
        assertThat(text(latest)).isEqualTo("new");
        assertThat(latest.name()).contains("name");
        assertThat(latest.clientId()).contains("ann");
        assertThat(latest.timestamp()).isEqualTo(original.timestamp());
        assertThat(latest.id()).isEqualTo(original.id());
        assertThat(latest.action()).isEqualTo(MessageAction.UPDATE);
        assertThat(latest.version().orElseThrow())
                .isEqualTo(new MessageVersion(
                        Optional.of(serial(results)),
                        original.timestamp() + 1,
                        Optional.of("editor"),
                        Optional.of("because"),
                        Map.of("k", "UPDATE")));
        assertThat(serial(results)).isGreaterThan(serial);
        assertThat(lastVersion().message()).isEqualTo(latest);
        assertThat(slot.delivered.getLast().prevLsn())
                .isEqualTo(slot.delivered.getFirst().lsn());
    }

    @Test
    void aDeleteKeepsWhatItDoesNotReplace() {
        String serial = slot.publish("text");
        slot.change(serial, MessageAction.DELETE, Payload.NONE);
        slot.commit();

        assertThat(slot.latest(serial).action()).isEqualTo(MessageAction.DELETE);
        assertThat(text(slot.latest(serial))).isEqualTo("text");
    }

    @Test
    void appendsAreJoinedAndDeliveredAsTheyCome() {
        slot.subscribe();
        String serial = slot.publish("a");
        slot.change(serial, MessageAction.APPEND, Payload.text("b"));
        var last = slot.change(serial, MessageAction.APPEND, Payload.text("c"));
        slot.commit();

        Message latest = slot.latest(serial);
        assertThat(text(latest)).isEqualTo("abc");
        assertThat(latest.action()).isEqualTo(MessageAction.UPDATE);
        assertThat(version(latest)).isEqualTo(serial(last));
        EntryBody.Version told = lastVersion();
        assertThat(told.message().action()).isEqualTo(MessageAction.APPEND);
        assertThat(text(told.message())).isEqualTo("c");
        assertThat(told.message().name()).contains("name");
        assertThat(told.originalLsn()).isEqualTo(slot.delivered.get(0).lsn());
        assertThat(told.previousLsn()).isEqualTo(slot.delivered.get(1).lsn());
    }

    @Test
    void manyAppendsAreNotReadOneByOne() {
        String serial = slot.publish("");
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 3 * ChangedMessage.APPENDS_MAX; i++) {
            slot.change(serial, MessageAction.APPEND, Payload.text("x" + i));
            all.append('x').append(i);
        }
        slot.commit();

        assertThat(text(slot.latest(serial))).isEqualTo(all.toString());
        long wholes = slot.appends.stream()
                .map(TestSlot::entry)
                .filter(entry -> entry.body() instanceof EntryBody.Version version
                        && version.whole().isPresent())
                .count();
        assertThat(wholes).isEqualTo(3);
        slot.failOver();
        slot.change(serial, MessageAction.APPEND, Payload.text("end"));
        slot.commit();
        assertThat(text(slot.latest(serial))).isEqualTo(all + "end");
    }

    @Test
    void bytesAreJoinedToBytesOnly() {
        String serial = slot.publish("name", Payload.binary(new byte[] {1, 2}), Optional.empty());
        slot.change(serial, MessageAction.APPEND, Payload.binary(new byte[] {3}));
        assertThat(refusal(slot.change(serial, MessageAction.APPEND, Payload.text("x")))
                        .code())
                .isEqualTo(40013);
        Message encoded = Message.of(Optional.empty(), Payload.binary(new byte[] {4}))
                .withData(Payload.binary(new byte[] {4}), Optional.of("cipher+aes-128-cbc"));
        assertThat(refusal(slot.change(serial, MessageAction.APPEND, encoded, Optional.empty(), StoredSlot.BYTES_MAX))
                        .code())
                .isEqualTo(40013);
        slot.commit();

        assertThat(slot.latest(serial).data()).isEqualTo(Payload.binary(new byte[] {1, 2, 3}));
    }

    @Test
    void whatWouldNotBeReadableAfterwardsIsNotJoined() {
        for (String encoding : List.of("json", "utf-8/cipher+aes-256-cbc", "json/utf-8/cipher+aes-128-cbc")) {
            Message whole =
                    Message.of(Optional.empty(), Payload.NONE).withData(Payload.text("{}"), Optional.of(encoding));
            String serial = slot.publish(whole);
            assertThat(refusal(slot.change(serial, MessageAction.APPEND, whole, Optional.empty(), StoredSlot.BYTES_MAX))
                            .code())
                    .isEqualTo(40013);
            slot.commit();

            assertThat(text(slot.latest(serial))).isEqualTo("{}");
        }
    }

    @Test
    void aMessageDoesNotGrowBeyondTheLimit() {
        String serial = slot.publish("12345678");
        Message more = Message.of(Optional.empty(), Payload.text("x"));
        int bytes = "12345678x".length() + "name".length() + "ann".length();

        assertThat(refusal(slot.change(serial, MessageAction.APPEND, more, Optional.empty(), bytes - 1))
                        .code())
                .isEqualTo(40009);
        assertThat(slot.change(serial, MessageAction.APPEND, more, Optional.empty(), bytes))
                .isEmpty();
    }

    @Test
    void anothersMessageIsNotOnesOwn() {
        String serial = slot.publish("text");
        Message change = Message.of(Optional.empty(), Payload.text("x"));

        assertThat(refusal(slot.change(serial, MessageAction.UPDATE, change, Optional.of("bob"), 1_000))
                        .code())
                .isEqualTo(40160);
        assertThat(slot.change(serial, MessageAction.UPDATE, change, Optional.of("ann"), 1_000))
                .isEmpty();
        String anonymous = slot.publish("name", Payload.text("x"), Optional.empty());
        assertThat(refusal(slot.change(anonymous, MessageAction.UPDATE, change, Optional.of("ann"), 1_000))
                        .code())
                .isEqualTo(40160);
    }

    @Test
    void whatIsNotThereIsNotChanged() {
        String serial = slot.publish("text");
        for (String unknown : List.of(
                UNKNOWN,
                serial.replace("@eu.1.", "@us.1."),
                serial.replace("@eu.1.", "@eu.2."),
                serial.replace(":000", ":001"),
                serial.replaceFirst("-\\d+@", "-999@"))) {
            assertThat(refusal(slot.change(unknown, MessageAction.UPDATE, Payload.text("x")))
                            .code())
                    .as(unknown)
                    .isEqualTo(40400);
            assertThat(slot.look(unknown, new MessageQuery.Latest())).isEmpty();
        }
        var update = slot.change(serial, MessageAction.UPDATE, Payload.text("x"));
        slot.commit();
        assertThat(refusal(slot.change(serial(update), MessageAction.UPDATE, Payload.text("y")))
                        .code())
                .isEqualTo(40400);
    }

    @Test
    void whatIsSentAgainIsFoundByItsId() {
        String serial = slot.publish("a");
        List<IdHash> id = List.of(new IdHash(7, 7));
        Publish.Change append = append(serial, "b");
        var first = slot.send(append, id, false);
        var again = slot.send(append, id, true);
        slot.commit();
        var later = slot.send(append, id, true);
        slot.failOver();
        var afterwards = slot.send(append, id, true);

        assertThat(again).isEqualTo(first);
        assertThat(later).isEqualTo(first);
        assertThat(afterwards).isEqualTo(first);
        assertThat(text(slot.latest(serial))).isEqualTo("ab");
    }

    @Test
    void appendsThatWereMadeOneAreEachFoundByTheirIds() {
        String serial = slot.publish("a");
        IdHash b = new IdHash(7, 7);
        IdHash c = new IdHash(7, 8);
        var both = slot.send(append(serial, "bc"), List.of(b, c), false);
        var atOnce = slot.send(append(serial, "c"), List.of(c), true);
        slot.commit();
        var later = slot.send(append(serial, "b"), List.of(b), true);
        slot.failOver();
        var afterwards = slot.send(append(serial, "c"), List.of(c), true);
        var next = slot.send(append(serial, "d"), List.of(new IdHash(7, 9)), true);
        slot.commit();

        assertThat(atOnce).isEqualTo(both);
        assertThat(later).isEqualTo(both);
        assertThat(afterwards).isEqualTo(both);
        assertThat(next).isNotEqualTo(both);
        assertThat(text(slot.latest(serial))).isEqualTo("abcd");
    }

    private static Publish.Change append(String serial, String text) {
        return new Publish.Change(
                new MessageBatch(
                        "conn:99",
                        Optional.of("conn"),
                        0,
                        List.of(Message.of(Optional.empty(), Payload.text(text))
                                .withAction(MessageAction.APPEND)
                                .withSerial(serial, Optional.empty()))),
                Optional.empty(),
                1_000);
    }

    @Test
    void othersWaitWhileAMessageIsLookedUp() {
        String serial = slot.publish("a");
        slot.failOver();
        slot.subscribe();
        slot.answersLater = true;
        slot.change(serial, MessageAction.APPEND, Payload.text("b"));
        slot.change(serial, MessageAction.APPEND, Payload.text("c"));
        slot.annotate(Annotation.of(serial, "n:total.v1", Optional.empty()));
        slot.change(serial, MessageAction.UPDATE, Payload.text("d"));
        slot.answerAll();
        slot.commit();

        assertThat(slot.delivered)
                .extracting(Entry::kind)
                .containsExactly(EntryKind.VERSION, EntryKind.VERSION, EntryKind.ANNOTATION, EntryKind.VERSION);
        slot.answersLater = false;
        assertThat(text(slot.latest(serial))).isEqualTo("d");
    }

    @Test
    void whatAppendsCameToIsOneVersion() {
        String serial = slot.publish("a");
        slot.change(serial, MessageAction.UPDATE, Payload.text("b"));
        slot.change(serial, MessageAction.APPEND, Payload.text("c"));
        slot.change(serial, MessageAction.APPEND, Payload.text("d"));
        slot.commit();
        assertThat(slot.versions(serial)).extracting(StoredSlot::text).containsExactly("a", "b", "bcd");
        slot.change(serial, MessageAction.APPEND, Payload.text("e"));
        slot.change(serial, MessageAction.DELETE, Payload.NONE);
        slot.commit();

        assertThat(slot.versions(serial)).extracting(StoredSlot::text).containsExactly("a", "b", "bcde", "bcde");
        assertThat(slot.versions(serial))
                .extracting(Message::action)
                .containsExactly(
                        MessageAction.CREATE, MessageAction.UPDATE, MessageAction.UPDATE, MessageAction.DELETE);
        assertThat(slot.versions(serial)).extracting(Message::serial).containsOnly(Optional.of(serial));
    }

    @Test
    void versionsComeInPages() {
        String serial = slot.publish("0");
        for (int i = 1; i < 6; i++) {
            slot.change(serial, MessageAction.UPDATE, Payload.text("" + i));
        }
        slot.change(serial, MessageAction.APPEND, Payload.text("+"));
        slot.commit();
        for (int max = 1; max < 9; max++) {
            StringBuilder all = new StringBuilder();
            String after = "";
            boolean more = true;
            while (more) {
                MessageDetails page =
                        slot.look(serial, new MessageQuery.Versions(after, max)).orElseThrow();
                assertThat(page.messages()).hasSizeBetween(1, max);
                page.messages().forEach(message -> all.append(text(message)).append(' '));
                Message last = page.messages().getLast();
                after = last.version()
                        .flatMap(MessageVersion::serial)
                        .or(last::serial)
                        .orElseThrow();
                more = page.more();
            }
            assertThat(all).as("pages of %d", max).hasToString("0 1 2 3 4 5 5+ ");
        }
    }

    @Test
    void historyShowsEachMessageOnceInItsPlaceAndItsLatestVersion() {
        String first = slot.publish("a");
        String second = slot.publish("b");
        String third = slot.publish("c");
        slot.change(second, MessageAction.UPDATE, Payload.text("B"));
        slot.change(first, MessageAction.APPEND, Payload.text("+"));
        slot.annotate(Annotation.of(third, "n:total.v1", Optional.empty()));
        slot.commit();

        assertThat(slot.history()).extracting(StoredSlot::text).containsExactly("a+", "B", "c");
        assertThat(slot.history().getLast().annotations())
                .isEqualTo(Map.of("summary", Map.of("n:total.v1", Map.of("total", 1L))));
    }

    @Test
    void whatIsNotCommittedIsNotShown() {
        String serial = slot.publish("a");
        slot.change(serial, MessageAction.APPEND, Payload.text("b"));
        slot.commit();
        slot.change(serial, MessageAction.APPEND, Payload.text("c"));
        slot.change(serial, MessageAction.DELETE, Payload.NONE);
        slot.annotate(Annotation.of(serial, "n:total.v1", Optional.empty()));

        assertThat(text(slot.latest(serial))).isEqualTo("ab");
        assertThat(slot.latest(serial).annotations()).isEmpty();
        assertThat(slot.versions(serial)).extracting(StoredSlot::text).containsExactly("a", "ab");
        assertThat(slot.history()).extracting(StoredSlot::text).containsExactly("ab");
        assertThat(slot.look(serial, new MessageQuery.Annotations("", 9))
                        .orElseThrow()
                        .annotations())
                .isEmpty();
        slot.commit();
        assertThat(text(slot.latest(serial))).isEqualTo("abc");
        assertThat(slot.latest(serial).action()).isEqualTo(MessageAction.DELETE);
    }

    @Test
    void aDeletedMessageDoesNotComeBackBeforeItExpires() {
        String serial = slot.publish("secret");
        slot.now += StoredSlot.POLICY.retention().toMillis() / 2;
        slot.change(serial, MessageAction.UPDATE, Payload.text("nothing"));
        slot.commit();
        String later = slot.publish("later");

        slot.store.expire(StoredSlot.NOON + StoredSlot.POLICY.retention().toMillis() - 1);
        assertThat(text(slot.latest(serial))).isEqualTo("nothing");

        slot.store.expire(StoredSlot.NOON + StoredSlot.POLICY.retention().toMillis() + 1_000);
        assertThat(slot.look(serial, new MessageQuery.Latest())).isEmpty();
        assertThat(slot.history()).extracting(StoredSlot::text).containsExactly("later");
        assertThat(text(slot.latest(later))).isEqualTo("later");
    }
}
