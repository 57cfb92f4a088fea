package io.hark.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: an object as its operations have left it (OST2), or some keys of a map.
///
/// What the creation gave it is part of `value`. Its `createOp` is told without content, which says
/// that a creation that comes again has nothing to add.
///
/// @param siteTimeserials by site, the serial of the last operation that is in it
/// @param created         whether its creation is in it
/// @param deletedMillis   when it was deleted, in milliseconds since the epoch; 0 for an object that is
///                        there
public record ObjectState(
        String objectId, Map<String, String> siteTimeserials, boolean created, long deletedMillis, Value value)
        implements StateEntry {
    public ObjectState {
        siteTimeserials = Map.copyOf(siteTimeserials);
    }

    public sealed interface Value {}

    /// @param clearTimeserial of the last operation that cleared the map
    public record OfMap(Map<String, ObjectEntry> entries, Optional<String> clearTimeserial) implements Value {
        public OfMap {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    public record OfCounter(double count) implements Value {}

    public boolean isDeleted() {
        return deletedMillis != 0;
    }
}
