package io.hark.channel;

/// Value: the bounds of what one loop of a frontend keeps for its subscribers.
///
/// @param ringBytesMax     a channel's ring; subscribers further behind read from the log
/// @param ringsBytesMax    all rings of the loop together
/// @param pageBytesMax     one read from the log for one subscriber
/// @param pageEntriesMax   the same in entries
/// @param syncMembersMax   members in one page of a presence sync
/// @param rewindMessagesMax messages that a rewind gives at most
public record FrontendLimits(
        int ringBytesMax,
        long ringsBytesMax,
        int pageBytesMax,
        int pageEntriesMax,
        int syncMembersMax,
        int rewindMessagesMax) {
    public static final FrontendLimits DEFAULTS = new FrontendLimits(1 << 20, 32 << 20, 256 << 10, 500, 100, 100);
}
