package io.hark.jepsen;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceMessage;
import java.util.List;
import java.util.Map;

/// Value: what an application hands to its client and the server answers with ACK or NACK.
sealed interface Outgoing {
    String channel();

    ClientMessage frame(long msgSerial);

    record OfMessage(String channel, Message message) implements Outgoing {
        @Override
        public ClientMessage frame(long msgSerial) {
            return new ClientMessage.Publish(channel, msgSerial, List.of(message), Map.of());
        }
    }

    record OfPresence(String channel, PresenceMessage presence) implements Outgoing {
        @Override
        public ClientMessage frame(long msgSerial) {
            return new ClientMessage.Presence(channel, msgSerial, List.of(presence));
        }
    }
}
