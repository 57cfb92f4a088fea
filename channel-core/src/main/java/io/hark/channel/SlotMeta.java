package io.hark.channel;

import java.util.ArrayList;
import java.util.List;

/// Value: what a slot remembers across restarts; written in the same batch as the entry that changed it.
///
/// @param epochs  where the newest epochs with entries begin, oldest first; at most [#EPOCHS_KEPT]
/// @param lineage the lineage that numbers are given in now, from 1
/// @param ended   earlier lineages, oldest first; at most [#LINEAGES_KEPT]
/// @param lastLsn the last entry; 0 when there is none
/// @param oseq    the own origin's last oseq
/// @param hlc     the last entry's time, see [Hlc]
public record SlotMeta(
        int slot, List<EpochStart> epochs, int lineage, List<LineageEnd> ended, long lastLsn, long oseq, long hlc) {
    static final int EPOCHS_KEPT = 32;
    static final int LINEAGES_KEPT = 16;

    public SlotMeta {
        epochs = List.copyOf(epochs);
        ended = List.copyOf(ended);
    }

    /// A lineage that was closed, and the last LSN that belongs to it.
    public record LineageEnd(int lineage, long endLsn) {}

    /// An epoch, and the LSN of its first entry.
    public record EpochStart(int epoch, long startLsn) {}

    public static SlotMeta empty(int slot) {
        return new SlotMeta(slot, List.of(), 1, List.of(), 0, 0, 0);
    }

    /// The epoch of the last entry; 0 when there is none.
    public int epoch() {
        return epochs.isEmpty() ? 0 : epochs.getLast().epoch();
    }

    /// The epoch of the entry at `lsn`; 0 for LSN 0, and -1 when it is not known any more.
    public int epochAt(long lsn) {
        if (lsn == 0) {
            return 0;
        }
        for (int at = epochs.size() - 1; at >= 0; at--) {
            if (epochs.get(at).startLsn() <= lsn) {
                return epochs.get(at).epoch();
            }
        }
        return -1;
    }

    /// The state after an entry was appended, which comes after every entry before it: an entry of a
    /// later lineage ends the lineage before at the last entry.
    public SlotMeta after(EntryHead entry) {
        List<EpochStart> nextEpochs = entry.epoch() == epoch()
                ? epochs
                : newest(epochs, new EpochStart(entry.epoch(), entry.lsn()), EPOCHS_KEPT);
        boolean newLineage = entry.origin().lineage() != lineage;
        return new SlotMeta(
                slot,
                nextEpochs,
                entry.origin().lineage(),
                newLineage ? newest(ended, new LineageEnd(lineage, lastLsn), LINEAGES_KEPT) : ended,
                entry.lsn(),
                entry.oseq(),
                entry.hlc());
    }

    /// The state with a new lineage that starts after the last entry; for a region that may have lost its tail.
    public SlotMeta withLineage(int next) {
        return new SlotMeta(
                slot, epochs, next, newest(ended, new LineageEnd(lineage, lastLsn), LINEAGES_KEPT), lastLsn, 0, hlc);
    }

    public SlotMeta withHlc(long next) {
        return new SlotMeta(slot, epochs, lineage, ended, lastLsn, oseq, next);
    }

    /// The state before the entries after `last`, which is the entry that is to be the last one again.
    public SlotMeta cutTo(EntryHead last) {
        List<EpochStart> left =
                epochs.stream().filter(epoch -> epoch.startLsn() <= last.lsn()).toList();
        List<LineageEnd> still = ended.stream()
                .filter(lineageEnd -> lineageEnd.lineage() < last.origin().lineage())
                .toList();
        return new SlotMeta(slot, left, last.origin().lineage(), still, last.lsn(), last.oseq(), last.hlc());
    }

    /// The state before an entry, of which only the entry is known.
    public SlotMeta before(EntryHead first) {
        List<EpochStart> left =
                epochs.stream().filter(epoch -> epoch.startLsn() < first.lsn()).toList();
        List<LineageEnd> still = ended.stream()
                .filter(lineageEnd -> lineageEnd.endLsn() < first.lsn())
                .toList();
        return new SlotMeta(
                slot, left, first.origin().lineage(), still, first.lsn() - 1, first.oseq() - 1, first.hlc() - 1);
    }

    /// The last LSN up to which a log with that meta is the same as one with this: the last one that has
    /// the same epoch in both. 0 when none is known.
    public long forkWith(SlotMeta other) {
        for (int mine = epochs.size() - 1; mine >= 0; mine--) {
            for (int theirs = other.epochs.size() - 1; theirs >= 0; theirs--) {
                if (epochs.get(mine).epoch() == other.epochs.get(theirs).epoch()) {
                    long end = Math.min(endOfEpoch(mine), other.endOfEpoch(theirs));
                    long start = Math.max(
                            epochs.get(mine).startLsn(),
                            other.epochs.get(theirs).startLsn());
                    if (end >= start) {
                        return end;
                    }
                }
            }
        }
        return 0;
    }

    private long endOfEpoch(int index) {
        return index == epochs.size() - 1 ? lastLsn : epochs.get(index + 1).startLsn() - 1;
    }

    /// The last LSN that can be of the lineage; no limit for the one that numbers are given in now, -1
    /// for one that is not known.
    public long endOf(int ofLineage) {
        if (ofLineage == lineage) {
            return Long.MAX_VALUE;
        }
        for (LineageEnd end : ended) {
            if (end.lineage() == ofLineage) {
                return end.endLsn();
            }
        }
        return -1;
    }

    /// The LSN of the entry that has this number of the own origin: all entries of the log are of it, so
    /// the two counts run in step. 0 when that is not known, or not yet given.
    public long lsnOf(int ofLineage, long ofOseq) {
        long before = 0;
        boolean known = ofLineage == 1;
        for (LineageEnd end : ended) {
            if (end.lineage() < ofLineage) {
                before = end.endLsn();
                known = true;
            }
        }
        long lsn = before + ofOseq;
        return known && ofOseq > 0 && lsn <= Math.min(lastLsn, endOf(ofLineage)) ? lsn : 0;
    }

    /// Whether the next entry was the first of its lineage.
    public boolean isEndOfLineage(long lsn) {
        return ended.stream().anyMatch(end -> end.endLsn() == lsn);
    }

    private static <T> List<T> newest(List<T> all, T next, int kept) {
        List<T> more = new ArrayList<>(all);
        more.add(next);
        return more.subList(Math.max(0, more.size() - kept), more.size());
    }
}
