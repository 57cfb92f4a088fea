package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Credentials;
import io.hark.protocol.Format;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OpenRequestTest {
    @Test
    void anEmptyQueryGivesTheDefaults() {
        OpenRequest request = open(Map.of());

        assertThat(request.credentials()).isEqualTo(new Credentials.None());
        assertThat(request.version()).isEmpty();
        assertThat(request.format()).isEqualTo(Format.JSON);
        assertThat(request.clientId()).isEmpty();
        assertThat(request.echo()).isTrue();
        assertThat(request.heartbeats()).isTrue();
        assertThat(request.resume()).isEmpty();
        assertThat(request.recover()).isEmpty();
        assertThat(request.remainPresentFor()).isEmpty();
        assertThat(request.heartbeatInterval()).isEmpty();
        assertThat(request.appendRollupWindow()).hasMillis(40);
    }

    @Test
    void everyParamIsRead() {
        OpenRequest request = open(Map.of(
                "v", "6",
                "format", "msgpack",
                "key", "app.key:secret",
                "clientId", "ann",
                "echo", "false",
                "heartbeats", "false",
                "resume", "r",
                "recover", "c",
                "remainPresentFor", "2000",
                "heartbeatInterval", "6000"));

        assertThat(request.credentials()).isEqualTo(new Credentials.Basic("app.key:secret"));
        assertThat(request.version()).contains(6.0);
        assertThat(request.format()).isEqualTo(Format.MSGPACK);
        assertThat(request.clientId()).contains("ann");
        assertThat(request.echo()).isFalse();
        assertThat(request.heartbeats()).isFalse();
        assertThat(request.withHeartbeats().heartbeats()).isTrue();
        assertThat(request.resume()).contains("r");
        assertThat(request.recover()).contains("c");
        assertThat(request.remainPresentFor()).contains(Duration.ofSeconds(2));
        assertThat(request.heartbeatInterval()).contains(Duration.ofSeconds(6));
    }

    @Test
    void theRollupWindowIsAtMostHalfASecond() {
        assertThat(open(Map.of("appendRollupWindow", "0")).appendRollupWindow()).isZero();
        assertThat(open(Map.of("appendRollupWindow", "20")).appendRollupWindow())
                .hasMillis(20);
        assertThat(open(Map.of("appendRollupWindow", "501")).appendRollupWindow())
                .hasMillis(500);
    }

    @Test
    void clientsKnowAppendsFromVersion5On() {
        assertThat(open(Map.of("v", "4")).isBeforeAppends()).isTrue();
        assertThat(open(Map.of("v", "5")).isBeforeAppends()).isFalse();
    }

    @Test
    void theTokenIsReadAsEitherSdkSpellsIt() {
        assertThat(open(Map.of("accessToken", "t")).credentials()).isEqualTo(new Credentials.Token("t"));
        assertThat(open(Map.of("access_token", "t")).credentials()).isEqualTo(new Credentials.Token("t"));
    }

    @Test
    void aVersionThatIsNoNumberIsNone() {
        assertThat(open(Map.of("v", "six")).version()).isEmpty();
        assertThat(open(Map.of("v", "")).version()).isEmpty();
        assertThat(open(Map.of("v", "NaN")).version()).isEmpty();
        assertThat(open(Map.of("v", "1.2")).version()).contains(1.2);
    }

    @Test
    void timesOutOfRangeAreMovedIntoIt() {
        assertThat(open(Map.of("remainPresentFor", "0")).remainPresentFor()).contains(Duration.ofSeconds(1));
        assertThat(open(Map.of("remainPresentFor", "1e99")).remainPresentFor()).contains(Duration.ofSeconds(120));
        assertThat(open(Map.of("heartbeatInterval", "-5")).heartbeatInterval()).contains(Duration.ofSeconds(5));
        assertThat(open(Map.of("heartbeatInterval", "99999999999")).heartbeatInterval())
                .contains(Duration.ofMinutes(30));
        assertThat(open(Map.of("heartbeatInterval", "soon")).heartbeatInterval())
                .isEmpty();
    }

    @Test
    void anEmptyKeyToResumeIsNone() {
        assertThat(open(Map.of("resume", "", "recover", "")).resume()).isEmpty();
        assertThat(open(Map.of("resume", "", "recover", "")).recover()).isEmpty();
    }

    private static OpenRequest open(Map<String, String> query) {
        return OpenRequest.of(Optional.empty(), query, false);
    }
}
