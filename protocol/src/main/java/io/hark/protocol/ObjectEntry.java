package io.hark.protocol;

import java.util.Optional;

/// Value: one key's place in a map object (OME2).
///
/// @param data            empty exactly when it is a tombstone
/// @param timeserial      of the operation that set or removed the key; empty for what came with the
///                        map's creation, which is older than any operation
/// @param serialTimestamp when the key was removed, in milliseconds since the epoch; 0 for a key that
///                        is there
public record ObjectEntry(Optional<ObjectData> data, Optional<String> timeserial, long serialTimestamp) {
    /// What a key holds from the map's creation on.
    public static ObjectEntry initial(ObjectData data) {
        return new ObjectEntry(Optional.of(data), Optional.empty(), 0);
    }

    public static ObjectEntry set(ObjectData data, String timeserial) {
        return new ObjectEntry(Optional.of(data), Optional.of(timeserial), 0);
    }

    public static ObjectEntry removed(String timeserial, long millis) {
        return new ObjectEntry(Optional.empty(), Optional.of(timeserial), millis);
    }

    public boolean isTombstone() {
        return data.isEmpty();
    }

    /// Size in bytes as the message size limit counts it (OME3).
    public int size() {
        return data.isEmpty() ? 0 : data.get().size();
    }
}
