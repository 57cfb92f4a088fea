package io.hark.channel;

import java.util.List;

/// Value: what a slot remembers across restarts; written in the same batch as the entry that changed it.
///
/// @param epoch   the epoch of the last entry
/// @param lineage the lineage that numbers are given in now, from 1
/// @param ended   earlier lineages, oldest first
/// @param lastLsn the last entry; 0 when there is none
/// @param oseq    the own origin's last oseq
/// @param hlc     the last entry's time, see [Hlc]
public record SlotMeta(int slot, int epoch, int lineage, List<LineageEnd> ended, long lastLsn, long oseq, long hlc) {
    public SlotMeta {
        ended = List.copyOf(ended);
    }

    /// A lineage that was closed, and the last LSN that belongs to it.
    public record LineageEnd(int lineage, long endLsn) {}

    public static SlotMeta empty(int slot) {
        return new SlotMeta(slot, 0, 1, List.of(), 0, 0, 0);
    }

    /// The state after `entry` was appended by this slot's own origin.
    public SlotMeta after(Entry entry) {
        return new SlotMeta(slot, entry.epoch(), lineage, ended, entry.lsn(), entry.oseq(), entry.hlc());
    }

    /// The state with a new lineage that starts after the last entry; for a region that may have lost its tail.
    public SlotMeta withNewLineage(int lineagesKept) {
        List<LineageEnd> all = new java.util.ArrayList<>(ended);
        all.add(new LineageEnd(lineage, lastLsn));
        List<LineageEnd> kept = all.subList(Math.max(0, all.size() - lineagesKept), all.size());
        return new SlotMeta(slot, epoch, lineage + 1, kept, lastLsn, 0, hlc);
    }
}
