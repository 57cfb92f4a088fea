package io.hark.channel;

/// Value: what a row of a channel's state is about. The stored number is the ordinal: add at the end only.
///
/// Rows of a kind that is not lasting expire by [Lifetime], and their keys sort as the times of their lifetimes do.
public enum StateKind {
    /// A member of the presence set, by member key; see [MemberCodec].
    PRESENCE(true),

    /// Where the latest version of a message is that was changed, by the message's serial.
    MESSAGE(false);

    private final boolean lasting;

    StateKind(boolean lasting) {
        this.lasting = lasting;
    }

    /// Whether rows stay until they are removed.
    public boolean isLasting() {
        return lasting;
    }
}
