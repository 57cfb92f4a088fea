package io.hark.channel;

import io.hark.protocol.ErrorInfo;

/// Value: what became of a [RowsChange].
public sealed interface RowsResult {
    /// Committed, now or when the same change was sent before.
    record Done() implements RowsResult {}

    /// Nothing was changed: a row holds something else than expected.
    ///
    /// @param key of the first such row
    record Unexpected(String key) implements RowsResult {}

    /// Nothing was changed: a row would count more than it can.
    record Full(String key) implements RowsResult {}

    /// Nothing was changed; not now.
    record Refused(ErrorInfo error) implements RowsResult {}
}
