package io.hark.channel;

/// Value: asks for something about one message.
///
/// @param serial as clients know it
public record MessageQuery(ChannelId channel, String serial, Wanted wanted) {

    /// What is wanted; answered by [MessageDetails].
    public sealed interface Wanted {}

    /// The latest version with its summary: one message.
    public record Latest() implements Wanted {}

    /// All versions, the original first.
    ///
    /// @param after the serial of the last version of the page before; empty for the first page
    /// @param max   1 or more
    public record Versions(String after, int max) implements Wanted {}

    /// The annotations, oldest first.
    ///
    /// @param after the serial of the last annotation of the page before; empty for the first page
    /// @param max   1 or more
    public record Annotations(String after, int max) implements Wanted {}

    /// The summary with one client only in its lists: one message.
    public record ClientSummary(String clientId) implements Wanted {}
}
