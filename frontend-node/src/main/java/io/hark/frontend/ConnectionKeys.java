package io.hark.frontend;

import io.hark.auth.Grant;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Value: writes and reads connection keys: base64url text (usable raw in a URL) of the key's fields and
/// a MAC over them, so that a key that this deployment did not issue is told from one that it did,
/// without any state.
public final class ConnectionKeys {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAC_BYTES = 16;
    private static final int TEXT_CHARS_MAX = 2048;
    private static final int RECOVERIES_MAX = 100;

    private final SecretKeySpec secret;

    /// @param secret 16 bytes or more, the same on all nodes of a deployment
    public ConnectionKeys(byte[] secret) {
        byte[] own = mac(new SecretKeySpec(secret, ALGORITHM), "connection-key".getBytes(StandardCharsets.UTF_8));
        this.secret = new SecretKeySpec(own, ALGORITHM);
    }

    public String encode(ConnectionKey key) {
        byte[] fields = ProtocolCodec.of(Format.MSGPACK)
                .encodeValue(List.of(
                        key.connectionId(),
                        (long) key.generation(),
                        (long) key.recoveries(),
                        key.appId(),
                        (long) key.kind().ordinal(),
                        key.clientId().map(List::of).orElse(List.of())));
        byte[] bytes = Arrays.copyOf(fields, fields.length + MAC_BYTES);
        System.arraycopy(mac(secret, fields), 0, bytes, fields.length, MAC_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// @return empty for any text that [#encode] of the same secret did not write
    public Optional<ConnectionKey> decode(String text) {
        if (text.length() > TEXT_CHARS_MAX) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (bytes.length <= MAC_BYTES) {
            return Optional.empty();
        }
        byte[] fields = Arrays.copyOf(bytes, bytes.length - MAC_BYTES);
        byte[] expected = Arrays.copyOf(mac(secret, fields), MAC_BYTES);
        if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, fields.length, bytes.length))) {
            return Optional.empty();
        }
        try {
            return fields(ProtocolCodec.of(Format.MSGPACK).decodeValue(fields));
        } catch (MalformedFrame ofAnEarlierVersion) {
            return Optional.empty();
        }
    }

    private static Optional<ConnectionKey> fields(Object value) {
        if (value instanceof List<?> list
                && list.size() == 6
                && list.get(0) instanceof String connectionId
                && list.get(1) instanceof Long generation
                && list.get(2) instanceof Long recoveries
                && list.get(3) instanceof String appId
                && list.get(4) instanceof Long kind
                && list.get(5) instanceof List<?> clientId
                && recoveries < RECOVERIES_MAX
                && kind >= 0
                && kind < Grant.Kind.values().length) {
            return Optional.of(new ConnectionKey(
                    connectionId,
                    generation.intValue(),
                    recoveries.intValue(),
                    appId,
                    Grant.Kind.values()[kind.intValue()],
                    clientId.stream().map(String.class::cast).findFirst()));
        }
        return Optional.empty();
    }

    private static byte[] mac(SecretKeySpec key, byte[] bytes) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
