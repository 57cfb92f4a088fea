package io.hark.auth;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: a token as it is handed out (TD1 to TD7).
///
/// @param expires    exactly the asked for lifetime after `issued`; clients compute the difference
/// @param capability canonical JSON text
public record TokenDetails(
        String token, String keyName, Instant issued, Instant expires, String capability, Optional<String> clientId) {
    /// The response body; without `clientId` when none was asked for.
    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("token", token);
        tree.put("keyName", keyName);
        tree.put("issued", issued.toEpochMilli());
        tree.put("expires", expires.toEpochMilli());
        tree.put("capability", capability);
        clientId.ifPresent(id -> tree.put("clientId", id));
        return tree;
    }

    /// Without the token, which is a secret.
    @Override
    public String toString() {
        return "TokenDetails[%s, %s, expires %s]".formatted(keyName, capability, expires);
    }
}
