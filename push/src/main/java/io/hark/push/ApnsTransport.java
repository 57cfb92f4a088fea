package io.hark.push;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Blocking: pushes to Apple's devices by APNs, over HTTP/2, with a token of the developer's key.
final class ApnsTransport implements PushTransport {
    private static final Duration LATER = Duration.ofSeconds(1);

    /// APNs refuses tokens of more than an hour, and new ones that come faster than every 20 minutes.
    private static final Duration TOKEN_TTL = Duration.ofMinutes(40);

    private static final Set<String> HEADERS =
            Set.of("apns-push-type", "apns-priority", "apns-expiration", "apns-collapse-id", "apns-topic");

    private final PushConfig config;
    private final Outbound outbound;
    private final InstantSource clock;

    /// As many as there are keys.
    private final Map<PushCredentials.Apns, Token> tokens = new ConcurrentHashMap<>();

    private record Token(String text, Instant until) {}

    ApnsTransport(PushConfig config, Outbound outbound, InstantSource clock) {
        this.config = config;
        this.outbound = outbound;
        this.clock = clock;
    }

    @Override
    public PushOutcome send(String app, Map<String, Object> recipient, PushPayload payload, String id) {
        Optional<PushCredentials.Apns> key = config.credentialsOf(app).apns();
        Optional<String> device = Recipient.apnsToken(recipient);
        if (key.isEmpty()) {
            return new PushOutcome.Refused(ErrorCode.PUSH_NOT_CONFIGURED.info(
                    "push transport not configured: the node has no credentials of APNs for this app"));
        }
        if (device.isEmpty()) {
            return new PushOutcome.Refused(
                    ErrorCode.INVALID_PUSH_RECIPIENT.info("an APNs recipient needs a deviceToken"));
        }
        Map<String, Object> body = new LinkedHashMap<>(payload.forApns());
        Map<String, Object> given = Trees.object(body.remove("apns-headers")).orElse(Map.of());
        URI target = URI.create("%s/3/device/%s".formatted(key.get().endpoint(), device.get()));
        try {
            return outcome(
                    key.get(),
                    outbound.postTrusted(
                            target,
                            headers(key.get(), payload, body, given, id),
                            Trees.json(body).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            return new PushOutcome.Refused(ErrorCode.PUSH_NOT_CONFIGURED.info("the key of APNs cannot sign"));
        }
    }

    private Map<String, String> headers(
            PushCredentials.Apns key,
            PushPayload payload,
            Map<String, Object> body,
            Map<String, Object> given,
            String id)
            throws GeneralSecurityException {
        boolean alert = Trees.objectIn(body, "aps").containsKey("alert");
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("authorization", "bearer " + token(key));
        headers.put("apns-topic", key.topic());
        headers.put("apns-push-type", alert ? "alert" : "background");
        headers.put("apns-priority", alert ? "10" : "5");
        headers.put("apns-expiration", Long.toString(clock.instant().getEpochSecond() + payload.ttlSeconds()));
        // The same one when it is tried again.
        headers.put(
                "apns-id",
                UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString());
        given.forEach((name, value) -> {
            if (HEADERS.contains(name) && String.valueOf(value).matches("[ -~]{1,256}")) {
                headers.put(name, String.valueOf(value));
            }
        });
        return headers;
    }

    private String token(PushCredentials.Apns key) throws GeneralSecurityException {
        Token known = tokens.get(key);
        Instant now = clock.instant();
        if (known == null || known.until().isBefore(now)) {
            Map<String, Object> header = new LinkedHashMap<>();
            header.put("alg", "ES256");
            header.put("kid", key.keyId());
            Map<String, Object> claims = new LinkedHashMap<>();
            claims.put("iss", key.teamId());
            claims.put("iat", now.getEpochSecond());
            known = new Token(SignedTokens.es256(header, claims, key.key()), now.plus(TOKEN_TTL));
            tokens.put(key, known);
        }
        return known.text();
    }

    private PushOutcome outcome(PushCredentials.Apns key, Outbound.Answer answer) {
        return switch (answer) {
            case Outbound.Answer.Forbidden(var why) -> new PushOutcome.Refused(why);
            case Outbound.Answer.Failed(var why) -> new PushOutcome.Later(why, LATER);
            case Outbound.Answer.Response response when response.isSuccess() -> new PushOutcome.Delivered();
            case Outbound.Answer.Response response -> {
                String reason = reason(response);
                ErrorInfo why =
                        ErrorCode.PUSH_NOT_DELIVERED.info("APNs answered %d %s".formatted(response.status(), reason));
                if (response.status() == 410 || reason.equals("BadDeviceToken")) {
                    yield new PushOutcome.Gone(ErrorCode.PUSH_REGISTRATION_EXPIRED.info(why.message()));
                }
                if (reason.equals("ExpiredProviderToken")) {
                    tokens.remove(key);
                    yield new PushOutcome.Later(why, LATER);
                }
                yield response.isPassing()
                        ? new PushOutcome.Later(why, response.retryIn())
                        : new PushOutcome.Refused(why);
            }
        };
    }

    private static String reason(Outbound.Answer.Response response) {
        return Trees.parse(new String(response.body(), StandardCharsets.UTF_8))
                .flatMap(body -> Trees.textIn(body, "reason"))
                .filter(reason -> reason.matches("[A-Za-z]{1,64}"))
                .orElse("");
    }
}
