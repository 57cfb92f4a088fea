package io.hark.channel;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: something that the server tells of itself on one of an app's metachannels.
///
/// @param channel the metachannel
/// @param data    plain values, told as JSON
/// @param kept    whether it is stored for those who come later, and not only told to those who listen
public record MetaEvent(ChannelId channel, String name, Map<String, Object> data, boolean kept) {
    private static final String QUALIFIER = "[meta]";
    private static final Optional<String> JSON = Optional.of("json");

    /// Only for those who listen.
    public MetaEvent(ChannelId channel, String name, Map<String, Object> data) {
        this(channel, name, data, false);
    }

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

    /// What a client did with a connection, or what came of that.
    public static MetaEvent ofClientConnection(String app, String name, Map<String, Object> data) {
        return new MetaEvent(ChannelId.of(app, QUALIFIER + "clientEvents:connections"), name, data);
    }

    /// What was answered to a request.
    public static MetaEvent ofRequest(String app, String name, Map<String, Object> data) {
        return new MetaEvent(ChannelId.of(app, QUALIFIER + "clientEvents:apiRequests"), name, data);
    }

    /// Something went wrong that no client is told of.
    ///
    /// @param about whom or what it is about
    public static MetaEvent ofError(String app, ErrorInfo error, Map<String, Object> about) {
        Map<String, Object> data = error(error);
        data.putAll(about);
        return new MetaEvent(ChannelId.of(app, QUALIFIER + "log"), "error", data, true);
    }

    /// An error as events tell it; the map is the caller's.
    public static Map<String, Object> error(ErrorInfo error) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("code", (long) error.code());
        data.put("statusCode", (long) error.statusCode());
        data.put("message", error.message());
        return data;
    }

    /// Where an app is told what was counted of it in each minute.
    public static ChannelId statsOf(String app) {
        return ChannelId.of(app, QUALIFIER + "stats:minute");
    }

    /// Something was not pushed.
    ///
    /// @param data an error, and what it is about
    public static MetaEvent ofPush(String app, Map<String, Object> data) {
        return new MetaEvent(ChannelId.of(app, QUALIFIER + "log:push"), "error", data, true);
    }

    /// The same, saying that so many events before it were left out.
    public MetaEvent omitting(long events) {
        Map<String, Object> all = new LinkedHashMap<>(data);
        all.put("omitted", events);
        return new MetaEvent(channel, name, all, kept);
    }

    public Message message() {
        return Message.of(Optional.of(name), Payload.NONE)
                .withData(Payload.utf8(ProtocolCodec.of(Format.JSON).encodeValue(data)), JSON);
    }
}
