package io.hark.frontend;

import io.hark.auth.Delivery;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.protocol.ContentSize;
import io.hark.protocol.Interpolation;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.ServerMessage;
import io.hark.rest.ItemSizes;
import io.hark.stats.Counting;
import io.hark.stats.Tally;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Value: entries that were held for an interval, as subscribers are told of them.
///
/// @param channel as the client wrote it
/// @param shown   what of an entry that has something for several modes
record HeldEntries(EntryFrames entryFrames, String channel, FrameView shown) {
    /// Messages in one frame; more make another one.
    static final int MESSAGES_MAX = 200;

    /// Bytes of payload in one frame, unless a single publish has more.
    static final int BYTES_MAX = 64 << 10;

    /// The entries less the messages that others take the place of: where messages are conflated, all
    /// but the last of each key.
    ///
    /// @param channelName without qualifier
    static List<Entry> survivors(Delivery delivery, String channelName, List<Entry> entries) {
        if (!(delivery instanceof Delivery.Conflated(var interval, Interpolation key))) {
            return entries;
        }
        Set<String> seen = new HashSet<>();
        List<Entry> backwards = new ArrayList<>(entries.size());
        for (Entry entry : entries.reversed()) {
            if (!(entry.body() instanceof EntryBody.Messages(MessageBatch batch))) {
                backwards.add(entry);
                continue;
            }
            boolean[] kept = new boolean[batch.messages().size()];
            int count = 0;
            for (int index = kept.length - 1; index >= 0; index--) {
                Message message = batch.messages().get(index);
                String id = message.id().orElse(batch.id() + ':' + index);
                kept[index] = seen.add(key.apply(channelName, id, message));
                count += kept[index] ? 1 : 0;
            }
            if (count > 0) {
                backwards.add(count == kept.length ? entry : entry.keeping(index -> kept[index]));
            }
        }
        return backwards.reversed();
    }

    /// What one subscriber is sent of entries that were held: a batch counts as one message, of conflated ones each.
    ///
    /// @param told as they go out
    SentCounts sent(Delivery delivery, List<Entry> told, List<ServerMessage> out) {
        SentCounts counts = new SentCounts(1, shown);
        if (delivery instanceof Delivery.Conflated) {
            told.forEach(counts::add);
            return counts;
        }
        for (ServerMessage frame : out) {
            if (frame instanceof ServerMessage.Messages batch) {
                counts.frame(ItemSizes.ofMessages(batch.messages()));
            } else if (frame instanceof ServerMessage.Annotations batch) {
                counts.frame(
                        batch.annotations().stream().mapToLong(ContentSize::of).sum());
            }
        }
        for (Entry entry : told) {
            if (entry.body() instanceof EntryBody.Presence || entry.body() instanceof EntryBody.Objects) {
                counts.add(entry);
            }
        }
        return counts;
    }

    /// Counts what was done to entries that were held, once for all who are told of them.
    ///
    /// @param told all of them
    static void count(Counting stats, Delivery delivery, List<Entry> told, List<Entry> survivors, int frames) {
        switch (delivery) {
            case Delivery.AtOnce atOnce -> {}
            case Delivery.Batched batched -> {
                stats.add(Tally.BATCHING_INBOUND_MESSAGES, messages(told));
                stats.add(Tally.BATCHING_GENERATED_BATCHES, frames);
            }
            case Delivery.Conflated conflated -> {
                stats.add(Tally.CONFLATING_INBOUND_MESSAGES, messages(told));
                stats.add(Tally.CONFLATING_GENERATED_BATCHES, frames);
                stats.add(Tally.CONFLATING_DISCARDED_MESSAGES, messages(told) - messages(survivors));
            }
        }
    }

    private static long messages(List<Entry> entries) {
        long messages = 0;
        for (Entry entry : entries) {
            messages += entry.body() instanceof EntryBody.Messages ? entry.count() : 0;
        }
        return messages;
    }

    /// The frames of entries, neighbouring publishes in one.
    List<ServerMessage> frames(List<Entry> entries) {
        List<ServerMessage> out = new ArrayList<>();
        List<Entry> together = new ArrayList<>();
        int messages = 0;
        int bytes = 0;
        for (Entry entry : entries) {
            if (entry.body() instanceof EntryBody.None || entry.body() instanceof EntryBody.Refusal) {
                continue; // A filter has left it out, or nobody is told of it.
            }
            boolean fits = entry.body() instanceof EntryBody.Messages
                    && messages + entry.count() <= MESSAGES_MAX
                    && bytes + entry.size() <= BYTES_MAX;
            if (!fits) {
                flush(together, out);
                messages = 0;
                bytes = 0;
            }
            together.add(entry);
            messages += entry.count();
            bytes += entry.size();
            if (!(entry.body() instanceof EntryBody.Messages)) {
                flush(together, out);
            }
        }
        flush(together, out);
        return out;
    }

    private void flush(List<Entry> together, List<ServerMessage> out) {
        if (together.size() == 1) {
            entryFrames.frames(channel, together.getFirst(), shown, out::add);
        } else if (!together.isEmpty()) {
            out.add(one(together));
        }
        together.clear();
    }

    /// One frame of several publishes: nothing is inherited from it, as they may differ in all of it.
    private ServerMessage one(List<Entry> together) {
        List<Message> all = new ArrayList<>();
        String id = "";
        for (Entry entry : together) {
            if (entry.body() instanceof EntryBody.Messages(MessageBatch batch)) {
                id = batch.id();
                List<Message> messages = EntryFrames.withSerials(entry, batch.messages());
                for (int index = 0; index < messages.size(); index++) {
                    Message message = messages.get(index);
                    all.add(message.withId(message.id().orElse(batch.id() + ':' + index))
                            .withConnectionId(message.connectionId().or(batch::connectionId))
                            .withTimestamp(message.timestamp() == 0 ? batch.timestamp() : message.timestamp()));
                }
            }
        }
        return new ServerMessage.Messages(
                channel, entryFrames.channelSerial(together.getLast()), id, Optional.empty(), 0, all);
    }
}
