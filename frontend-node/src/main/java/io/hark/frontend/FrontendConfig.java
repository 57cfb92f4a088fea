package io.hark.frontend;

import io.hark.channel.FrontendLimits;
import java.time.Duration;
import java.util.Optional;

/// Value: how the node serves clients.
///
/// @param host                    address to listen on
/// @param port                    0 for any free one
/// @param engine                  how sockets are driven
/// @param loops                   event loops; one per core is best
/// @param tls                     a second port, for TLS
/// @param tlsInFront              TLS ends at a proxy that sets X-Forwarded-Proto, so that header is believed
/// @param deflate                 whether permessage-deflate is accepted when a client offers it
/// @param messageBytesMax         one publish, as CONNECTED announces it
/// @param frameBytesMax           one WebSocket frame, reassembled
/// @param bodyBytesMax            one HTTP request body
/// @param connectionStateTtl      how long a dropped connection can be resumed
/// @param maxIdleInterval         the longest silence towards a client
/// @param remainPresentFor        how long members of a dropped connection stay, unless the client asked
///                                otherwise
/// @param channelsPerConnectionMax attachments of one connection; one more is refused with 90010
/// @param pendingPublishesMax     publishes of one connection that wait for their acknowledgement;
///                                beyond it its socket is not read
/// @param outboundBytesMax        bytes queued for one socket; beyond it the connection's cursors stand still
/// @param connectionsMax          open connections of the node; one more is refused with 80021
/// @param lostConnectionsMax      dropped connections remembered; one more cannot be resumed
/// @param presenceMembersMax      members of one channel, unless the app says otherwise
public record FrontendConfig(
        String host,
        int port,
        SocketEngine engine,
        int loops,
        Optional<TlsConfig> tls,
        boolean tlsInFront,
        boolean deflate,
        int messageBytesMax,
        int frameBytesMax,
        int bodyBytesMax,
        Duration connectionStateTtl,
        Duration maxIdleInterval,
        Duration remainPresentFor,
        int channelsPerConnectionMax,
        int pendingPublishesMax,
        int outboundBytesMax,
        int connectionsMax,
        int lostConnectionsMax,
        int presenceMembersMax,
        FrontendLimits limits) {}
