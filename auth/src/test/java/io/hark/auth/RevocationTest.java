package io.hark.auth;

import static io.hark.auth.Fixtures.DIRECTORY;
import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.NOW_SECONDS;
import static io.hark.auth.Fixtures.REVOCABLE;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.capability;
import static io.hark.auth.Fixtures.denied;
import static io.hark.auth.Fixtures.error;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.jwt;
import static io.hark.auth.Fixtures.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationTest {
    private final Map<String, Instant> revoked = new HashMap<>();
    private final Authenticator authenticator = new Authenticator(
            DIRECTORY,
            SIGNER,
            false,
            grant -> RevocationTarget.of(grant).stream()
                    .filter(revoked::containsKey)
                    .map(revoked::get)
                    .findFirst());

    private AuthResult present(String token) {
        return authenticator.authenticate(new Credentials.Token(token), true, NOW);
    }

    private static String ablyToken(ApiKey key, long seconds) {
        return SIGNER.sign(new TokenClaims(
                key.keyName(),
                NOW,
                NOW.plusSeconds(seconds),
                Optional.of("bob"),
                Optional.of(capability("{\"a:*\":[\"publish\"],\"b\":[\"*\"]}"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"clientId:bob", "channel:a:*", "channel:b"})
    void anAblyTokenIsRevokedByClientIdAndByChannelAsItsCapabilitySpellsIt(String target) {
        granted(present(ablyToken(REVOCABLE, 3600)));
        revoked.put(target, NOW);
        assertError(denied(present(ablyToken(REVOCABLE, 3600))), 401, 40141);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clientId:b", "clientId:BOB", "channel:a", "channel:a:x", "revocationKey:bob"})
    void othersAreNot(String target) {
        revoked.put(target, NOW);
        granted(present(ablyToken(REVOCABLE, 3600)));
    }

    @Test
    void aJwtIsRevokedByItsRevocationKey() {
        String token = jwt(REVOCABLE, ",\"x-ably-revocation-key\":\"team:1\"");
        granted(present(token));
        revoked.put("revocationKey:team:1", NOW);
        assertError(denied(present(token)), 401, 40141);
    }

    @Test
    void aTokenThatOutlivesRevocationsIsNone() {
        revoked.put("clientId:bob", NOW);
        granted(present(ablyToken(KEY, 3601)));
    }

    @Test
    void aTokenWithAMarginIsGoodUntilThen() {
        Instant end = NOW.plusSeconds(30);
        revoked.put("clientId:bob", end);
        Grant grant = granted(present(ablyToken(REVOCABLE, 3600)));

        assertThat(authenticator.standing(grant, NOW)).isEqualTo(new Standing.Until(end));
        assertThat(authenticator.standing(grant, end))
                .isInstanceOfSatisfying(Standing.Ended.class, ended -> assertError(ended.error(), 401, 40141));
    }

    @Test
    void aGrantEndsWithItsKeyAndItsApp() {
        Grant grant = granted(present(ablyToken(REVOCABLE, 3600)));
        Authenticator withoutKey =
                new Authenticator(id -> Optional.of(Fixtures.app("app", true, false, KEY)), SIGNER, false);
        Authenticator disabled =
                new Authenticator(id -> Optional.of(Fixtures.app("app", false, false, REVOCABLE)), SIGNER, false);
        Authenticator gone = new Authenticator(id -> Optional.empty(), SIGNER, false);

        assertThat(authenticator.standing(grant, NOW)).isEqualTo(new Standing.Good());
        assertThat(withoutKey.standing(grant, NOW))
                .isInstanceOfSatisfying(Standing.Ended.class, ended -> assertError(ended.error(), 401, 40131));
        assertThat(disabled.standing(grant, NOW))
                .isInstanceOfSatisfying(Standing.Ended.class, ended -> assertError(ended.error(), 401, 40120));
        assertThat(gone.standing(grant, NOW))
                .isInstanceOfSatisfying(Standing.Ended.class, ended -> assertError(ended.error(), 401, 40101));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bob", "clientid:bob", "user:bob", "clientId:", ":", "clientId:longer-than-twenty"})
    void aTargetOfNoKnownFormIsRefused(String target) {
        assertError(error(RevocationTarget.check(target, 20)), 400, 40003);
    }

    @Test
    void aValueMayHoldColons() {
        assertThat(value(RevocationTarget.check("channel:a:b:*", 20))).isEqualTo("channel:a:b:*");
    }

    @Test
    void aRevocationKeyThatIsNoTextIsRefused() {
        assertError(denied(present(jwt(REVOCABLE, ",\"x-ably-revocation-key\":1"))), 400, 40144);
    }

    @Test
    void aJwtOfARevocableKeyLivesAnHourAtMost() {
        assertError(denied(present(jwt(REVOCABLE, NOW_SECONDS, NOW_SECONDS + 3601, ""))), 400, 40003);
    }
}
