package io.hark.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RevocationsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static Revocation revocation(String target, long issuedBefore, long appliesAt) {
        return Revocation.of("app.key", target, issuedBefore, appliesAt, HOUR);
    }

    private static ControlState after(ControlState state, long at, Revocation... revocations) {
        return state.apply(new ControlCommand.Revoke(List.of(revocations), at));
    }

    @Test
    void theSameRevocationTwiceIsOne() {
        ControlState once = after(ControlState.EMPTY, 10, revocation("clientId:a", 10, 10));

        assertThat(after(once, 10, revocation("clientId:a", 10, 10))).isSameAs(once);
        assertThat(once.version()).isEqualTo(1);
    }

    @Test
    void aLaterOneTakesThePlaceOfTheEarlier() {
        ControlState state = after(ControlState.EMPTY, 10, revocation("clientId:a", 10, 10));
        state = after(state, 20, revocation("clientId:a", 20, 20));

        assertThat(state.revocations().all()).containsExactly(revocation("clientId:a", 20, 20));
    }

    @Test
    void oneThatAppliesLaterLeavesTheEarlierInForce() {
        ControlState state = after(ControlState.EMPTY, 10, revocation("clientId:a", 10, 10));
        state = after(state, 20, revocation("clientId:a", 20, 50));

        assertThat(state.revocations().all())
                .containsExactly(revocation("clientId:a", 10, 10), revocation("clientId:a", 20, 50));
        assertThat(after(state, 60, revocation("clientId:b", 60, 60))
                        .revocations()
                        .covers(revocation("clientId:a", 10, 10), 0))
                .isTrue();
    }

    @Test
    void aTargetIsOfItsKeyOnly() {
        Revocation other = Revocation.of("app.other", "clientId:a", 10, 10, HOUR);
        ControlState state = after(ControlState.EMPTY, 10, revocation("clientId:a", 10, 10));

        assertThat(state.revocations().covers(other, 0)).isFalse();
    }

    @Test
    void whatNoTokenCanBeAliveOfIsForgotten() {
        ControlState state = after(ControlState.EMPTY, 10, revocation("clientId:a", 10, 10));
        long later = 10 + HOUR.plusMinutes(5).toMillis();

        assertThat(after(state, later - 1).revocations().all()).hasSize(1);
        assertThat(after(state, later).revocations()).isEqualTo(Revocations.NONE);
    }

    @Test
    void oneKeyCannotTakeTheRoomOfOthers() {
        List<Revocation> many = new ArrayList<>();
        for (int i = 0; i <= Revocations.PER_KEY_MAX; i++) {
            many.add(revocation("clientId:" + i, 10, 10));
        }
        ControlState full = ControlState.EMPTY.apply(new ControlCommand.Revoke(many, 10));
        Revocation other = Revocation.of("app.other", "clientId:a", 10, 10, HOUR);

        assertThat(full.revocations().all()).hasSize(Revocations.PER_KEY_MAX);
        assertThat(full.revocations().covers(many.getFirst(), 0)).isTrue();
        assertThat(full.revocations().covers(many.getLast(), 0)).isFalse();
        assertThat(after(full, 10, other).revocations().covers(other, 0)).isTrue();
        assertThat(after(full, 20, revocation("clientId:0", 20, 20))
                        .revocations()
                        .covers(revocation("clientId:0", 20, 20), 0))
                .isTrue();
    }

    @Test
    void theRegionsRoomIsBounded() {
        ControlState state = ControlState.EMPTY;
        for (int key = 0; key <= Revocations.MAX / Revocations.PER_KEY_MAX; key++) {
            List<Revocation> many = new ArrayList<>();
            for (int i = 0; i < Revocations.PER_KEY_MAX; i++) {
                many.add(Revocation.of("app.key" + key, "clientId:" + i, 10, 10, HOUR));
            }
            state = state.apply(new ControlCommand.Revoke(many, 10));
        }

        assertThat(state.revocations().all()).hasSize(Revocations.MAX);
    }

    @Test
    void aRegionThatGrowsFromOneNodeKeepsWhatItRevoked() {
        ControlState alone = after(ControlState.EMPTY, 10, revocation("clientId:a", 10, 10));

        assertThat(ControlState.EMPTY.apply(new ControlCommand.Import(alone, 3)).revocations())
                .isEqualTo(alone.revocations());
    }
}
