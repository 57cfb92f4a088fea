package io.hark.push;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Blocking: pushes to browsers (RFC 8030), encrypted for each (RFC 8291), as the app that it is (RFC
/// 8292).
final class WebTransport implements PushTransport {
    private static final Duration LATER = Duration.ofSeconds(1);
    private static final Duration TOKEN_TTL = Duration.ofHours(12);

    private final PushStore store;
    private final Outbound outbound;
    private final InstantSource clock;
    private final String contact;
    private final SecureRandom random = new SecureRandom();

    /// @param contact how push services reach who sends: a `mailto:` or `https:` URL
    WebTransport(PushStore store, Outbound outbound, InstantSource clock, String contact) {
        this.store = store;
        this.outbound = outbound;
        this.clock = clock;
        this.contact = contact;
    }

    @Override
    public PushOutcome send(String app, Map<String, Object> recipient, PushPayload payload, String id) {
        Optional<URI> target = Recipient.webTarget(recipient);
        Map<String, Object> key = Trees.objectIn(recipient, "encryptionKey");
        Optional<byte[]> receiver = Trees.textIn(key, "p256dh").flatMap(Recipient::bytes);
        Optional<byte[]> auth = Trees.textIn(key, "auth").flatMap(Recipient::bytes);
        if (target.isEmpty() || receiver.isEmpty() || auth.isEmpty()) {
            return refused("targetUrl, p256dh or auth cannot be read");
        }
        byte[] plain = Trees.json(payload.forWeb()).getBytes(StandardCharsets.UTF_8);
        if (plain.length > WebPushCrypto.PLAIN_BYTES_MAX) {
            return refused("the notification is %d bytes, web push takes %d"
                    .formatted(plain.length, WebPushCrypto.PLAIN_BYTES_MAX));
        }
        try {
            byte[] salt = new byte[16];
            random.nextBytes(salt);
            byte[] body = WebPushCrypto.encrypt(plain, receiver.get(), auth.get(), WebPushCrypto.newKeyPair(), salt);
            return outcome(outbound.post(target.get(), headers(app, target.get(), payload), body));
        } catch (GeneralSecurityException e) {
            return refused(String.valueOf(e.getMessage()));
        } catch (PushRefusal unreadable) {
            return new PushOutcome.Later(unreadable.error(), LATER);
        }
    }

    private Map<String, String> headers(String app, URI target, PushPayload payload)
            throws PushRefusal, GeneralSecurityException {
        VapidKeys keys = store.vapidKeys(app);
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("typ", "JWT");
        header.put("alg", "ES256");
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("aud", target.getScheme() + "://" + target.getRawAuthority());
        claims.put("exp", clock.instant().plus(TOKEN_TTL).getEpochSecond());
        claims.put("sub", contact);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(
                "Authorization",
                "vapid t=%s, k=%s".formatted(SignedTokens.es256(header, claims, keys.privateKey()), keys.publicText()));
        headers.put("Content-Encoding", "aes128gcm");
        headers.put("Content-Type", "application/octet-stream");
        headers.put("TTL", Long.toString(payload.ttlSeconds()));
        return headers;
    }

    private static PushOutcome outcome(Outbound.Answer answer) {
        return switch (answer) {
            case Outbound.Answer.Forbidden(var why) -> new PushOutcome.Refused(why);
            case Outbound.Answer.Failed(var why) -> new PushOutcome.Later(why, LATER);
            case Outbound.Answer.Response response when response.isSuccess() -> new PushOutcome.Delivered();
            case Outbound.Answer.Response response
            when response.status() == 404 || response.status() == 410 ->
                new PushOutcome.Gone(ErrorCode.PUSH_REGISTRATION_EXPIRED.info(
                        "the push service answered %d: the browser's subscription has ended"
                                .formatted(response.status())));
            case Outbound.Answer.Response response
            when response.isPassing() -> new PushOutcome.Later(answered(response), response.retryIn());
            case Outbound.Answer.Response response -> new PushOutcome.Refused(answered(response));
        };
    }

    private static ErrorInfo answered(Outbound.Answer.Response response) {
        return ErrorCode.PUSH_NOT_DELIVERED.info("the push service answered %d".formatted(response.status()));
    }

    private static PushOutcome refused(String why) {
        return new PushOutcome.Refused(ErrorCode.INVALID_PUSH_RECIPIENT.info("web push is not possible: " + why));
    }
}
