package io.hark.channel;

/// Value: what a row of a channel's state is about. The stored number is the ordinal: add at the end only.
///
/// Rows of a kind that is not lasting expire by [Lifetime], and their keys sort as the times of their lifetimes do.
public enum StateKind {
    /// A member of the presence set, by member key; see [MemberCodec].
    PRESENCE(true),

    /// Where the latest version of a message is that was changed, by the message's serial.
    MESSAGE(false),

    /// Where an earlier version of a message is, and the latest unless it came of appends; by the
    /// serials of message and version.
    VERSION(false),

    /// Where an annotation is, by the serials of message and annotation.
    ANNOTATION(false),

    /// What the annotations of a message come to, see [Tallies].
    TALLY(false),

    /// Where the last summary of a message is that was told, by the message's serial.
    SUMMARY(false),

    /// A message whose annotations have changed since its last summary was told, by the message's
    /// serial.
    SUMMARY_DUE(false),

    /// An object's head, or one key of a map, by [io.hark.objects.ObjectKey]; see [ObjectRowCodec].
    OBJECT(true),

    /// What one life of a node has reported of a minute, by [io.hark.stats.StatsReport#rowKey].
    SOURCE_STATS(false),

    /// What was counted of an app in a minute, by [io.hark.stats.Interval#id]; see [StatsKeeper].
    MINUTE_STATS(false),

    /// The same of an hour.
    HOUR_STATS(false),

    /// The same of a day.
    DAY_STATS(false),

    /// The same of a month.
    MONTH_STATS(false),

    /// What is kept for push notifications, on channels of the server's own: devices, subscriptions and what waits to
    /// be pushed.
    PUSH(true),

    /// The last publish on a channel that keeps it, and what became of its messages, by the entries'
    /// times and places; see [LastPublish].
    LAST(false);

    private final boolean lasting;

    StateKind(boolean lasting) {
        this.lasting = lasting;
    }

    /// Whether rows stay until they are removed.
    public boolean isLasting() {
        return lasting;
    }
}
