package io.hark.auth;

import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.NARROW;
import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.NOW_SECONDS;
import static io.hark.auth.Fixtures.REVOCABLE;
import static io.hark.auth.Fixtures.SECRET;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.base64Url;
import static io.hark.auth.Fixtures.denied;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.header;
import static io.hark.auth.Fixtures.jwt;
import static io.hark.auth.Fixtures.present;
import static io.hark.auth.Fixtures.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTest {
    private static final String FOREIGN = "{\"alg\":\"RS256\",\"kid\":\"theirs\"}";

    @Test
    void aJwtGrantsWhatItClaims() {
        String jwt = jwt(
                KEY,
                ",\"x-ably-capability\":\"{ \\\"a\\\": [\\\"publish\\\"] }\",\"x-ably-clientId\":\"bob\",\"foo\":{}");
        assertThat(granted(present(jwt)))
                .isEqualTo(new Grant(
                        "app",
                        "app.key",
                        Grant.Kind.TOKEN,
                        Optional.of("bob"),
                        Fixtures.capability("{\"a\":[\"publish\"]}"),
                        NOW,
                        Optional.of(NOW.plusSeconds(3600))));
    }

    @Test
    void aJwtWithoutCapabilityHasThatOfItsKey() {
        assertThat(granted(present(jwt(NARROW, ""))).capability()).isEqualTo(NARROW.capability());
        assertThat(granted(present(jwt(NARROW, ",\"x-ably-capability\":\"\",\"x-ably-clientId\":\"*\"")))
                        .clientId())
                .contains("*");
    }

    @Test
    void aJwtMayHavePaddedSignatureAndFractionalTimes() {
        String jwt = jwt(header("app.key"), "{\"iat\":%1$d.25,\"exp\":%1$d.75}".formatted(NOW_SECONDS), SECRET);
        Grant grant = granted(present(jwt + "="));
        assertThat(grant.issued()).isEqualTo(NOW.plusMillis(250));
        assertThat(grant.expires()).contains(NOW.plusMillis(750));
    }

    @Test
    void aWrongSignatureSaysSoInTheWordsThatUsersMatch() {
        String jwt = jwt(header("app.key"), claims(""), "another secret");
        var error = denied(present(jwt));
        assertError(error, 401, 40144);
        assertThat(error.message()).contains("signature verification failed");
    }

    @Test
    void aJwtInWhichTheClaimsWereChangedIsDenied() {
        String[] parts = jwt(KEY, "").split("\\.");
        String changed = parts[0] + "." + base64Url(utf8(claims(",\"x-ably-clientId\":\"root\""))) + "." + parts[2];
        assertError(denied(present(changed)), 401, 40144);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"none\",\"kid\":\"app.key\"}",
                "{\"alg\":\"HS384\",\"kid\":\"app.key\"}",
                "{\"alg\":\"RS256\",\"kid\":\"app.key\"}",
                "{\"alg\":\"HS256\"}",
                "{\"kid\":\"app.key\"}",
                "{\"alg\":\"HS256\",\"kid\":\"app.key\",\"crit\":[\"b64\"],\"b64\":false}",
                "{\"alg\":\"HS256\",\"kid\":7}",
                "{}",
                "[]",
                "not json",
            })
    void aHeaderThatCannotBeHonouredIsDenied(String header) {
        assertError(denied(present(jwt(header, claims(""), SECRET))), 401, 40144);
    }

    @Test
    void anUnsignedJwtIsDenied() {
        String text =
                base64Url(utf8("{\"alg\":\"none\",\"kid\":\"app.key\"}")) + "." + base64Url(utf8(claims(""))) + ".";
        assertError(denied(present(text)), 401, 40144);
        String signatureCutOff = jwt(KEY, "");
        assertError(denied(present(signatureCutOff.substring(0, signatureCutOff.lastIndexOf('.') + 1))), 401, 40144);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b.c", "..", "...", "....", "a.b.c.d.e", "e30.e30.e30"})
    void whatCannotBeDecodedIsDenied(String text) {
        assertError(denied(present(text)), 401, 40144);
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid.invalid", "app.unknown", "unknown.key", "nodot", ""})
    void aKeyThatDoesNotExistIsNotFoundSoThatClientsDoNotRenew(String kid) {
        var error = denied(present(jwt(header(kid), claims(""), SECRET)));
        assertError(error, 404, 40400);
        assertThat(error.isTokenError()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"exp\":1700003600}",
                "{\"iat\":1700000000}",
                "{\"iat\":\"1700000000\",\"exp\":1700003600}",
                "{\"iat\":1700000000,\"exp\":null}",
                "{\"iat\":-1,\"exp\":1700003600}",
                "{\"iat\":1700000000,\"exp\":1e300}",
                "{\"iat\":1700000100,\"exp\":1700000050}",
                "{\"iat\":1700000121,\"exp\":1700000200}",
                "not json",
            })
    void timesThatAreMissingOrSenselessAreDeniedWith400(String payload) {
        assertError(denied(present(jwt(header("app.key"), payload, SECRET))), 400, 40144);
    }

    @Test
    void aMissingIatIsNamed() {
        assertThat(denied(present(jwt(header("app.key"), "{\"exp\":1700003600}", SECRET)))
                        .message())
                .isEqualTo("Invalid token; iat must be specified");
    }

    @Test
    void aClockThatIsTwoMinutesAheadIsTolerated() {
        assertThat(granted(present(jwt(KEY, NOW_SECONDS + 120, NOW_SECONDS + 200, "")))
                        .issued())
                .isEqualTo(NOW.plusSeconds(120));
    }

    @ParameterizedTest
    @CsvSource({"-10, 0", "-3600, -1", "-1000000, -999000", "-10000000, -1"})
    void anExpiredJwtIsATokenErrorHoweverLongAgo(long iat, long exp) {
        assertError(denied(present(jwt(KEY, NOW_SECONDS + iat, NOW_SECONDS + exp, ""))), 401, 40142);
    }

    @Test
    void aJwtThatLivesTooLongIsDenied() {
        long day = 24 * 3600;
        assertThat(granted(present(jwt(KEY, NOW_SECONDS, NOW_SECONDS + day, ""))))
                .isNotNull();
        assertError(denied(present(jwt(KEY, NOW_SECONDS, NOW_SECONDS + day + 1, ""))), 400, 40003);
        assertThat(granted(present(jwt(REVOCABLE, NOW_SECONDS, NOW_SECONDS + 3600, ""))))
                .isNotNull();
        assertError(denied(present(jwt(REVOCABLE, NOW_SECONDS, NOW_SECONDS + 3601, ""))), 400, 40003);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",\"x-ably-clientId\":7 | 400 | 40012",
                ",\"x-ably-clientId\":\"\" | 400 | 40012",
                ",\"x-ably-capability\":{\"a\":[\"publish\"]} | 400 | 40144",
                ",\"x-ably-capability\":\"{\\\"a\\\":[]}\" | 400 | 40000",
                ",\"x-ably-capability\":\"{\\\"a\\\":[\\\"publish\\\"]}\" | 401 | 40160",
            })
    void wrongClaimsAreDenied(String claim, int status, int code) {
        assertError(denied(present(jwt(NARROW, claim))), status, code);
    }

    @Test
    void aKeyOrAppThatIsOffDeniesItsJwts() {
        assertError(denied(present(jwt(Fixtures.REVOKED, ""))), 401, 40131);
        assertError(denied(present(jwt(Fixtures.OF_DISABLED_APP, ""))), 401, 40120);
        assertError(
                denied(Fixtures.STRICT.authenticate(new Credentials.Token(jwt(Fixtures.OF_TLS_APP, "")), false, NOW)),
                403,
                40311);
    }

    @Test
    void aForeignJwtIsOnlyTheEnvelopeOfTheTokenInIt() {
        String inner = jwt(KEY, ",\"x-ably-clientId\":\"inner\"");
        String ably = SIGNER.sign(
                new TokenClaims(KEY.keyName(), NOW, NOW.plusSeconds(60), Optional.of("inner"), Optional.empty()));
        for (String token : new String[] {inner, ably}) {
            String claim = "{\"sub\":\"x\",\"x-ably-token\":\"" + token + "\"}";
            String header = "{\"alg\":\"ES256\",\"x-ably-token\":\"" + token + "\"}";
            assertThat(granted(present(jwt(FOREIGN, claim, "theirs"))).clientId())
                    .contains("inner");
            assertThat(granted(present(jwt(header, "{\"sub\":\"x\"}", "theirs")))
                            .clientId())
                    .contains("inner");
            assertThat(granted(present(encrypted(token))).clientId()).contains("inner");
        }
    }

    private static String encrypted(String token) {
        String header = "{\"alg\":\"dir\",\"enc\":\"A128GCM\",\"x-ably-token\":\"" + token + "\"}";
        return base64Url(utf8(header)) + "..AAAA.AAAA.AAAA";
    }

    @Test
    void anEnvelopeMustNotOutliveTheTokenInIt() {
        String ably = SIGNER.sign(
                new TokenClaims(KEY.keyName(), NOW, NOW.plusSeconds(60), Optional.empty(), Optional.empty()));
        String claim = "{\"exp\":%d,\"x-ably-token\":\"" + ably + "\"}";
        assertThat(granted(present(jwt(FOREIGN, claim.formatted(NOW_SECONDS + 60), "theirs"))))
                .isNotNull();
        assertError(denied(present(jwt(FOREIGN, claim.formatted(NOW_SECONDS + 61), "theirs"))), 401, 40144);
    }

    @Test
    void theTokenInAnEnvelopeIsCheckedAsEver() {
        String expired = jwt(KEY, NOW_SECONDS - 10, NOW_SECONDS - 1, "");
        assertError(denied(present(jwt(FOREIGN, "{\"x-ably-token\":\"" + expired + "\"}", "x"))), 401, 40142);
        String forged = jwt(header("app.key"), claims(""), "not the secret");
        assertError(denied(present(jwt(FOREIGN, "{\"x-ably-token\":\"" + forged + "\"}", "x"))), 401, 40144);
        String nested = jwt(FOREIGN, "{\"x-ably-token\":\"" + jwt(KEY, "") + "\"}", "x");
        assertError(denied(present(jwt(FOREIGN, "{\"x-ably-token\":\"" + nested + "\"}", "x"))), 401, 40144);
        assertError(denied(present(jwt(FOREIGN, "{\"x-ably-token\":7}", "x"))), 401, 40144);
    }

    private static String claims(String extra) {
        Instant expires = NOW.plusSeconds(60);
        return "{\"iat\":%d,\"exp\":%d%s}".formatted(NOW_SECONDS, expires.getEpochSecond(), extra);
    }
}
