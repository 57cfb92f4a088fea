package io.hark.frontend;

import io.hark.channel.OccupancyMetric;
import io.hark.channel.OccupancyMetrics;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined: one `[meta]occupancy` event on its way to those who watch a channel, encoded once for all
/// who want the same in the same form.
final class OccupancyNotice implements AutoCloseable {
    private static final String NAME = "[meta]occupancy";
    private static final int FRAME_BYTES = 512;
    private static final int ENCODED_MAX = 16;

    private final OccupancyMetrics metrics;
    private final String id;
    private final long wallMillis;
    private final WireScratch scratch;
    private final ByteBufAllocator allocator;
    private final List<Encoded> encoded = new ArrayList<>(1);

    private record Encoded(
            Format format, String channel, Set<OccupancyMetric> wanted, String channelSerial, ByteBuf frame) {
        boolean isFor(Format otherFormat, String otherChannel, Set<OccupancyMetric> others, String otherSerial) {
            return format == otherFormat
                    && channel.equals(otherChannel)
                    && wanted.equals(others)
                    && channelSerial.equals(otherSerial);
        }
    }

    /// @param id unique to the event
    OccupancyNotice(
            OccupancyMetrics metrics, String id, long wallMillis, WireScratch scratch, ByteBufAllocator allocator) {
        this.metrics = metrics;
        this.id = id;
        this.wallMillis = wallMillis;
        this.scratch = scratch;
        this.allocator = allocator;
    }

    OccupancyMetrics metrics() {
        return metrics;
    }

    /// The event as a message that inherits nothing.
    Message message(Set<OccupancyMetric> wanted) {
        byte[] data = ProtocolCodec.of(Format.JSON).encodeValue(Map.of("metrics", metrics.tree(wanted)));
        return MetaMessage.of(id + ":0", NAME, data, wallMillis);
    }

    /// The frame, which the caller owns.
    ///
    /// @param channelSerial where the subscriber is: the event moves it nowhere
    ByteBuf frame(Format format, String channel, Set<OccupancyMetric> wanted, String channelSerial) {
        for (Encoded each : encoded) {
            if (each.isFor(format, channel, wanted, channelSerial)) {
                return each.frame().retainedDuplicate();
            }
        }
        ByteBuf frame = allocator.directBuffer(FRAME_BYTES);
        scratch.webSocketFrame(
                format,
                new ServerMessage.Messages(
                        channel, channelSerial, id, Optional.empty(), wallMillis, List.of(message(wanted))),
                frame);
        if (encoded.size() == ENCODED_MAX) {
            return frame; // Subscribers that lag stand at places of their own.
        }
        encoded.add(new Encoded(format, channel, wanted, channelSerial, frame));
        return frame.retainedDuplicate();
    }

    @Override
    public void close() {
        encoded.forEach(each -> each.frame().release());
    }
}
