package io.hark.frontend;

import io.hark.channel.ChannelId;
import io.hark.presence.Member;
import io.hark.protocol.Format;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Confined: the pages of large presence sets as frames, encoded once for all who attach while the set stays as it
/// is. What was not used for longest goes when there are more bytes than the limit.
final class PresenceSyncs {
    private static final int FRAME_OVERHEAD = 256;
    private static final int MEMBER_BYTES = 160;

    private final WireScratch scratch;
    private final ByteBufAllocator allocator;
    private final long bytesMax;
    private final Map<Form, Pages> kept = new LinkedHashMap<>(4, 0.75f, true);
    private long bytes;

    private record Form(ChannelId id, String channel, Format format) {}

    /// The frames of one snapshot, by the number of the page.
    private record Pages(List<Member> members, String syncId, List<ByteBuf> frames) {
        boolean areOf(List<Member> others) {
            return members == others;
        }

        long bytes() {
            return frames.stream().mapToLong(ByteBuf::readableBytes).sum();
        }
    }

    /// @param bytesMax what is kept of all sets together
    PresenceSyncs(WireScratch scratch, ByteBufAllocator allocator, long bytesMax) {
        this.scratch = scratch;
        this.allocator = allocator;
        this.bytesMax = bytesMax;
    }

    /// The name of a sync that begins: that of the frames that are there already, so that they can be shared.
    ///
    /// @param channel its name as the client wrote it
    /// @param members a snapshot, told apart by identity
    /// @param newId   the name if there are none
    String begin(ChannelId id, String channel, Format format, List<Member> members, String newId) {
        Pages pages = kept.get(new Form(id, channel, format));
        return pages != null && pages.areOf(members) ? pages.syncId() : newId;
    }

    /// One page's frame, which the caller owns.
    ///
    /// @param syncId what [#begin] has given for this snapshot
    /// @param number of the page in the snapshot, from 0
    /// @param last   whether it is the snapshot's last
    ByteBuf frame(
            ChannelId id,
            String channel,
            Format format,
            List<Member> members,
            String syncId,
            int number,
            List<Member> page,
            boolean last) {
        if (last && number == 0) {
            return encoded(channel, format, syncId, page, last); // Too small to be worth keeping.
        }
        Form form = new Form(id, channel, format);
        Pages pages = kept.get(form);
        if (number == 0 && (pages == null || !pages.areOf(members))) {
            remove(form);
            pages = new Pages(members, syncId, new ArrayList<>());
            kept.put(form, pages);
        }
        boolean shared = pages != null && pages.areOf(members) && pages.syncId().equals(syncId);
        if (shared && number < pages.frames().size()) {
            return pages.frames().get(number).retainedDuplicate();
        }
        ByteBuf frame = encoded(channel, format, syncId, page, last);
        if (shared && number == pages.frames().size()) {
            pages.frames().add(frame.retainedDuplicate());
            bytes += frame.readableBytes();
            evict();
        }
        return frame;
    }

    private ByteBuf encoded(String channel, Format format, String syncId, List<Member> page, boolean last) {
        List<PresenceMessage> events = page.stream().map(Member::event).toList();
        String cursor = last ? "" : page.getLast().connectionId();
        ByteBuf frame = allocator.directBuffer(FRAME_OVERHEAD + page.size() * MEMBER_BYTES);
        scratch.webSocketFrame(format, new ServerMessage.Sync(channel, syncId + ':' + cursor, events), frame);
        return frame;
    }

    private void evict() {
        Iterator<Pages> eldest = kept.values().iterator();
        while (bytes > bytesMax && eldest.hasNext()) {
            Pages pages = eldest.next();
            eldest.remove();
            release(pages);
        }
    }

    private void remove(Form form) {
        Pages pages = kept.remove(form);
        if (pages != null) {
            release(pages);
        }
    }

    private void release(Pages pages) {
        bytes -= pages.bytes();
        pages.frames().forEach(ByteBuf::release);
    }

    /// What is kept now.
    long bytes() {
        return bytes;
    }

    /// Lets go of everything; frames that were handed out live on.
    void close() {
        List.copyOf(kept.keySet()).forEach(this::remove);
    }
}
