package io.hark.push;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Blocking: pushes to Android and others by Firebase Cloud Messaging, HTTP v1.
final class FcmTransport implements PushTransport {
    private static final Duration LATER = Duration.ofSeconds(1);
    private static final Duration ASSERTION_TTL = Duration.ofHours(1);
    private static final Duration RENEW_BEFORE = Duration.ofMinutes(5);

    private final PushConfig config;
    private final Outbound outbound;
    private final InstantSource clock;

    /// As many as there are service accounts.
    private final Map<PushCredentials.Fcm, Access> accesses = new ConcurrentHashMap<>();

    private record Access(String token, Instant until) {
        /// Without the token, which is a secret.
        @Override
        public String toString() {
            return "Access[until " + until + "]";
        }
    }

    FcmTransport(PushConfig config, Outbound outbound, InstantSource clock) {
        this.config = config;
        this.outbound = outbound;
        this.clock = clock;
    }

    @Override
    public PushOutcome send(String app, Map<String, Object> recipient, PushPayload payload, String id) {
        Optional<PushCredentials.Fcm> account = config.credentialsOf(app).fcm();
        Optional<String> device = Trees.textIn(recipient, "registrationToken");
        if (account.isEmpty()) {
            return new PushOutcome.Refused(ErrorCode.PUSH_NOT_CONFIGURED.info(
                    "push transport not configured: the node has no credentials of FCM for this app"));
        }
        if (device.isEmpty()) {
            return new PushOutcome.Refused(
                    ErrorCode.INVALID_PUSH_RECIPIENT.info("an FCM recipient needs a registrationToken"));
        }
        try {
            return send(account.get(), device.get(), payload);
        } catch (Unauthorised e) {
            return new PushOutcome.Later(e.error, LATER);
        }
    }

    private PushOutcome send(PushCredentials.Fcm account, String device, PushPayload payload) throws Unauthorised {
        Map<String, Object> message = new LinkedHashMap<>(payload.forFcm());
        message.put("token", device);
        String body = Trees.json(Map.of("message", message));
        URI target = URI.create("%s/v1/projects/%s/messages:send".formatted(account.endpoint(), account.projectId()));
        Map<String, String> headers =
                Map.of("Authorization", "Bearer " + access(account), "Content-Type", "application/json");
        return switch (outbound.postTrusted(target, headers, body.getBytes(StandardCharsets.UTF_8))) {
            case Outbound.Answer.Forbidden(var why) -> new PushOutcome.Refused(why);
            case Outbound.Answer.Failed(var why) -> new PushOutcome.Later(why, LATER);
            case Outbound.Answer.Response response when response.isSuccess() -> new PushOutcome.Delivered();
            case Outbound.Answer.Response response
            when response.status() == 401 -> {
                accesses.remove(account);
                yield new PushOutcome.Later(answered(response), LATER);
            }
            // UNREGISTERED; its text also stands for other apps' tokens, which are of no use either.
            case Outbound.Answer.Response response
            when response.status() == 404 ->
                new PushOutcome.Gone(
                        ErrorCode.PUSH_REGISTRATION_EXPIRED.info("FCM does not know the registration token any more"));
            case Outbound.Answer.Response response
            when response.isPassing() -> new PushOutcome.Later(answered(response), response.retryIn());
            case Outbound.Answer.Response response -> new PushOutcome.Refused(answered(response));
        };
    }

    private String access(PushCredentials.Fcm account) throws Unauthorised {
        Access known = accesses.get(account);
        Instant now = clock.instant();
        if (known == null || known.until().isBefore(now)) {
            known = authorise(account, now);
            accesses.put(account, known);
        }
        return known.token();
    }

    /// The service account's JWT for an access token (RFC 7523).
    private Access authorise(PushCredentials.Fcm account, Instant now) throws Unauthorised {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", "RS256");
        header.put("typ", "JWT");
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", account.email());
        claims.put("scope", "https://www.googleapis.com/auth/firebase.messaging");
        claims.put("aud", account.tokenUri().toString());
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(ASSERTION_TTL).getEpochSecond());
        try {
            String form = "grant_type=%s&assertion=%s"
                    .formatted(
                            URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8),
                            SignedTokens.rs256(header, claims, account.key()));
            Outbound.Answer answer = outbound.postTrusted(
                    account.tokenUri(),
                    Map.of("Content-Type", "application/x-www-form-urlencoded"),
                    form.getBytes(StandardCharsets.UTF_8));
            return switch (answer) {
                case Outbound.Answer.Response response when response.isSuccess() -> access(response, now);
                case Outbound.Answer.Response response -> throw new Unauthorised(answered(response));
                case Outbound.Answer.Failed(var why) -> throw new Unauthorised(why);
                case Outbound.Answer.Forbidden(var why) -> throw new Unauthorised(why);
            };
        } catch (GeneralSecurityException e) {
            throw new Unauthorised(ErrorCode.PUSH_NOT_CONFIGURED.info("the service account's key cannot sign"));
        }
    }

    private static Access access(Outbound.Answer.Response response, Instant now) throws Unauthorised {
        Map<String, Object> answer =
                Trees.parse(new String(response.body(), StandardCharsets.UTF_8)).orElse(Map.of());
        Optional<String> token = Trees.textIn(answer, "access_token");
        if (token.isEmpty() || !(answer.get("expires_in") instanceof Long seconds)) {
            throw new Unauthorised(ErrorCode.PUSH_NOT_DELIVERED.info("the token endpoint gave no access token"));
        }
        return new Access(token.get(), now.plusSeconds(seconds).minus(RENEW_BEFORE));
    }

    private static ErrorInfo answered(Outbound.Answer.Response response) {
        return ErrorCode.PUSH_NOT_DELIVERED.info("FCM answered %d".formatted(response.status()));
    }

    /// There is no access token.
    private static final class Unauthorised extends Exception {
        private static final long serialVersionUID = 1;
        private final transient ErrorInfo error;

        Unauthorised(ErrorInfo error) {
            super(error.message(), null, false, false);
            this.error = error;
        }
    }
}
