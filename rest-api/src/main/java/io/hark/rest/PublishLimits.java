package io.hark.rest;

/// Value: the bounds of one publish; one beyond them is refused whole.
///
/// @param messagesMax 1 to 1000, for a serial tells no more apart; beyond it 40034
/// @param bytesMax    1 to [#BYTES_MAX], of name, clientId, extras and data of all messages together
///                    (TO3l8); beyond it 40009
/// @param objectsBytesMax of a channel's objects as they are stored; beyond it 92001
public record PublishLimits(int messagesMax, int bytesMax, long objectsBytesMax) {
    public static final PublishLimits DEFAULTS = new PublishLimits(1_000, 65_536, 6_656 * 1024);

    /// What fits into a frame. Codecs read no text that is much longer.
    public static final int BYTES_MAX = 512 * 1024;

    public PublishLimits {
        if (messagesMax < 1 || messagesMax > 1_000) {
            throw new IllegalArgumentException("messagesMax must be 1 to 1000, was " + messagesMax);
        }
        if (bytesMax < 1 || bytesMax > BYTES_MAX) {
            throw new IllegalArgumentException("bytesMax must be 1 to %d, was %d".formatted(BYTES_MAX, bytesMax));
        }
    }
}
