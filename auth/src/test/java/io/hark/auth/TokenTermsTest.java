package io.hark.auth;

import static io.hark.auth.Fixtures.KEY;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.denied;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.jwt;
import static io.hark.auth.Fixtures.present;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTermsTest {
    private static TokenTerms terms(String claims) {
        return granted(present(jwt(KEY, claims))).terms();
    }

    @Test
    void theMostSpecificUserClaimCounts() {
        UserClaims claims = terms("""
            ,"ably.channel.*":"any","ably.channel.news:*":"news","ably.channel.news:*:local":"local",\
            "ably.channel.news:uk":"uk"\
            """).userClaims();

        assertThat(claims.on("chat")).contains("any");
        assertThat(claims.on("news:fr")).contains("news");
        assertThat(claims.on("news:fr:local")).contains("local");
        assertThat(claims.on("news:uk")).contains("uk");
        assertThat(terms("").userClaims().on("chat")).isEmpty();
    }

    @Test
    void aRoomsClaimIsItsChannels() {
        UserClaims claims = terms("""
            ,"ably.room.lobby":"host","ably.room.team:*":"member","ably.channel.*":"any"\
            """).userClaims();

        assertThat(claims.on("lobby::$chat")).contains("host");
        assertThat(claims.on("team:a::$chat")).contains("member");
        assertThat(claims.on("other::$chat")).contains("any");
        assertThat(claims.on("lobby")).contains("any");
    }

    @Test
    void ratesAreByChannel() {
        PublishRates rates = terms(",\"ably.limits.publish.perAttachment.maxRate.slow:*\":0.5")
                .publishRates();

        assertThat(rates.on("slow:a")).isEqualTo(OptionalDouble.of(0.5));
        assertThat(rates.on("fast")).isEmpty();
        assertThat(terms("").publishRates().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"ably.channel.a\":1",
                "\"ably.channel.\":\"x\"",
                "\"ably.room.a\":{}",
                "\"ably.limits.publish.perAttachment.maxRate.a\":\"1\"",
                "\"ably.limits.publish.perAttachment.maxRate.a\":-1"
            })
    void aClaimOfAWrongFormIsRefused(String claim) {
        assertError(denied(present(jwt(KEY, "," + claim))), 400, 40144);
    }

    @Test
    void claimsAreBounded() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i <= JwtTerms.CLAIMS_MAX; i++) {
            many.append(",\"ably.channel.c%d\":\"x\"".formatted(i));
        }
        String longOne = "x".repeat(JwtTerms.USER_CLAIM_CHARS_MAX + 1);

        assertError(denied(present(jwt(KEY, many.toString()))), 400, 40144);
        assertError(denied(present(jwt(KEY, ",\"ably.channel.a\":\"%s\"".formatted(longOne)))), 400, 40144);
    }

    @Test
    void unknownClaimsAreIgnored() {
        assertThat(terms(",\"ably.other\":1,\"sub\":\"x\"")).isEqualTo(TokenTerms.NONE);
    }
}
