package io.hark.frontend;

import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Hlc;
import io.hark.channel.Origin;
import io.hark.channel.Subscribed;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.OriginSeq;
import io.hark.protocol.Position;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Value: log entries as the frames that clients get.
public final class EntryFrames {
    private final ChannelSerials serials;

    EntryFrames(ChannelSerials serials) {
        this.serials = serials;
    }

    /// @param channel the channel as the client wrote it
    /// @return empty for entries that no client sees
    Optional<ServerMessage> frame(String channel, Entry entry) {
        return switch (entry.body()) {
            case EntryBody.None() -> Optional.empty();
            case EntryBody.Messages(MessageBatch batch) ->
                Optional.of(new ServerMessage.Messages(
                        channel,
                        channelSerial(entry),
                        batch.id(),
                        batch.connectionId(),
                        batch.timestamp(),
                        withSerials(entry, batch.messages())));
            case EntryBody.Presence(PresenceBatch batch) ->
                Optional.of(new ServerMessage.Presence(
                        channel,
                        channelSerial(entry),
                        batch.id(),
                        batch.connectionId(),
                        batch.timestamp(),
                        batch.presence()));
        };
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
                            : message.withSerial(
                                    MessageSerial.format(
                                            Hlc.millis(entry.hlc()),
                                            Hlc.counter(entry.hlc()),
                                            entry.origin().region(),
                                            entry.origin().lineage(),
                                            entry.oseq(),
                                            index),
                                    message.version()));
        }
        return out;
    }
}
