/// Where clients arrive: WebSocket, SSE and HTTP on netty. A connection's state is confined to its event
/// loop; what outlives a transport is in its signed key and in the channels' logs.
package io.hark.frontend;
