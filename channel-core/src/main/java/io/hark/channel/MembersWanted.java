package io.hark.channel;

/// Value: what of a channel's presence set the answer to a subscribe is to hold.
///
/// @param wanted  whether it is to hold the set
/// @param lineage of the log that the known set is of
/// @param lsn     the set that whoever asks has already, as [Subscribed#membersLsn] named it: if it is still
///                the set, the answer need not hold it; -1 for none
public record MembersWanted(boolean wanted, int lineage, long lsn) {
    public static final MembersWanted NONE = new MembersWanted(false, 0, -1);
    public static final MembersWanted ALL = new MembersWanted(true, 0, -1);

    public static MembersWanted unless(int lineage, long lsn) {
        return new MembersWanted(true, lineage, lsn);
    }

    boolean isKnown(int currentLineage, long currentLsn) {
        return wanted && lsn == currentLsn && lineage == currentLineage;
    }
}
