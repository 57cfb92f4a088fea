package io.hark.auth;

import io.hark.protocol.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes Ably tokens and reads them back. A token is self-contained: `appId.` and the base64url of a MAC and
/// the
/// claims, so any node with the same secret can check it without looking anything up. Any thread.
///
/// Claims, after a version byte: issued and expires as milliseconds (8 bytes each), then keyId, capability and
/// clientId, each as length (4 bytes) and UTF-8; a length of -1 stands for no clientId. The token of a device goes on
/// with its id in the same form.
public final class TokenSigner {
    private static final byte VERSION = 1;
    private static final int MAC_LENGTH = 32;

    // One dot, so that no token can be taken for a JWT, and no colon, so that SDKs do not take it for a key
    // (RSC1a).
    private static final Pattern TEXT = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");

    private final byte[] secret;

    public TokenSigner(TokenSecret secret) {
        this.secret = secret.bytes();
    }

    String sign(TokenClaims claims) {
        byte[] encoded = encode(claims);
        byte[] mac = mac(claims.key().appId(), encoded);
        byte[] content = ByteBuffer.allocate(mac.length + encoded.length)
                .put(mac)
                .put(encoded)
                .array();
        return claims.key().appId() + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    }

    /// @return the claims of a token that was signed with this secret, expired or not; refused with
    ///         40005 when the text is no token at all, with 40145 when it is not one of ours
    Outcome<TokenClaims> verify(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Outcome.refused(ErrorCode.INVALID_CREDENTIAL_TEXT.info(
                    "Invalid accessToken in request: it is neither an Ably token nor a JWT"));
        }
        String appId = matcher.group(1);
        byte[] content = Base64Text.decode(matcher.group(2)).orElse(new byte[0]);
        // Only the one spelling is accepted: the last character has bits to spare, and a token must not have
        // twins.
        if (content.length <= MAC_LENGTH
                || !Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(content)
                        .equals(matcher.group(2))) {
            return invalid();
        }
        byte[] mac = Arrays.copyOf(content, MAC_LENGTH);
        byte[] encoded = Arrays.copyOfRange(content, MAC_LENGTH, content.length);
        if (!MessageDigest.isEqual(mac, mac(appId, encoded)) || encoded[0] != VERSION) {
            return invalid();
        }
        return decode(appId, ByteBuffer.wrap(encoded));
    }

    private static <T> Outcome<T> invalid() {
        return Outcome.refused(
                ErrorCode.INVALID_TOKEN.info("invalid Ably token: it is damaged or was not issued by this cluster"));
    }

    private byte[] mac(String appId, byte[] encoded) {
        return Hmac.sha256(secret, (appId + ".").getBytes(StandardCharsets.US_ASCII), encoded);
    }

    private static byte[] encode(TokenClaims claims) {
        byte[] keyId = utf8(claims.key().keyId());
        byte[] capability = utf8(claims.capability().map(Capability::canonical).orElse(""));
        Optional<byte[]> clientId = claims.clientId().map(TokenSigner::utf8);
        Optional<byte[]> deviceId = claims.terms().deviceId().map(TokenSigner::utf8);
        int length = 1 + 2 * Long.BYTES + 3 * Integer.BYTES;
        ByteBuffer out = ByteBuffer.allocate(length
                + keyId.length
                + capability.length
                + clientId.map(id -> id.length).orElse(0)
                + deviceId.map(id -> Integer.BYTES + id.length).orElse(0));
        out.put(VERSION);
        out.putLong(claims.issued().toEpochMilli());
        out.putLong(claims.expires().toEpochMilli());
        out.putInt(keyId.length).put(keyId);
        out.putInt(capability.length).put(capability);
        clientId.ifPresentOrElse(id -> out.putInt(id.length).put(id), () -> out.putInt(-1));
        deviceId.ifPresent(id -> out.putInt(id.length).put(id));
        return out.array();
    }

    /// Reads what [#encode] wrote: the MAC was right, so the form is.
    private static Outcome<TokenClaims> decode(String appId, ByteBuffer in) {
        in.get();
        Instant issued = Instant.ofEpochMilli(in.getLong());
        Instant expires = Instant.ofEpochMilli(in.getLong());
        KeyName key = new KeyName(appId, text(in).orElseThrow());
        String capability = text(in).orElseThrow();
        Optional<String> clientId = text(in);
        TokenTerms terms = in.hasRemaining() ? TokenTerms.ofDevice(text(in).orElseThrow()) : TokenTerms.NONE;
        if (capability.isEmpty()) {
            return Outcome.ok(new TokenClaims(key, issued, expires, clientId, Optional.empty(), terms));
        }
        return Capability.parse(capability)
                .map(parsed -> new TokenClaims(key, issued, expires, clientId, Optional.of(parsed), terms));
    }

    private static Optional<String> text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0) {
            return Optional.empty();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
