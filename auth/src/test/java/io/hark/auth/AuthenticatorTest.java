package io.hark.auth;

import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.LENIENT;
import static io.hark.auth.Fixtures.NARROW;
import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.OF_DISABLED_APP;
import static io.hark.auth.Fixtures.OF_TLS_APP;
import static io.hark.auth.Fixtures.REVOKED;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.STRICT;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.capability;
import static io.hark.auth.Fixtures.denied;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.present;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
    @Test
    void aKeyIsGrantedItsOwnCapabilityForGood() {
        assertThat(granted(basic(KEY.text())))
                .isEqualTo(new Grant(
                        "app", "app.key", Grant.Kind.BASIC, Optional.empty(), KEY.capability(), NOW, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "this.is:wrong, 401, 40101",
        "app.unknown:sixteen-chars-ok, 401, 40400",
        "app.key:wrong, 401, 40101",
        "app.key:, 401, 40101",
        "app.key:sixteen-chars-o, 401, 40101",
        "app.key:sixteen-chars-ok:more, 401, 40101",
        "app.revoked:sixteen-chars-ok, 401, 40131",
        "off.key:sixteen-chars-ok, 401, 40120",
        "none:none, 400, 40005",
        "app.key, 400, 40005",
        ":, 400, 40005",
        "app.key.more:sixteen-chars-ok, 400, 40005",
    })
    void aWrongKeyIsDeniedWithTheCodeThatSdksExpect(String keyText, int status, int code) {
        assertError(denied(basic(keyText)), status, code);
    }

    @Test
    void aKeyWithoutTlsIsDeniedUnlessAllowed() {
        var credentials = new Credentials.Basic(KEY.text());
        assertError(denied(STRICT.authenticate(credentials, false, NOW)), 401, 40103);
        assertThat(granted(LENIENT.authenticate(credentials, false, NOW)).keyName())
                .isEqualTo("app.key");
    }

    @Test
    void anAppThatInsistsOnTlsDeniesKeysAndTokensWithoutIt() {
        var key = new Credentials.Basic(OF_TLS_APP.text());
        assertError(denied(LENIENT.authenticate(key, false, NOW)), 401, 40103);
        assertThat(granted(LENIENT.authenticate(key, true, NOW)).appId()).isEqualTo("tls");
        var token = new Credentials.Token(token(OF_TLS_APP));
        assertError(denied(LENIENT.authenticate(token, false, NOW)), 403, 40311);
        assertThat(granted(LENIENT.authenticate(token, true, NOW)).appId()).isEqualTo("tls");
    }

    @Test
    void noCredentialsAreDeniedWith40101AndUnreadableOnesWith40005() {
        assertError(denied(STRICT.authenticate(new Credentials.None(), true, NOW)), 401, 40101);
        assertError(denied(STRICT.authenticate(new Credentials.Malformed("?"), true, NOW)), 400, 40005);
    }

    @Test
    void aTokenGrantsWhatItSays() {
        Capability news = capability("{\"news:sport\":[\"subscribe\"]}");
        Instant expires = NOW.plusSeconds(60);
        String token = SIGNER.sign(new TokenClaims(
                KEY.keyName(), NOW.minusSeconds(5), expires, Optional.of("a client"), Optional.of(news)));
        Grant expected = new Grant(
                "app",
                "app.key",
                Grant.Kind.TOKEN,
                Optional.of("a client"),
                news,
                NOW.minusSeconds(5),
                Optional.of(expires));
        assertThat(granted(present(token))).isEqualTo(expected);
        // Tokens may travel without TLS.
        assertThat(granted(STRICT.authenticate(new Credentials.Token(token), false, NOW)))
                .isEqualTo(expected);
    }

    @Test
    void aTokenExpiresAtItsTimeToTheMillisecond() {
        String token = token(KEY);
        Instant expires = NOW.plusSeconds(60);
        assertThat(granted(STRICT.authenticate(new Credentials.Token(token), true, expires.minusMillis(1))))
                .isNotNull();
        var expired = denied(STRICT.authenticate(new Credentials.Token(token), true, expires));
        assertError(expired, 401, 40142);
        assertThat(expired.isTokenError()).isTrue();
    }

    @Test
    void aTokenEndsWithItsKeyOrApp() {
        assertError(denied(present(token(REVOKED))), 401, 40131);
        assertError(denied(present(token(OF_DISABLED_APP))), 401, 40120);
        ApiKey deleted = Fixtures.key("app", "deleted", "{\"*\":[\"*\"]}", false, true);
        assertError(denied(present(token(deleted))), 401, 40143);
        ApiKey ofDeletedApp = Fixtures.key("gone", "key", "{\"*\":[\"*\"]}", false, true);
        assertError(denied(present(token(ofDeletedApp))), 401, 40143);
    }

    @Test
    void aTokenLosesWhatItsKeyLost() {
        String token = SIGNER.sign(new TokenClaims(
                NARROW.keyName(),
                NOW,
                NOW.plus(Duration.ofHours(1)),
                Optional.empty(),
                Optional.of(capability("{\"news:*\":[\"subscribe\",\"publish\"],\"old\":[\"*\"]}"))));
        assertThat(granted(present(token)).capability().canonical()).isEqualTo("{\"news:*\":[\"subscribe\"]}");
        String worthless = SIGNER.sign(new TokenClaims(
                NARROW.keyName(),
                NOW,
                NOW.plus(Duration.ofHours(1)),
                Optional.empty(),
                Optional.of(capability("{\"old\":[\"*\"]}"))));
        assertError(denied(present(worthless)), 401, 40160);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "token", "app.", ".content", "app.con:tent", "app.con+tent", "{\"a\":1}"})
    void whatCannotBeATokenIsDeniedWith40005(String text) {
        assertError(denied(present(text)), 400, 40005);
    }

    @Test
    void anOverlongTokenIsDeniedUnread() {
        assertError(denied(present("app." + "A".repeat(Authenticator.TOKEN_CHARS_MAX))), 400, 40005);
    }

    private static AuthResult basic(String keyText) {
        return STRICT.authenticate(new Credentials.Basic(keyText), true, NOW);
    }

    private static String token(ApiKey key) {
        return SIGNER.sign(
                new TokenClaims(key.keyName(), NOW, NOW.plusSeconds(60), Optional.empty(), Optional.empty()));
    }
}
