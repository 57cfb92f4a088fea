package io.hark.auth;

import static io.hark.auth.Fixtures.base64;
import static io.hark.auth.Fixtures.base64Url;
import static io.hark.auth.Fixtures.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
    @Test
    void basicCarriesTheKeyInBase64WithOrWithoutPadding() {
        String encoded = base64("app.key:secret!");
        assertThat(Credentials.ofHeader("Basic " + encoded)).isEqualTo(new Credentials.Basic("app.key:secret!"));
        assertThat(Credentials.ofHeader("basic  " + encoded.replace("=", "") + " "))
                .isEqualTo(new Credentials.Basic("app.key:secret!"));
    }

    @Test
    void aBearerTokenIsRawWhenItHasADotAndBase64Otherwise() {
        var token = new Credentials.Token("app.t-k_n>>>???");
        assertThat(Credentials.ofHeader("Bearer app.t-k_n>>>???")).isEqualTo(token);
        assertThat(Credentials.ofHeader("Bearer " + base64("app.t-k_n>>>???"))).isEqualTo(token);
        assertThat(Credentials.ofHeader("BEARER " + base64Url(utf8("app.t-k_n>>>???"))))
                .isEqualTo(token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Basic %%%", "Bearer %%%", "Digest abc", "Basic a.b", "app.key:secret"})
    void anUnreadableHeaderIsMalformedAndNotAbsent(String header) {
        assertThat(Credentials.ofHeader(header)).isInstanceOf(Credentials.Malformed.class);
    }

    @Test
    void theQueryNamesAreTheOnesThatSdksUse() {
        assertThat(Credentials.ofQuery(Map.of("key", "a.b:c"))).isEqualTo(new Credentials.Basic("a.b:c"));
        assertThat(Credentials.ofQuery(Map.of("accessToken", "a.t"))).isEqualTo(new Credentials.Token("a.t"));
        assertThat(Credentials.ofQuery(Map.of("access_token", "a.t"))).isEqualTo(new Credentials.Token("a.t"));
        assertThat(Credentials.ofQuery(Map.of("v", "6"))).isEqualTo(new Credentials.None());
    }

    @Test
    void theHeaderGoesBeforeTheQuery() {
        assertThat(Credentials.of(Optional.of("Bearer a.header"), Map.of("key", "a.b:c")))
                .isEqualTo(new Credentials.Token("a.header"));
        assertThat(Credentials.of(Optional.empty(), Map.of("key", "a.b:c"))).isEqualTo(new Credentials.Basic("a.b:c"));
    }

    @Test
    void nothingSecretIsPrinted() {
        assertThat(new Credentials.Basic("a.b:hidden").toString()).doesNotContain("hidden");
        assertThat(new Credentials.Token("a.hidden").toString()).doesNotContain("hidden");
        assertThat(Fixtures.KEY.toString()).doesNotContain(Fixtures.SECRET);
        assertThat(new TokenSecret(new byte[32]).toString()).isEqualTo("TokenSecret[…]");
    }
}
