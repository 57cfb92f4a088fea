package io.hark.channel;

import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.util.Map;
import java.util.Optional;

/// Value: something that the server tells of itself on one of an app's metachannels.
///
/// @param channel the metachannel
/// @param data    plain values, told as JSON
public record MetaEvent(ChannelId channel, String name, Map<String, Object> data) {
    private static final String QUALIFIER = "[meta]";
    private static final Optional<String> JSON = Optional.of("json");

    /// A channel came into use, or fell out of it.
    public static MetaEvent ofChannel(ChannelId channel, String name, String region, OccupancyMetrics metrics) {
        Map<String, Object> occupancy = Map.of("metrics", metrics.tree(OccupancyMetric.ALL));
        boolean active = !name.endsWith("closed") && !name.endsWith("inactive");
        return new MetaEvent(
                ChannelId.of(channel.app(), QUALIFIER + "channel.lifecycle"),
                name,
                Map.of(
                        "channelId",
                        channel.name(),
                        "name",
                        channel.name(),
                        "region",
                        region,
                        "status",
                        Map.of("isActive", active, "occupancy", occupancy)));
    }

    /// A connection began, or ended.
    public static MetaEvent ofConnection(String app, String name, Map<String, Object> data) {
        return new MetaEvent(ChannelId.of(app, QUALIFIER + "connection.lifecycle"), name, data);
    }

    /// Where an app is told what was counted of it in each minute.
    public static ChannelId statsOf(String app) {
        return ChannelId.of(app, QUALIFIER + "stats:minute");
    }

    /// Something was not pushed.
    ///
    /// @param data an error, and what it is about
    public static MetaEvent ofPush(String app, Map<String, Object> data) {
        return new MetaEvent(ChannelId.of(app, QUALIFIER + "log:push"), "error", data);
    }

    public Message message() {
        return Message.of(Optional.of(name), Payload.NONE)
                .withData(Payload.utf8(ProtocolCodec.of(Format.JSON).encodeValue(data)), JSON);
    }
}
