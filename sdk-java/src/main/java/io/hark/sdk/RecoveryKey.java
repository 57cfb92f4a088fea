package io.hark.sdk;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Value: what one client needs to go on in another's place (RTN16g), in the form that all clients of
/// the protocol use.
record RecoveryKey(String connectionKey, long msgSerial, Map<String, String> channelSerials) {
    static final RecoveryKey NONE = new RecoveryKey("", 0, Map.of());

    RecoveryKey {
        channelSerials = Map.copyOf(channelSerials);
    }

    /// @throws IllegalArgumentException for what is no recovery key
    static RecoveryKey parse(String text) {
        try {
            Object tree = ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
            if (tree instanceof Map<?, ?> map
                    && map.get("connectionKey") instanceof String key
                    && map.get("msgSerial") instanceof Long msgSerial
                    && map.get("channelSerials") instanceof Map<?, ?> places) {
                Map<String, String> serials = new HashMap<>();
                places.forEach((channel, serial) -> serials.put(channel.toString(), serial.toString()));
                return new RecoveryKey(key, msgSerial, serials);
            }
        } catch (MalformedFrame malformed) {
            throw new IllegalArgumentException("this is no recovery key: " + malformed.getMessage(), malformed);
        }
        throw new IllegalArgumentException(
                "a recovery key is what HarkClient.recoveryKey gave, this is something else");
    }

    String text() {
        Map<String, Object> tree =
                Map.of("connectionKey", connectionKey, "msgSerial", msgSerial, "channelSerials", channelSerials);
        return new String(ProtocolCodec.of(Format.JSON).encodeValue(tree), StandardCharsets.UTF_8);
    }

    /// Without the connectionKey, which is a secret.
    @Override
    public String toString() {
        return "RecoveryKey[" + channelSerials.keySet() + "]";
    }
}
