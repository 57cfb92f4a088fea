package io.hark.channel;

import java.nio.ByteBuffer;

/// What a row holds that counts, see [RowEdit.Count].
public final class RowCount {
    private RowCount() {}

    public static StateValue value(long count) {
        return new StateValue(ByteBuffer.allocate(Long.BYTES).putLong(count).array());
    }

    /// @return 0 for what is no count
    public static long of(StateValue value) {
        return value.bytes().length == Long.BYTES
                ? ByteBuffer.wrap(value.bytes()).getLong()
                : 0;
    }
}
