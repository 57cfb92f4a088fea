package io.hark.channel;

/// Value: everything of an [Entry] but what it carries, so that a replica need not decode bodies.
public record EntryHead(
        long lsn, int epoch, Origin origin, long oseq, ChannelKey channel, long prevLsn, long hlc, EntryKind kind) {}
