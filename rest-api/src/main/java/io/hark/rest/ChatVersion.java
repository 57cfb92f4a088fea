package io.hark.rest;

import java.util.Locale;
import java.util.Optional;

/// Value: which generation of chat clients a path is for: `/chat/v4/...`. They send the same and read different
/// answers.
enum ChatVersion {
    /// Messages cannot be changed; their serial is called `timeserial`.
    V1,
    /// A change is answered with its version and time only.
    V2,
    /// A change is answered with the message, too; `version` is a text, and `operation` says who and why.
    V3,
    /// Everything that puts a message there or changes it is answered with the message; `version` is an object
    /// (CHA-M10).
    V4;

    private static final ChatVersion[] VALUES = values();

    /// @param segment of the path
    static Optional<ChatVersion> of(String segment) {
        for (ChatVersion version : VALUES) {
            if (segment.equals(version.name().toLowerCase(Locale.ROOT))) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }
}
