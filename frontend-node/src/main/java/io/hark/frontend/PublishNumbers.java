package io.hark.frontend;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.channel.ChannelId;
import io.hark.channel.IdHash;
import io.hark.protocol.Annotation;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.Payload;
import java.util.List;

/// Confined: gives each publish of a transport its number and its identity for dedupe.
///
/// A repeat is the same publish with the same msgSerial on a later transport of a resumed connection,
/// and nothing else: SDKs count from 0 again after a recover, and one of them gives a number twice on
/// one transport after a new token. So the identity holds, beside connection and msgSerial, how often
/// the connection was recovered, how often this transport used the number before, and the content.
final class PublishNumbers {
    /// Room for that many publishes of one client instance before the next instance's numbers begin.
    private static final int RECOVERY_SHIFT = 24;

    private final String connectionId;
    private final int recoveries;
    private final boolean mayRepeat;
    private long highest = -1;
    private int rewinds;
    private long shownOffset;

    PublishNumbers(ConnectionKey key, boolean mayRepeat) {
        this.connectionId = key.connectionId();
        this.recoveries = key.recoveries();
        this.mayRepeat = mayRepeat;
        this.shownOffset = (long) key.recoveries() << RECOVERY_SHIFT;
    }

    Number next(long msgSerial) {
        if (msgSerial <= highest) {
            rewinds++;
            shownOffset += highest + 1 - msgSerial;
        }
        highest = msgSerial;
        return new Number(msgSerial, msgSerial + shownOffset, rewinds);
    }

    /// One publish's number.
    final class Number {
        private final long msgSerial;
        private final long shown;
        private final int rewindsBefore;

        private Number(long msgSerial, long shown, int rewindsBefore) {
            this.msgSerial = msgSerial;
            this.shown = shown;
            this.rewindsBefore = rewindsBefore;
        }

        /// What ids that clients see are made of: grows over the life of the connection, also where msgSerial
        /// does not.
        long shown() {
            return shown;
        }

        boolean mayRepeat() {
            return mayRepeat;
        }

        /// @param content of what is published, whatever it is
        IdHash identity(ChannelId channel, byte[] content) {
            return IdHash.of(hash(channel).putByte((byte) 3).putByteArray(content));
        }

        IdHash identity(ChannelId channel, List<Message> messages) {
            HashStream128 hash = hash(channel);
            for (Message message : messages) {
                hash.putString(message.name().orElse(""));
                hash.putString(message.id().orElse(""));
                hash.putString(message.encoding().orElse(""));
                put(hash, message.data());
                if (message.action() != MessageAction.CREATE) {
                    hash.putInt(message.action().ordinal());
                    hash.putString(message.serial().orElse(""));
                }
            }
            return IdHash.of(hash);
        }

        IdHash identityOf(ChannelId channel, List<Annotation> annotations) {
            HashStream128 hash = hash(channel);
            for (Annotation annotation : annotations) {
                hash.putInt(annotation.action().ordinal());
                hash.putString(annotation.messageSerial().orElse(""));
                hash.putString(annotation.type());
                hash.putString(annotation.name().orElse(""));
                hash.putInt(annotation.count());
                hash.putString(annotation.clientId().orElse(""));
                put(hash, annotation.data());
            }
            return IdHash.of(hash);
        }

        private HashStream128 hash(ChannelId channel) {
            HashStream128 hash = Hashing.xxh3_128().hashStream();
            hash.putString(connectionId).putInt(recoveries).putLong(msgSerial).putInt(rewindsBefore);
            return hash.putLong(channel.key().high()).putLong(channel.key().low());
        }

        private static void put(HashStream128 hash, Payload data) {
            switch (data) {
                case Payload.None() -> hash.putByte((byte) 0);
                case Payload.Text(String text) -> hash.putByte((byte) 1).putString(text);
                case Payload.Binary(byte[] bytes) -> hash.putByte((byte) 2).putByteArray(bytes);
            }
        }
    }
}
