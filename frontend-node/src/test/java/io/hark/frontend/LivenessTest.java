package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.frontend.Liveness.Due;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LivenessTest {
    private static final long OPENED = 1_000_000;
    private static final long IDLE = 15_000;
    private final Liveness liveness = new Liveness(OPENED, IDLE);

    @Test
    void aBusyTransportOwesNothing() {
        liveness.received(OPENED + 20_000);
        liveness.sent(OPENED + 20_000);
        assertThat(liveness.due(OPENED + 20_001, Optional.empty())).isEmpty();
    }

    @Test
    void silenceTowardsTheClientIsBrokenBeforeThePromiseIs() {
        assertThat(liveness.due(OPENED + IDLE - 2_501, Optional.empty())).isEmpty();
        assertThat(liveness.due(OPENED + IDLE - 2_500, Optional.empty())).containsExactly(Due.HEARTBEAT, Due.PING);
        assertThat(liveness.due(OPENED + IDLE - 1_500, Optional.empty())).isEmpty();
    }

    @Test
    void aClientThatOnlyListensIsAskedForASignOfLife() {
        liveness.sent(OPENED + 12_900);
        assertThat(liveness.due(OPENED + 13_000, Optional.empty())).containsExactly(Due.PING);
    }

    @Test
    void aClientThatAnswersNothingIsCutOff() {
        liveness.sent(OPENED + 35_000);
        assertThat(liveness.due(OPENED + 35_001, Optional.empty())).containsExactly(Due.CUT_OFF);
    }

    @Test
    void anyFrameOfTheClientCountsAsLife() {
        liveness.received(OPENED + 34_000);
        liveness.sent(OPENED + 35_000);
        assertThat(liveness.due(OPENED + 35_001, Optional.empty())).isEmpty();
    }

    @Test
    void aTokenIsAskedForOnceHalfAMinuteBeforeItEnds() {
        long expires = OPENED + 35_000;
        liveness.sent(OPENED + 5_000);
        assertThat(liveness.due(OPENED + 4_999, Optional.of(expires))).isEmpty();
        assertThat(liveness.due(OPENED + 5_000, Optional.of(expires))).containsExactly(Due.ASK_FOR_TOKEN);
        assertThat(liveness.due(OPENED + 6_000, Optional.of(expires))).isEmpty();
    }

    @Test
    void theNextTokenIsAskedForAsTheFirstWas() {
        liveness.tokenRenewed(OPENED + 6_000);
        liveness.sent(OPENED + 11_000);
        liveness.received(OPENED + 11_000);
        long expires = OPENED + 41_000;
        assertThat(liveness.due(OPENED + 10_999, Optional.of(expires))).isEmpty();
        assertThat(liveness.due(OPENED + 11_000, Optional.of(expires))).containsExactly(Due.ASK_FOR_TOKEN);
    }

    @Test
    void aNextTokenThatEndsSoonFromTheStartIsNotAskedFor() {
        long renewed = OPENED + 100_000;
        liveness.sent(renewed);
        liveness.received(renewed);
        liveness.tokenRenewed(renewed);
        assertThat(liveness.due(renewed + 1_000, Optional.of(renewed + 10_000))).isEmpty();
    }

    @Test
    void aTokenThatEndsSoonFromTheStartIsNotAskedFor() {
        assertThat(liveness.due(OPENED + 1_000, Optional.of(OPENED + 5_000))).isEmpty();
        assertThat(liveness.due(OPENED + 5_000, Optional.of(OPENED + 5_000))).containsExactly(Due.EXPIRE);
    }

    @Test
    void anOpeningThatTakesLongerThanThePromiseIsTooSlow() {
        assertThat(liveness.opensTooSlowly(OPENED + IDLE)).isFalse();
        assertThat(liveness.opensTooSlowly(OPENED + IDLE + 1)).isTrue();
    }
}
