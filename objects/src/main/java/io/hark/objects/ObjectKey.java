package io.hark.objects;

import java.util.Optional;

/// Value: which row of a channel's objects: an object's head, or one key of a map.
///
/// @param entry the map's key; empty for the head
public record ObjectKey(String objectId, Optional<String> entry) {
    /// No object's id has it.
    private static final char SEPARATOR = '\0';

    public static ObjectKey head(String objectId) {
        return new ObjectKey(objectId, Optional.empty());
    }

    public static ObjectKey entry(String objectId, String key) {
        return new ObjectKey(objectId, Optional.of(key));
    }

    /// Texts sort so that an object's head comes before its entries, and both before the next object.
    public String text() {
        return entry.map(key -> objectId + SEPARATOR + key).orElse(objectId);
    }

    public static ObjectKey parse(String text) {
        int end = text.indexOf(SEPARATOR);
        return end < 0 ? head(text) : entry(text.substring(0, end), text.substring(end + 1));
    }
}
