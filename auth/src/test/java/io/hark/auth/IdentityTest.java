package io.hark.auth;

import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.base64;
import static io.hark.auth.Fixtures.error;
import static io.hark.auth.Fixtures.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityTest {
    @ParameterizedTest
    @CsvSource({
        // kind, clientId of the token, requested, shown, may assume any
        "BASIC, , , *, true",
        "BASIC, , x, x, false",
        "TOKEN, x, , x, false",
        "TOKEN, x, x, x, false",
        "TOKEN, *, , *, true",
        "TOKEN, *, x, x, true",
        "TOKEN, , , , false",
    })
    void anIdentityIsWhatCredentialsAllowAndTheClientSays(
            Grant.Kind kind, String ofToken, String requested, String shown, boolean mayAssumeAny) {
        Identity identity = value(Identity.resolve(grant(kind, ofToken), Optional.ofNullable(requested)));
        assertThat(identity.shown()).isEqualTo(Optional.ofNullable(shown));
        assertThat(identity.mayAssumeAny()).isEqualTo(mayAssumeAny);
        assertThat(identity.clientId()).isEqualTo(Optional.ofNullable(shown).filter(id -> !id.equals("*")));
    }

    @ParameterizedTest
    @CsvSource({
        "TOKEN, x, y, 401, 40102",
        "TOKEN, , x, 401, 40102",
        "TOKEN, x, *, 400, 40012",
        "TOKEN, *, *, 400, 40012",
        "TOKEN, x, '', 400, 40012",
        "BASIC, , *, 400, 40012",
        "BASIC, , '', 400, 40012",
    })
    void anIdentityThatIsNotTheTokensIsRefused(
            Grant.Kind kind, String ofToken, String requested, int status, int code) {
        assertError(error(Identity.resolve(grant(kind, ofToken), Optional.of(requested))), status, code);
    }

    @ParameterizedTest
    @CsvSource({
        // identity, may assume any, on the message, resolved
        "x, false, , x",
        "x, false, x, x",
        ", true, , ",
        ", true, y, y",
        "x, true, y, y",
        "x, true, , x",
        ", false, , ",
    })
    void aMessageGetsOrKeepsItsClientId(String own, boolean mayAssumeAny, String onMessage, String resolved) {
        Identity identity = new Identity(Optional.ofNullable(own), mayAssumeAny);
        assertThat(value(identity.checkClientId(Optional.ofNullable(onMessage))))
                .isEqualTo(Optional.ofNullable(resolved));
    }

    @ParameterizedTest
    @CsvSource({"x, false, y", ", false, y", "x, false, *", ", true, *", ", true, ''", "x, false, ''"})
    void aMessageOfSomebodyElseIsRefusedWith40012(String own, boolean mayAssumeAny, String onMessage) {
        Identity identity = new Identity(Optional.ofNullable(own), mayAssumeAny);
        assertError(error(identity.checkClientId(Optional.of(onMessage))), 400, 40012);
    }

    @Test
    void theClientIdHeaderIsBase64() {
        assertThat(value(Identity.decodeHeader(base64("a client, ünïcode")))).isEqualTo("a client, ünïcode");
        assertError(error(Identity.decodeHeader("a client")), 400, 40012);
    }

    private static Grant grant(Grant.Kind kind, String clientId) {
        return new Grant(
                "app", "app.key", kind, Optional.ofNullable(clientId), Capability.DEFAULT, NOW, Optional.empty());
    }
}
