package io.hark.auth;

import static io.hark.auth.Fixtures.DIRECTORY;
import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.NARROW;
import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.REVOKED;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.STRICT;
import static io.hark.auth.Fixtures.denied;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.present;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Tokens that say which device their bearer is.
class DeviceTokenTest {
    private final TokenIssuer issuer = new TokenIssuer(DIRECTORY, STRICT, SIGNER);

    private static Grant of(ApiKey key) {
        return new Grant(
                "app", key.name(), Grant.Kind.BASIC, Optional.empty(), key.capability(), NOW, Optional.empty());
    }

    private TokenDetails issue(ApiKey key) {
        return issuer.deviceToken(of(key), "device-1", Optional.of("bob"), NOW);
    }

    @Test
    void itsBearerIsTheDeviceAndItsClient() {
        Grant grant = granted(present(issue(KEY).token()));

        assertThat(grant.terms().deviceId()).contains("device-1");
        assertThat(grant.clientId()).contains("bob");
        assertThat(grant.issued()).isEqualTo(NOW);
    }

    @Test
    void itAllowsToSubscribeToPushWhereTheKeyDoesAndNothingElse() {
        Capability capability = granted(present(issue(KEY).token())).capability();

        assertThat(capability.permits(Operation.PUSH_SUBSCRIBE, "a")).isTrue();
        assertThat(capability.permitsAny("a")).containsExactly(Operation.PUSH_SUBSCRIBE);
        assertThat(issue(KEY).capability()).isEqualTo("{\"*\":[\"push-subscribe\"]}");
    }

    @Test
    void withAKeyThatMayNotSubscribeItOnlySaysWhoItIs() {
        Grant grant = granted(present(issue(NARROW).token()));

        assertThat(grant.terms().deviceId()).contains("device-1");
        assertThat(grant.capability()).isEqualTo(Capability.NOTHING);
        assertThat(grant.capability().permitsSomewhere(Operation.PUSH_SUBSCRIBE))
                .isFalse();
    }

    @Test
    void itLivesForFiveYears() {
        String token = issue(KEY).token();
        Instant nearly = NOW.plus(Duration.ofDays(5 * 365)).minusSeconds(1);

        assertThat(granted(STRICT.authenticate(new Credentials.Token(token), true, nearly)))
                .isNotNull();
        assertThat(denied(STRICT.authenticate(new Credentials.Token(token), true, nearly.plusSeconds(2)))
                        .code())
                .isEqualTo(40142);
    }

    @Test
    void itEndsWithItsKey() {
        assertThat(denied(present(issue(REVOKED).token())).code()).isEqualTo(40131);
    }

    @Test
    void theTokenOfAClientIsOfNoDevice() {
        String token = SIGNER.sign(new TokenClaims(
                KeyName.parse(KEY.name()).orElseThrow(),
                NOW,
                NOW.plusSeconds(60),
                Optional.of("bob"),
                Optional.empty()));

        assertThat(granted(present(token)).terms().deviceId()).isEmpty();
    }
}
