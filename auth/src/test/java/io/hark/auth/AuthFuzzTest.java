package io.hark.auth;

import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.STRICT;
import static io.hark.auth.Fixtures.base64;
import static io.hark.auth.Fixtures.base64Url;
import static io.hark.auth.Fixtures.header;
import static io.hark.auth.Fixtures.jwt;
import static io.hark.auth.Fixtures.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever comes from outside, a value comes back. A failure names the case, which the seed repeats.
class AuthFuzzTest {
    private static final long SEED = 20_261_122;
    private static final int CASES = 20_000;

    private static final String VALID_JWT = jwt(KEY, ",\"x-ably-clientId\":\"c\"");
    private static final String VALID_TOKEN =
            SIGNER.sign(new TokenClaims(KEY.keyName(), NOW, NOW.plusSeconds(60), Optional.of("c"), Optional.empty()));
    private static final String VALID_CAPABILITY =
            "{\"*\":[\"*\"],\"a:*:b\":[\"publish\",\"subscribe\"],\"[meta]*\":[\"history\"]}";
    private static final String ALPHABET = ".:-_=+/{}[]\"\\,*?azAZ09 \u0000\u00e9\ud800\udc00\n";

    private final Random random = new Random(SEED);

    @Test
    void tokensAreGrantedOrDenied() {
        List<String> seeds = List.of(
                VALID_JWT,
                VALID_TOKEN,
                jwt(header("app.key"), "{\"x-ably-token\":\"" + VALID_TOKEN + "\"}", "x"),
                base64Url(utf8("{\"alg\":\"dir\",\"enc\":\"A128GCM\",\"x-ably-token\":\"" + VALID_JWT + "\"}"))
                        + "....",
                "",
                "....");
        for (int i = 0; i < CASES; i++) {
            String text = mutated(pick(seeds));
            assertThat(STRICT.authenticate(new Credentials.Token(text), true, NOW))
                    .as(text)
                    .isNotNull();
        }
    }

    @Test
    void jwtsWithAnyHeaderAndPayloadAreGrantedOrDenied() {
        List<String> headers = List.of(
                header("app.key"),
                "{\"alg\":\"HS256\",\"x-ably-token\":" + "[".repeat(10_000),
                "{\"alg\":\"HS256\",\"kid\":\"app.key\",\"jwk\":{\"kty\":\"RSA\"},\"x5c\":[\"a\"],\"crit\":[\"exp\"],\"zip\":\"DEF\"}");
        List<String> payloads = List.of(
                "{\"iat\":1700000000,\"exp\":1700003600,\"x-ably-capability\":\"{\\\"a\\\":[\\\"publish\\\"]}\"}",
                "{\"iat\":1e400,\"exp\":-1e-400,\"x-ably-clientId\":[[[{}]]],\"x-ably-token\":\"a.b\"}",
                "[".repeat(20_000));
        for (int i = 0; i < CASES; i++) {
            String text = jwt(
                    random.nextBoolean() ? pick(headers) : mutated(pick(headers)),
                    random.nextBoolean() ? pick(payloads) : mutated(pick(payloads)),
                    KEY.secret());
            assertThat(STRICT.authenticate(new Credentials.Token(text), true, NOW))
                    .as(text)
                    .isNotNull();
        }
    }

    @Test
    void headersAreCredentialsOfSomeKind() {
        List<String> seeds = List.of(
                "Basic " + base64(KEY.text()),
                "Bearer " + VALID_TOKEN,
                "Bearer " + base64(VALID_JWT),
                "Bearer " + base64("\ud800"),
                "");
        for (int i = 0; i < CASES; i++) {
            String header = mutated(pick(seeds));
            Credentials credentials = Credentials.of(Optional.of(header), Map.of());
            assertThat(STRICT.authenticate(credentials, true, NOW)).as(header).isNotNull();
        }
    }

    @Test
    void capabilitiesAreParsedOrRefusedAndTheirCanonicalFormIsStable() {
        for (int i = 0; i < CASES; i++) {
            String json = mutated(VALID_CAPABILITY);
            if (Capability.parse(json) instanceof Outcome.Ok<Capability>(var capability)) {
                assertThat(Capability.parse(capability.canonical())).as(json).isEqualTo(Outcome.ok(capability));
                assertThat(capability.permits(Operation.STATS, mutated("[meta]a:b:c")))
                        .as(json)
                        .isIn(true, false);
            }
        }
    }

    private <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    /// Up to four times: replaces, inserts, removes or repeats something.
    private String mutated(String seed) {
        StringBuilder text = new StringBuilder(seed);
        for (int i = random.nextInt(5); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), at + random.nextInt(4));
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, c);
                case 1 -> text.delete(at, end);
                case 2 -> text.replace(at, end, String.valueOf(c));
                default -> text.insert(at, text.substring(at, end).repeat(3));
            }
        }
        return text.toString();
    }
}
