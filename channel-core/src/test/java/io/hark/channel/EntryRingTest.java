package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EntryRingTest {
    private final EntryRing ring = new EntryRing();

    @Test
    void entriesKeepTheirNumbersWhileTheRingGrowsAndTurns() {
        for (long lsn = 1; lsn <= 100; lsn++) {
            ring.append(entry(lsn), true);
            if (ring.size() > 20) {
                ring.dropFirst();
            }
        }

        assertThat(ring.firstSeq()).isEqualTo(80);
        assertThat(ring.endSeq()).isEqualTo(100);
        for (long seq = ring.firstSeq(); seq < ring.endSeq(); seq++) {
            assertThat(ring.at(seq).lsn()).isEqualTo(seq + 1);
        }
        assertThat(ring.baseLsn()).isEqualTo(80);
    }

    @Test
    void findsTheFirstEntryAfterAnLsn() {
        ring.append(entry(3), true);
        ring.append(entry(5), true);
        ring.append(entry(9), true);

        assertThat(ring.seqAfter(0)).isEqualTo(0);
        assertThat(ring.seqAfter(3)).isEqualTo(1);
        assertThat(ring.seqAfter(4)).isEqualTo(1);
        assertThat(ring.seqAfter(9)).isEqualTo(3);
    }

    @Test
    void droppingAnEphemeralEntryTakesNothingThatTheLogHolds() {
        ring.append(entry(3), true);
        ring.append(entry(7), false);
        ring.dropFirst();
        ring.dropFirst();

        assertThat(ring.baseLsn()).isEqualTo(3);
    }

    @Test
    void bytesAreThoseOfItsEntries() {
        ring.append(entry(1), true);
        ring.append(entry(2), true);
        ring.dropFirst();
        assertThat(ring.bytes()).isEqualTo(entry(2).size());

        ring.reset(2);
        assertThat(ring.bytes()).isZero();
        assertThat(ring.firstSeq()).isEqualTo(2);
    }

    private static Entry entry(long lsn) {
        return new Entry(
                lsn,
                1,
                new Origin("eu", 1),
                lsn,
                TestSlot.CHANNEL.key(),
                lsn - 1,
                lsn,
                new EntryBody.Messages(TestSlot.batch("op" + lsn)));
    }
}
