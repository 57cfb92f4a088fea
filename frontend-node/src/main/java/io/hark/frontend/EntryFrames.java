package io.hark.frontend;

import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Hlc;
import io.hark.channel.Origin;
import io.hark.channel.Subscribed;
import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.ObjectBatch;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.OriginSeq;
import io.hark.protocol.Position;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Value: log entries as the frames that clients get.
public final class EntryFrames {
    private final ChannelSerials serials;

    EntryFrames(ChannelSerials serials) {
        this.serials = serials;
    }

    /// @param channel the channel as the client wrote it
    /// @param out     gets the frames in their order; nothing for an entry that the client does not see
    void frames(String channel, Entry entry, FrameView view, Consumer<ServerMessage> out) {
        switch (entry.body()) {
            case EntryBody.None() -> {}
            case EntryBody.Refusal refusal -> {}
            case EntryBody.Messages(MessageBatch batch) ->
                out.accept(messages(channel, entry, batch, withSerials(entry, batch.messages())));
            case EntryBody.Version version ->
                out.accept(messages(channel, entry, version.batch(), List.of(told(version))));
            case EntryBody.Annotations(AnnotationBatch batch, Optional<Message> summary) -> {
                if (view.annotations() && !batch.annotations().isEmpty()) {
                    out.accept(annotations(channel, entry, batch));
                }
                if (view.summaries() && summary.isPresent()) {
                    out.accept(summary(channel, entry, batch, summary.get()));
                }
            }
            case EntryBody.Presence(PresenceBatch batch) ->
                out.accept(new ServerMessage.Presence(
                        channel,
                        channelSerial(entry),
                        batch.id(),
                        batch.connectionId(),
                        batch.timestamp(),
                        batch.presence()));
            case EntryBody.Objects(ObjectBatch batch) -> {
                if (!batch.operations().isEmpty()) { // What only tidies up has nothing to tell.
                    out.accept(new ServerMessage.Objects(
                            channel,
                            channelSerial(entry),
                            batch.id(),
                            batch.connectionId(),
                            batch.timestamp(),
                            withSerials(entry, batch)));
                }
            }
        }
    }

    private ServerMessage messages(String channel, Entry entry, MessageBatch batch, List<Message> messages) {
        return new ServerMessage.Messages(
                channel, channelSerial(entry), batch.id(), batch.connectionId(), batch.timestamp(), messages);
    }

    /// The message of a version under the id of whoever made it, so that no two frames have the same.
    static Message told(EntryBody.Version version) {
        return version.message().withoutId().withConnectionId(Optional.empty());
    }

    private ServerMessage annotations(String channel, Entry entry, AnnotationBatch batch) {
        return new ServerMessage.Annotations(
                channel,
                channelSerial(entry),
                batch.id(),
                batch.connectionId(),
                batch.timestamp(),
                withSerials(entry, batch));
    }

    private ServerMessage summary(String channel, Entry entry, AnnotationBatch batch, Message summary) {
        return new ServerMessage.Messages(
                channel, channelSerial(entry), summaryId(entry), Optional.empty(), batch.timestamp(), List.of(summary));
    }

    /// Unlike the id of the annotations in the same entry.
    static String summaryId(Entry entry) {
        return "summary-" + entry.channel().slot() + '-' + entry.epoch() + ':' + entry.lsn();
    }

    /// Every annotation with its own serial, derived from the entry's place.
    private static List<Annotation> withSerials(Entry entry, AnnotationBatch batch) {
        List<Annotation> out = new ArrayList<>(batch.annotations().size());
        for (int index = 0; index < batch.annotations().size(); index++) {
            out.add(identified(entry, batch, index));
        }
        return out;
    }

    static Annotation identified(Entry entry, AnnotationBatch batch, int index) {
        Annotation annotation = batch.annotations().get(index);
        return annotation.identified(
                annotation.id().orElse(batch.id() + ':' + index), entry.serial(index), batch.timestamp());
    }

    /// Every operation with its own serial, and whose it is.
    private static List<ObjectMessage> withSerials(Entry entry, ObjectBatch batch) {
        List<String> serials = entry.receipt().serials();
        List<ObjectMessage> out = new ArrayList<>(serials.size());
        for (ObjectMessage operation : batch.operations()) {
            out.add(operation.withSerial(
                    serials.get(out.size()),
                    Hlc.millis(entry.hlc()),
                    entry.origin().region()));
        }
        return out;
    }

    String channelSerial(Entry entry) {
        return channelSerial(entry.origin(), entry.lsn(), entry.oseq());
    }

    String channelSerial(Origin origin, long lsn, long oseq) {
        String region = origin.region();
        int lineage = origin.lineage();
        return serials.encode(new Position(region, lineage, lsn, List.of(new OriginSeq(region, lineage, oseq))));
    }

    /// The place of an LSN at or before the owner's committed position.
    String channelSerial(Subscribed subscribed, long lsn) {
        String region = subscribed.origin().region();
        int lineage = subscribed.origin().lineage();
        // All entries of the log are of this origin, so the two counts run in step.
        long oseq = Math.max(0, subscribed.oseq() - (subscribed.committedLsn() - lsn));
        return serials.encode(new Position(region, lineage, lsn, List.of(new OriginSeq(region, lineage, oseq))));
    }

    Optional<Position> position(String channelSerial) {
        return serials.decode(channelSerial);
    }

    /// Every message with its own serial, derived from the entry's place.
    static List<Message> withSerials(Entry entry, List<Message> messages) {
        List<Message> out = new ArrayList<>(messages.size());
        for (int index = 0; index < messages.size(); index++) {
            Message message = messages.get(index);
            out.add(
                    message.serial().isPresent()
                            ? message
                            : message.withSerial(entry.serial(index), message.version()));
        }
        return out;
    }
}
