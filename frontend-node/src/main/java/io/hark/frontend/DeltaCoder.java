package io.hark.frontend;

import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.vcdiff.VcdiffEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Confined: makes differences of messages to the ones before them, for the subscribers of one loop that
/// asked for `delta=vcdiff`. A message stays whole when the difference would not be smaller, when one of
/// the two cannot be told so, or when the loop has made as many differences as it has time for.
final class DeltaCoder {
    /// The only value of the channel param `delta`.
    static final String FORMAT = "vcdiff";

    private static final long BYTES_AT_ONCE_MAX = 16 << 20;
    private static final long BYTES_PER_SECOND_MAX = 64 << 20;

    /// Finding what two texts begin and end with takes so much less than searching them.
    private static final int COMPARED_PER_SEARCHED = 16;

    private static final String BASE64 = "base64";

    private final VcdiffEncoder encoder = new VcdiffEncoder();
    private final WorkBudget budget;

    /// @param clock milliseconds that only go forward
    DeltaCoder(LongSupplier clock) {
        this.budget = new WorkBudget(BYTES_AT_ONCE_MAX, BYTES_PER_SECOND_MAX, clock);
    }

    /// Value: a message that the next one may be told as a difference to.
    ///
    /// @param id as the subscriber knows it
    private record Base(String id, byte[] payload) {}

    /// The entry with its messages as differences, each to the one before it.
    ///
    /// @param before the entry with the message that the subscriber got last, if it is known
    /// @return the entry itself when there is nothing to gain
    Entry difference(Optional<Entry> before, Entry entry) {
        if (!(entry.body() instanceof EntryBody.Messages(MessageBatch batch))) {
            return entry;
        }
        Optional<Base> base = before.flatMap(DeltaCoder::lastOf);
        List<Message> told = new ArrayList<>(batch.messages().size());
        boolean smaller = false;
        for (int index = 0; index < batch.messages().size(); index++) {
            Message message = batch.messages().get(index);
            Optional<Base> own = base(batch, index);
            Optional<Message> difference =
                    base.isPresent() && own.isPresent() ? difference(base.get(), own.get(), message) : Optional.empty();
            told.add(difference.orElse(message));
            smaller |= difference.isPresent();
            base = own;
        }
        return smaller ? entry.with(new EntryBody.Messages(batch.with(told))) : entry;
    }

    private Optional<Message> difference(Base base, Base own, Message message) {
        long left = budget.left();
        if (left == 0) {
            return Optional.empty();
        }
        Optional<byte[]> difference = encoder.encode(base.payload(), own.payload(), left);
        budget.spend(encoder.scanned() + (base.payload().length + own.payload().length) / COMPARED_PER_SEARCHED);
        return difference.map(bytes -> {
            Map<String, Object> extras = new LinkedHashMap<>(message.extras());
            extras.put("delta", Map.of("from", base.id(), "format", FORMAT));
            return message.withData(Payload.binary(bytes), Optional.of(encoding(message)))
                    .withExtras(extras);
        });
    }

    /// The decoder gives bytes, which a text is to be made of again.
    private static String encoding(Message message) {
        String before = message.encoding().map(steps -> steps + '/').orElse("");
        return before + (message.data() instanceof Payload.Text ? "utf-8/" : "") + FORMAT;
    }

    private static Optional<Base> lastOf(Entry entry) {
        return entry.body() instanceof EntryBody.Messages(MessageBatch batch)
                ? base(batch, batch.messages().size() - 1)
                : Optional.empty();
    }

    /// The message as one end of a difference; empty when clients disagree on what its payload is.
    private static Optional<Base> base(MessageBatch batch, int index) {
        Message message = batch.messages().get(index);
        boolean plain = message.action() == MessageAction.CREATE
                && message.encoding().filter(DeltaCoder::isDecodedFirst).isEmpty();
        Optional<byte[]> payload = switch (message.data()) {
            case Payload.None() -> Optional.empty();
            case Payload.Text(String text) -> Optional.of(text.getBytes(StandardCharsets.UTF_8));
            case Payload.Binary(byte[] bytes) -> Optional.of(bytes);
        };
        return payload.filter(bytes -> plain && bytes.length > 0)
                .map(bytes -> new Base(message.id().orElseGet(() -> batch.id() + ':' + index), bytes));
    }

    /// Text that claims to be base64 and is not, or a publisher's own difference.
    private static boolean isDecodedFirst(String encoding) {
        return encoding.endsWith(BASE64) || encoding.contains(FORMAT);
    }
}
