package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final ChannelKey CHANNEL = new ChannelKey(1023, Long.MIN_VALUE, -1);

    private static Entry entry(EntryBody body) {
        return new Entry(
                Long.MAX_VALUE,
                Integer.MAX_VALUE,
                new Origin("eu-west", 16384),
                127,
                CHANNEL,
                128,
                1_790_000_000_000_123L,
                body);
    }

    private static EntryBody messages() {
        Message message = Message.of(Optional.of("event"), Payload.binary(new byte[] {1, 2, 3}));
        return new EntryBody.Messages(new MessageBatch("id", Optional.of("c1"), 5, List.of(message, message)));
    }

    private static Message changed(MessageAction action) {
        MessageVersion version =
                new MessageVersion(Optional.of("serial2"), 6, Optional.of("ed"), Optional.of("why"), Map.of("k", "v"));
        return Message.of(Optional.of("event"), Payload.text("text"))
                .withAction(action)
                .withSerial("serial", Optional.of(version));
    }

    private static EntryBody fragment() {
        MessageBatch batch = new MessageBatch("id", Optional.of("c1"), 5, List.of(changed(MessageAction.APPEND)));
        return new EntryBody.Version(batch, Optional.of(changed(MessageAction.UPDATE)), 1, Long.MAX_VALUE);
    }

    private static EntryBody version() {
        MessageBatch batch = new MessageBatch("id", Optional.empty(), 5, List.of(changed(MessageAction.DELETE)));
        return new EntryBody.Version(batch, Optional.empty(), 1, 1);
    }

    private static EntryBody annotations() {
        Annotation annotation = Annotation.of("serial", "n:flag.v1", Optional.empty());
        AnnotationBatch batch = new AnnotationBatch("id", Optional.of("c1"), 5, List.of(annotation));
        return new EntryBody.Annotations(
                batch, Optional.of(Summaries.message("serial", Map.of("n:total.v1", Map.of("total", 3L)))));
    }

    @Test
    void entriesOfEveryKindComeBackAsTheyWere() throws DamagedEntry {
        EntryBody presence = new EntryBody.Presence(new PresenceBatch(
                "id", Optional.empty(), 5, List.of(LogScript.member("ann", 5).event())));
        EntryBody refusal = new EntryBody.Refusal(new ErrorInfo(40400, 404, "there is no message ü"));
        for (EntryBody body :
                List.of(EntryBody.NONE, messages(), presence, fragment(), version(), annotations(), refusal)) {
            Entry entry = entry(body);
            byte[] bytes = EntryCodec.encode(entry);
            assertThat(EntryCodec.decode(bytes)).isEqualTo(entry);
            assertThat(EntryCodec.head(bytes)).isEqualTo(new EntryCodec.Head(entry.kind(), entry.hlc()));
        }
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] bytes = EntryCodec.encode(entry(messages()));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> EntryCodec.decode(damaged)).isInstanceOf(DamagedEntry.class);
            assertThatThrownBy(() -> EntryCodec.head(damaged)).isInstanceOf(DamagedEntry.class);
        }
    }

    @Test
    void everyMissingEndIsNoticed() {
        byte[] bytes = EntryCodec.encode(entry(messages()));
        for (int length = 0; length < bytes.length; length++) {
            byte[] torn = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> EntryCodec.decode(torn)).isInstanceOf(DamagedEntry.class);
        }
    }

    @Test
    void membersComeBackAsTheyWereAndDamageIsNoticed() throws DamagedEntry {
        var member = LogScript.member("ann", 5);
        byte[] bytes = MemberCodec.encode(member);
        assertThat(MemberCodec.decode(bytes)).isEqualTo(member);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> MemberCodec.decode(damaged)).isInstanceOf(DamagedEntry.class);
        }
    }
}
