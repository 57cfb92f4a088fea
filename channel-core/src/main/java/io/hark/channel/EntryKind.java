package io.hark.channel;

/// Value: what a log entry is. The stored number is the ordinal: add at the end only.
public enum EntryKind {
    NOOP,
    MESSAGE,
    PRESENCE,

    /// A new version of a message.
    VERSION,
    ANNOTATION,
    OBJECT,

    /// A publish that was refused; no client is told of it.
    REFUSAL
}
