package io.hark.protocol;

import java.io.IOException;
import java.util.Optional;

/// Reads and writes [ConnectionDetails] (CD2).
final class ConnectionDetailsCodec {
    private static final ErrorCode WRONG = ErrorCode.PROTOCOL_ERROR;

    private ConnectionDetailsCodec() {}

    static ConnectionDetails read(FieldReader in) throws IOException, MalformedFrame {
        Optional<String> clientId = Optional.empty();
        String connectionKey = "";
        int maxMessageSize = 0;
        int maxFrameSize = 0;
        int maxInboundRate = 0;
        long connectionStateTtl = 0;
        long maxIdleInterval = 0;
        String serverId = "";
        String siteCode = "";
        long objectsGCGracePeriod = 0;
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case CLIENT_ID -> clientId = in.text(WRONG);
                case CONNECTION_KEY -> connectionKey = in.text(WRONG).orElse("");
                case MAX_MESSAGE_SIZE -> maxMessageSize = in.smallInteger(WRONG);
                case MAX_FRAME_SIZE -> maxFrameSize = in.smallInteger(WRONG);
                case MAX_INBOUND_RATE -> maxInboundRate = in.smallInteger(WRONG);
                case CONNECTION_STATE_TTL -> connectionStateTtl = in.integer(WRONG);
                case MAX_IDLE_INTERVAL -> maxIdleInterval = in.integer(WRONG);
                case SERVER_ID -> serverId = in.text(WRONG).orElse("");
                case SITE_CODE -> siteCode = in.text(WRONG).orElse("");
                case OBJECTS_GC_GRACE_PERIOD -> objectsGCGracePeriod = in.integer(WRONG);
                default -> in.skip();
            }
        }
        return new ConnectionDetails(
                clientId,
                connectionKey,
                maxMessageSize,
                maxFrameSize,
                maxInboundRate,
                connectionStateTtl,
                maxIdleInterval,
                serverId,
                siteCode,
                objectsGCGracePeriod);
    }

    static void write(ConnectionDetails details, WireWriter out) throws IOException {
        out.beginObject(9 + WireWriter.one(details.clientId()));
        out.field(Key.CLIENT_ID, details.clientId());
        out.field(Key.CONNECTION_KEY, details.connectionKey());
        out.field(Key.MAX_MESSAGE_SIZE, details.maxMessageSize());
        out.field(Key.MAX_FRAME_SIZE, details.maxFrameSize());
        out.field(Key.MAX_INBOUND_RATE, details.maxInboundRate());
        out.field(Key.CONNECTION_STATE_TTL, details.connectionStateTtl());
        out.field(Key.MAX_IDLE_INTERVAL, details.maxIdleInterval());
        out.field(Key.SERVER_ID, details.serverId());
        out.field(Key.SITE_CODE, details.siteCode());
        out.field(Key.OBJECTS_GC_GRACE_PERIOD, details.objectsGCGracePeriod());
        out.endObject();
    }
}
