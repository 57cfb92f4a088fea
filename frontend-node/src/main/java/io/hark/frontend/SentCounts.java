package io.hark.frontend;

import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ContentSize;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.ObjectBatch;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.PresenceBatch;
import io.hark.rest.ItemSizes;
import io.hark.stats.Counting;
import io.hark.stats.Flow;
import io.hark.stats.Tally;
import io.hark.stats.Traffic;
import java.util.List;
import java.util.Optional;

/// Confined: how much there is in each of some entries, summed up, so that what a subscriber is sent of
/// them is counted by one difference for each measure, however many entries there are.
final class SentCounts {
    private static final int MEASURES = Traffic.Measure.values().length;
    private static final int COLUMNS = Traffic.Kind.values().length * MEASURES;

    /// By kind and measure, the sums through each entry; null where all are 0.
    private final int[][] columns = new int[COLUMNS][];

    private final int entries;

    private final FrameView shown;

    SentCounts(int entries, FrameView shown) {
        this.entries = entries;
        this.shown = shown;
    }

    /// To be called for one entry after the other.
    ///
    /// @param told     as subscribers are told of it
    /// @param original as it was published
    void put(int index, Entry told, Entry original) {
        for (int[] column : columns) {
            if (column != null && index > 0) {
                column[index] = column[index - 1];
            }
        }
        put(told, original, index);
    }

    /// Adds an entry to what there is in the last one.
    void add(Entry told) {
        put(told, told, entries - 1);
    }

    private void put(Entry told, Entry original, int index) {
        switch (told.body()) {
            case EntryBody.None() -> {}
            case EntryBody.Refusal refusal -> {}
            case EntryBody.Messages(MessageBatch batch) -> messages(index, batch, original);
            case EntryBody.Presence(PresenceBatch batch) ->
                traffic(
                        index,
                        Traffic.Kind.PRESENCE,
                        batch.presence().size(),
                        ItemSizes.ofPresence(batch.presence()),
                        ItemSizes.ofPresence(batch.presence()));
            case EntryBody.Version version -> messages(index, version.batch(), told);
            case EntryBody.Annotations(AnnotationBatch batch, Optional<Message> summary) -> {
                if (shown.annotations()) {
                    long bytes = batch.annotations().stream()
                            .mapToLong(ContentSize::of)
                            .sum();
                    traffic(index, Traffic.Kind.MESSAGES, batch.annotations().size(), bytes, bytes);
                }
                if (shown.summaries() && summary.isPresent()) {
                    long bytes = ContentSize.of(summary.get());
                    traffic(index, Traffic.Kind.MESSAGES, 1, bytes, bytes);
                }
            }
            case EntryBody.Objects(ObjectBatch batch) -> {
                long bytes = batch.operations().stream()
                        .mapToLong(ObjectMessage::size)
                        .sum();
                traffic(index, Traffic.Kind.OBJECTS, batch.operations().size(), bytes, bytes);
            }
        }
    }

    private void messages(int index, MessageBatch batch, Entry original) {
        List<Message> messages = batch.messages();
        long bytes = ItemSizes.ofMessages(messages);
        boolean differs = original.body() instanceof EntryBody.Messages(MessageBatch whole)
                && whole != batch
                && whole.messages().size() == messages.size();
        if (!differs) {
            traffic(index, Traffic.Kind.MESSAGES, messages.size(), bytes, bytes);
            return;
        }
        List<Message> published = ((EntryBody.Messages) original.body()).batch().messages();
        traffic(index, Traffic.Kind.MESSAGES, messages.size(), bytes, ItemSizes.ofMessages(published));
        for (int at = 0; at < messages.size(); at++) {
            if (messages.get(at) != published.get(at)) {
                add(index, Traffic.Kind.MESSAGES, Traffic.Measure.DELTA_COUNT, 1);
                add(
                        index,
                        Traffic.Kind.MESSAGES,
                        Traffic.Measure.DELTA_DATA,
                        messages.get(at).data().size());
                add(
                        index,
                        Traffic.Kind.MESSAGES,
                        Traffic.Measure.DELTA_UNCOMPRESSED_DATA,
                        published.get(at).data().size());
            }
        }
    }

    /// What goes out in one frame counts as one message.
    void frame(long bytes) {
        traffic(entries - 1, Traffic.Kind.MESSAGES, 1, bytes, bytes);
    }

    private void traffic(int index, Traffic.Kind kind, int count, long bytes, long uncompressed) {
        add(index, kind, Traffic.Measure.COUNT, count);
        add(index, kind, Traffic.Measure.DATA, bytes);
        add(index, kind, Traffic.Measure.UNCOMPRESSED_DATA, uncompressed);
    }

    private void add(int index, Traffic.Kind kind, Traffic.Measure measure, long more) {
        int number = kind.ordinal() * MEASURES + measure.ordinal();
        if (columns[number] == null) {
            columns[number] = new int[entries];
        }
        columns[number][index] += (int) more;
    }

    /// Counts that one subscriber was sent the entries from `from` to `to`, exclusive.
    void sent(Counting stats, int from, int to) {
        sent(stats, from, to, 1);
    }

    /// @param subscribers that were sent them
    void sent(Counting stats, int from, int to, int subscribers) {
        for (int number = 0; number < COLUMNS; number++) {
            int[] column = columns[number];
            if (column != null) {
                int before = from == 0 ? 0 : column[from - 1];
                stats.add(
                        Traffic.number(Flow.OUTBOUND_REALTIME, number), (long) subscribers * (column[to - 1] - before));
            }
        }
    }

    /// The same for a single entry.
    static void sent(Counting stats, Entry told, Entry original, FrameView shown) {
        SentCounts counts = new SentCounts(1, shown);
        counts.put(0, told, original);
        counts.sent(stats, 0, 1);
    }

    /// Counts what became of messages that were to be told as differences.
    static void differences(Counting stats, Entry told, Entry original) {
        if (original.body() instanceof EntryBody.Messages(MessageBatch whole)
                && told.body() instanceof EntryBody.Messages(MessageBatch batch)) {
            int succeeded = 0;
            for (int at = 0; at < batch.messages().size(); at++) {
                succeeded += batch.messages().get(at) != whole.messages().get(at) ? 1 : 0;
            }
            stats.add(Tally.DELTAS_SUCCEEDED, succeeded);
            stats.add(Tally.DELTAS_SKIPPED, batch.messages().size() - succeeded);
        }
    }
}
