package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SlotMetaTest {
    private static final int SLOT = 7;

    private static EntryHead head(long lsn, int epoch, int lineage, long oseq) {
        return new EntryHead(
                lsn,
                epoch,
                new Origin("eu", lineage),
                oseq,
                new ChannelKey(SLOT, 0, 0),
                0,
                Hlc.next(0, 1000 + lsn),
                EntryKind.NOOP);
    }

    private static SlotMeta written(EntryHead... heads) {
        SlotMeta meta = SlotMeta.empty(SLOT);
        for (EntryHead head : heads) {
            meta = meta.after(head);
        }
        return meta;
    }

    @Test
    void anEmptySlotHasNoEpochAndTheFirstLineage() {
        SlotMeta empty = SlotMeta.empty(SLOT);
        assertThat(empty.epoch()).isZero();
        assertThat(empty.epochAt(0)).isZero();
        assertThat(empty.epochAt(1)).isEqualTo(-1);
        assertThat(empty.lineage()).isEqualTo(1);
    }

    @Test
    void everyEpochIsRememberedWithItsFirstEntry() {
        SlotMeta meta = written(head(1, 2, 1, 1), head(2, 2, 1, 2), head(3, 5, 1, 3), head(4, 6, 1, 4));

        assertThat(meta.epochs())
                .containsExactly(
                        new SlotMeta.EpochStart(2, 1), new SlotMeta.EpochStart(5, 3), new SlotMeta.EpochStart(6, 4));
        assertThat(meta.epoch()).isEqualTo(6);
        assertThat(meta.epochAt(2)).isEqualTo(2);
        assertThat(meta.epochAt(3)).isEqualTo(5);
        assertThat(meta.epochAt(99)).isEqualTo(6);
        assertThat(meta.lastLsn()).isEqualTo(4);
        assertThat(meta.oseq()).isEqualTo(4);
        assertThat(meta.hlc()).isEqualTo(head(4, 6, 1, 4).hlc());
    }

    @Test
    void theOldestEpochsAreForgotten() {
        SlotMeta meta = SlotMeta.empty(SLOT);
        for (int epoch = 1; epoch <= SlotMeta.EPOCHS_KEPT + 3; epoch++) {
            meta = meta.after(head(epoch, epoch, 1, epoch));
        }

        assertThat(meta.epochs()).hasSize(SlotMeta.EPOCHS_KEPT);
        assertThat(meta.epochAt(3)).isEqualTo(-1);
        assertThat(meta.epochAt(4)).isEqualTo(4);
    }

    @Test
    void anEntryOfALaterLineageEndsTheOneBefore() {
        SlotMeta meta = written(head(1, 1, 1, 1), head(2, 1, 1, 2), head(3, 2, 4, 1));

        assertThat(meta.lineage()).isEqualTo(4);
        assertThat(meta.ended()).containsExactly(new SlotMeta.LineageEnd(1, 2));
        assertThat(meta.oseq()).isEqualTo(1);
    }

    @Test
    void aNewLineageIsTheSameWhetherItIsAnnouncedOrComesWithItsFirstEntry() {
        SlotMeta before = written(head(1, 1, 1, 1), head(2, 1, 1, 2));
        EntryHead first = head(3, 2, 2, 1);

        assertThat(before.withLineage(2).oseq()).isZero();
        assertThat(before.withLineage(2).after(first)).isEqualTo(before.after(first));
    }

    @Test
    void theOldestLineagesAreForgotten() {
        SlotMeta meta = SlotMeta.empty(SLOT);
        for (int lineage = 1; lineage <= SlotMeta.LINEAGES_KEPT + 3; lineage++) {
            meta = meta.after(head(lineage, 1, lineage, 1));
        }

        assertThat(meta.ended()).hasSize(SlotMeta.LINEAGES_KEPT);
        assertThat(meta.ended().getLast())
                .isEqualTo(new SlotMeta.LineageEnd(SlotMeta.LINEAGES_KEPT + 2, SlotMeta.LINEAGES_KEPT + 2));
    }

    @Test
    void cuttingGivesBackWhatWasThereBefore() {
        EntryHead[] heads = {head(1, 1, 1, 1), head(2, 2, 1, 2), head(3, 2, 2, 1), head(4, 3, 2, 2), head(5, 4, 3, 1)};
        SlotMeta all = written(heads);
        for (int kept = 1; kept <= heads.length; kept++) {
            SlotMeta expected = written(Arrays.copyOf(heads, kept));
            assertThat(all.cutTo(heads[kept - 1])).isEqualTo(expected);
        }
    }
}
