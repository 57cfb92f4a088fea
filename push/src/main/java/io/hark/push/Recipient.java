package io.hark.push;

import io.hark.protocol.ErrorCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// Checks how a device says that it is reached: `{transportType, ...}`.
public final class Recipient {
    private static final int BYTES_MAX = 4_096;

    private Recipient() {}

    /// @throws PushRefusal unless all is there that its transport needs
    public static Map<String, Object> check(Object value) throws PushRefusal {
        Map<String, Object> recipient = Trees.object(value)
                .map(Trees::withoutNulls)
                .orElseThrow(() -> refusal("a push recipient must be an object"));
        int bytes = Trees.json(recipient).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > BYTES_MAX) {
            throw refusal("the push recipient is %d bytes, the limit is %d".formatted(bytes, BYTES_MAX));
        }
        switch (transportType(recipient)) {
            case "fcm", "gcm" -> require(recipient, "registrationToken");
            case "apns" -> apnsToken(recipient).orElseThrow(() -> lacks("apns", "deviceToken"));
            case "web" -> {
                require(recipient, "targetUrl");
                webTarget(recipient).orElseThrow(() -> refusal("targetUrl of a web recipient must be a URL in base64"));
                Map<String, Object> key = Trees.objectIn(recipient, "encryptionKey");
                require(key, "p256dh");
                require(key, "auth");
            }
            case "ablyChannel" -> {
                require(recipient, "channel");
                require(recipient, "ablyKey");
                require(recipient, "ablyUrl");
                url(Trees.textIn(recipient, "ablyUrl").orElseThrow())
                        .orElseThrow(() -> refusal("ablyUrl must be a URL with a scheme and a host"));
            }
            default ->
                throw refusal("transportType must be fcm, gcm, apns, web or ablyChannel, was '%s'"
                        .formatted(transportType(recipient)));
        }
        return recipient;
    }

    static String transportType(Map<String, Object> recipient) {
        return Trees.textIn(recipient, "transportType").orElse("");
    }

    static Optional<String> apnsToken(Map<String, Object> recipient) {
        return Trees.textIn(recipient, "deviceToken")
                .or(() -> Trees.textIn(Trees.objectIn(recipient, "apnsDeviceTokens"), "default"))
                .filter(token -> token.matches("[A-Za-z0-9_-]{1,512}"));
    }

    static Optional<URI> webTarget(Map<String, Object> recipient) {
        return Trees.textIn(recipient, "targetUrl")
                .flatMap(Recipient::bytes)
                .flatMap(bytes -> url(new String(bytes, StandardCharsets.UTF_8)));
    }

    /// Base64 of either alphabet, padded or not.
    static Optional<byte[]> bytes(String base64) {
        String url = base64.strip().replace('+', '-').replace('/', '_').replace("=", "");
        try {
            return Optional.of(Base64.getUrlDecoder().decode(url));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    static Optional<URI> url(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
            return http && uri.getHost() != null && uri.getUserInfo() == null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private static void require(Map<String, Object> tree, String name) throws PushRefusal {
        if (Trees.textIn(tree, name).isEmpty()) {
            throw lacks("such a", name);
        }
    }

    private static PushRefusal lacks(String transport, String name) {
        return refusal("%s push recipient needs a %s, a non-empty string".formatted(transport, name));
    }

    static PushRefusal refusal(String message) {
        return new PushRefusal(ErrorCode.INVALID_PUSH_RECIPIENT, message);
    }
}
