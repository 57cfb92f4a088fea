package io.hark.sdk;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: what a token is to allow, to whom and for how long; what is left out is as the key allows.
///
/// @param capability as JSON text, such as `{"orders:*":["subscribe"]}`
public record TokenParams(Optional<Duration> ttl, Optional<String> clientId, Optional<String> capability) {
    public static final TokenParams DEFAULTS = new TokenParams(Optional.empty(), Optional.empty(), Optional.empty());

    public TokenParams withTtl(Duration value) {
        return new TokenParams(Optional.of(value), clientId, capability);
    }

    public TokenParams withClientId(String value) {
        return new TokenParams(ttl, Optional.of(value), capability);
    }

    public TokenParams withCapability(String value) {
        return new TokenParams(ttl, clientId, Optional.of(value));
    }

    Map<String, Object> body(String keyName, long nowMillis) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("keyName", keyName);
        body.put("timestamp", nowMillis);
        ttl.ifPresent(value -> body.put("ttl", value.toMillis()));
        clientId.ifPresent(value -> body.put("clientId", value));
        capability.ifPresent(value -> body.put("capability", value));
        return body;
    }
}
