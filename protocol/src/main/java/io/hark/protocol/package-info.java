/// What travels: the wire model of Ably's realtime and REST protocols, its JSON and MessagePack codecs,
/// serials and the error table. Shared by server and clients; imports nothing else of ours.
package io.hark.protocol;
