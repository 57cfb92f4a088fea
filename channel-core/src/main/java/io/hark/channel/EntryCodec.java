package io.hark.channel;

import io.hark.protocol.BodyCodec;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// The bytes of an [Entry] on disk and between nodes: version, kind, time, the numbers, origin, channel,
/// body, CRC-32C of all of it. Kind and time stand at fixed places, so that a reader passes over what it
/// does not want without decoding it.
public final class EntryCodec {
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 2 + Long.BYTES + Short.BYTES + 2 * Long.BYTES + Checksummed.CRC_BYTES;
    private static final byte[] NO_BODY = {};
    private static final EntryKind[] KINDS = EntryKind.values();

    private EntryCodec() {}

    /// Value: what can be told of an encoded entry at once.
    ///
    /// @param hlc see [Hlc]
    public record Head(EntryKind kind, long hlc) {}

    public static byte[] encode(Entry entry) {
        byte[] body = body(entry.body());
        String region = entry.origin().region();
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES
                + Checksummed.varintBytes(entry.lsn())
                + Checksummed.varintBytes(entry.epoch())
                + Checksummed.varintBytes(entry.oseq())
                + Checksummed.varintBytes(entry.prevLsn())
                + 1
                + region.length()
                + Checksummed.varintBytes(entry.origin().lineage())
                + body.length);
        out.put(VERSION).put((byte) entry.kind().ordinal()).putLong(entry.hlc());
        Checksummed.putVarint(out, entry.lsn());
        Checksummed.putVarint(out, entry.epoch());
        Checksummed.putVarint(out, entry.oseq());
        Checksummed.putVarint(out, entry.prevLsn());
        Checksummed.putShortText(out, region);
        Checksummed.putVarint(out, entry.origin().lineage());
        ChannelKey channel = entry.channel();
        out.putShort((short) channel.slot()).putLong(channel.high()).putLong(channel.low());
        out.put(body);
        return Checksummed.seal(out);
    }

    /// The head of an encoded entry whose checksum holds.
    public static Head head(byte[] bytes) throws DamagedEntry {
        return head(Checksummed.verified(bytes));
    }

    public static Entry decode(byte[] bytes) throws DamagedEntry {
        ByteBuffer in = Checksummed.verified(bytes);
        try {
            EntryHead head = numbers(in);
            EntryBody body = body(head.kind(), Checksummed.rest(in));
            return new Entry(
                    head.lsn(),
                    head.epoch(),
                    head.origin(),
                    head.oseq(),
                    head.channel(),
                    head.prevLsn(),
                    head.hlc(),
                    body);
        } catch (BufferUnderflowException | MalformedFrame e) {
            throw new DamagedEntry("an entry has a valid checksum but not the form of version " + VERSION, e);
        }
    }

    /// The numbers of an encoded entry whose checksum holds.
    public static EntryHead decodeHead(byte[] bytes) throws DamagedEntry {
        try {
            return numbers(Checksummed.verified(bytes));
        } catch (BufferUnderflowException e) {
            throw new DamagedEntry("an entry has a valid checksum but not the form of version " + VERSION, e);
        }
    }

    private static EntryHead numbers(ByteBuffer in) throws DamagedEntry {
        Head head = head(in);
        long lsn = Checksummed.varint(in);
        int epoch = Checksummed.varint32(in);
        long oseq = Checksummed.varint(in);
        long prevLsn = Checksummed.varint(in);
        Origin origin = new Origin(Checksummed.shortText(in), Checksummed.varint32(in));
        ChannelKey channel = new ChannelKey(in.getShort(), in.getLong(), in.getLong());
        return new EntryHead(lsn, epoch, origin, oseq, channel, prevLsn, head.hlc(), head.kind());
    }

    private static Head head(ByteBuffer in) throws DamagedEntry {
        if (in.remaining() < 2 + Long.BYTES) {
            throw new DamagedEntry("an entry of %d bytes has no head".formatted(in.remaining()));
        }
        int version = in.get();
        int kind = in.get();
        if (version != VERSION || kind < 0 || kind >= KINDS.length) {
            throw new DamagedEntry("an entry of version %d and kind %d is not known".formatted(version, kind));
        }
        return new Head(KINDS[kind], in.getLong());
    }

    private static byte[] body(EntryBody body) {
        return switch (body) {
            case EntryBody.None() -> NO_BODY;
            case EntryBody.Messages(var batch) -> BodyCodec.encode(batch);
            case EntryBody.Presence(var batch) -> BodyCodec.encode(batch);
            case EntryBody.Version version -> version(version);
            case EntryBody.Annotations(var batch, var summary) ->
                BodyCodec.encode(new BodyCodec.Annotated(batch, summary));
            case EntryBody.Objects(var batch) -> BodyCodec.encode(batch);
            case EntryBody.Refusal(var error) -> refusal(error);
        };
    }

    private static byte[] version(EntryBody.Version version) {
        MessageBatch batch = version.batch();
        byte[] messages = BodyCodec.encode(version.whole()
                .map(whole -> new MessageBatch(
                        batch.id(), batch.connectionId(), batch.timestamp(), List.of(version.message(), whole)))
                .orElse(batch));
        ByteBuffer out = ByteBuffer.allocate(Checksummed.varintBytes(version.originalLsn())
                + Checksummed.varintBytes(version.previousLsn())
                + messages.length);
        Checksummed.putVarint(out, version.originalLsn());
        Checksummed.putVarint(out, version.previousLsn());
        return out.put(messages).array();
    }

    private static EntryBody version(byte[] bytes) throws DamagedEntry, MalformedFrame {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long originalLsn = Checksummed.varint(in);
        long previousLsn = Checksummed.varint(in);
        MessageBatch batch = BodyCodec.decodeMessages(Checksummed.rest(in));
        List<Message> messages = batch.messages();
        if (messages.isEmpty() || messages.size() > 2) {
            throw new DamagedEntry("a version of a message has %d messages".formatted(messages.size()));
        }
        Optional<Message> whole = messages.size() == 2 ? Optional.of(messages.getLast()) : Optional.empty();
        MessageBatch version =
                new MessageBatch(batch.id(), batch.connectionId(), batch.timestamp(), List.of(messages.getFirst()));
        return new EntryBody.Version(version, whole, originalLsn, previousLsn);
    }

    private static EntryBody annotations(byte[] bytes) throws MalformedFrame {
        BodyCodec.Annotated annotated = BodyCodec.decodeAnnotated(bytes);
        return new EntryBody.Annotations(annotated.batch(), annotated.summary());
    }

    private static byte[] refusal(ErrorInfo error) {
        byte[] message = error.message().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(
                Checksummed.varintBytes(error.code()) + Checksummed.varintBytes(error.statusCode()) + message.length);
        Checksummed.putVarint(out, error.code());
        Checksummed.putVarint(out, error.statusCode());
        return out.put(message).array();
    }

    private static EntryBody refusal(byte[] bytes) throws DamagedEntry {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int code = Checksummed.varint32(in);
        int statusCode = Checksummed.varint32(in);
        String message = new String(Checksummed.rest(in), StandardCharsets.UTF_8);
        return new EntryBody.Refusal(new ErrorInfo(code, statusCode, message));
    }

    private static EntryBody body(EntryKind kind, byte[] bytes) throws DamagedEntry, MalformedFrame {
        return switch (kind) {
            case NOOP -> EntryBody.NONE;
            case MESSAGE -> new EntryBody.Messages(BodyCodec.decodeMessages(bytes));
            case PRESENCE -> new EntryBody.Presence(BodyCodec.decodePresence(bytes));
            case VERSION -> version(bytes);
            case ANNOTATION -> annotations(bytes);
            case OBJECT -> new EntryBody.Objects(BodyCodec.decodeObjects(bytes));
            case REFUSAL -> refusal(bytes);
        };
    }
}
