package io.hark.channel;

import io.hark.presence.Member;
import io.hark.protocol.BodyCodec;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.PresenceBatch;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// The bytes of a stored presence member: version, generation, its event as a batch of one, CRC-32C of all of
/// it.
public final class MemberCodec {
    private static final byte VERSION = 1;

    private MemberCodec() {}

    public static byte[] encode(Member member) {
        byte[] event = BodyCodec.encode(new PresenceBatch("", Optional.empty(), 0, List.of(member.event())));
        ByteBuffer out = ByteBuffer.allocate(
                1 + Checksummed.varintBytes(member.generation()) + event.length + Checksummed.CRC_BYTES);
        out.put(VERSION);
        Checksummed.putVarint(out, member.generation());
        out.put(event);
        return Checksummed.seal(out);
    }

    public static Member decode(byte[] bytes) throws DamagedEntry {
        ByteBuffer in = Checksummed.verified(bytes);
        try {
            int version = in.get();
            if (version != VERSION) {
                throw new DamagedEntry("a member of version %d is not known".formatted(version));
            }
            int generation = Checksummed.varint32(in);
            PresenceBatch batch = BodyCodec.decodePresence(Checksummed.rest(in));
            if (batch.presence().size() != 1) {
                throw new DamagedEntry(
                        "a member has %d events".formatted(batch.presence().size()));
            }
            return new Member(batch.presence().getFirst(), generation);
        } catch (BufferUnderflowException | MalformedFrame e) {
            throw new DamagedEntry("a member has a valid checksum but not the form of version " + VERSION, e);
        }
    }
}
