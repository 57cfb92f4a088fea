package io.hark.loadtest;

import static io.hark.loadtest.SequenceCheck.Arrival.DOUBLE;
import static io.hark.loadtest.SequenceCheck.Arrival.IN_ORDER;
import static io.hark.loadtest.SequenceCheck.Arrival.LATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequenceCheckTest {
    private final SequenceCheck check = new SequenceCheck(0);

    @Test
    void allInOrderIsWithoutLoss() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(check.arrived(i)).isEqualTo(IN_ORDER);
        }

        assertThat(check.lost(1_000)).isZero();
    }

    @Test
    void oneThatIsSkippedIsLost() {
        check.arrived(0);
        check.arrived(2);

        assertThat(check.lost(3)).isOne();
    }

    @Test
    void whatDoesNotComeAtTheEndIsLost() {
        check.arrived(0);

        assertThat(check.lost(4)).isEqualTo(3);
    }

    @Test
    void nothingAtAllIsAllLost() {
        assertThat(check.lost(10)).isEqualTo(10);
    }

    @Test
    void oneThatComesAfterALaterOneIsLateAndNotLost() {
        check.arrived(0);
        check.arrived(2);

        assertThat(check.arrived(1)).isEqualTo(LATE);
        assertThat(check.lost(3)).isZero();
    }

    @Test
    void oneThatComesTwiceIsADouble() {
        check.arrived(0);
        check.arrived(1);

        assertThat(check.arrived(1)).isEqualTo(DOUBLE);
        assertThat(check.arrived(0)).isEqualTo(DOUBLE);
        assertThat(check.lost(2)).isZero();
    }

    @Test
    void aLateOneThatComesTwiceIsADouble() {
        check.arrived(0);
        check.arrived(2);
        check.arrived(1);

        assertThat(check.arrived(1)).isEqualTo(DOUBLE);
    }

    @Test
    void aDoubleDoesNotHideALoss() {
        check.arrived(0);
        check.arrived(2);
        check.arrived(2);

        assertThat(check.lost(3)).isOne();
    }

    @Test
    void aGapOfMoreThanIsRememberedIsLostWhole() {
        check.arrived(0);
        check.arrived(1_000);

        assertThat(check.lost(1_001)).isEqualTo(999);
        assertThat(check.arrived(999)).isEqualTo(LATE);
        assertThat(check.arrived(1)).isEqualTo(DOUBLE);
        assertThat(check.lost(1_001)).isEqualTo(998);
    }

    @Test
    void gapsOfAllSizesAroundWhatIsRememberedAreCounted() {
        for (int skipped = 60; skipped <= 68; skipped++) {
            SequenceCheck each = new SequenceCheck(0);
            each.arrived(0);
            each.arrived(skipped + 1);

            assertThat(each.lost(skipped + 2)).as("skipped %d", skipped).isEqualTo(skipped);
            assertThat(each.arrived(skipped)).as("skipped %d", skipped).isEqualTo(LATE);
            assertThat(each.arrived(skipped + 1)).as("skipped %d", skipped).isEqualTo(DOUBLE);
        }
    }

    @Test
    void whatIsShuffledALittleIsNeitherLostNorDoubled() {
        List<Integer> numbers = new ArrayList<>();
        Random random = new Random(7);
        for (int block = 0; block < 100; block++) {
            List<Integer> shuffled = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                shuffled.add(block * 32 + i);
            }
            Collections.shuffle(shuffled, random);
            numbers.addAll(shuffled);
        }

        assertThat(numbers)
                .allSatisfy(number -> assertThat(check.arrived(number)).isNotEqualTo(DOUBLE));
        assertThat(check.lost(numbers.size())).isZero();
    }

    @Test
    void whatWasBeforeTheFirstIsADouble() {
        SequenceCheck later = new SequenceCheck(10);

        assertThat(later.arrived(9)).isEqualTo(DOUBLE);
        assertThat(later.arrived(10)).isEqualTo(IN_ORDER);
        assertThat(later.lost(11)).isZero();
    }
}
