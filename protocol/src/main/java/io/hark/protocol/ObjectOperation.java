package io.hark.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Value: a change of one object (OOP3).
public sealed interface ObjectOperation {
    String objectId();

    /// Size in bytes as the message size limit counts it (OOP4).
    int size();

    /// What the id of a new object was made of; only on the way to the server.
    ///
    /// @param text JSON of what the object holds at first
    record InitialValue(String text, String nonce) {}

    /// @param entries what the map holds at first
    record MapCreate(String objectId, Optional<InitialValue> initial, Map<String, ObjectEntry> entries)
            implements ObjectOperation {
        public MapCreate {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        @Override
        public int size() {
            int size = 0;
            for (Map.Entry<String, ObjectEntry> entry : entries.entrySet()) {
                size += Payload.text(entry.getKey()).size() + entry.getValue().size();
            }
            return size;
        }
    }

    record MapSet(String objectId, String key, ObjectData value) implements ObjectOperation {
        @Override
        public int size() {
            return Payload.text(key).size() + value.size();
        }
    }

    record MapRemove(String objectId, String key) implements ObjectOperation {
        @Override
        public int size() {
            return Payload.text(key).size();
        }
    }

    record MapClear(String objectId) implements ObjectOperation {
        @Override
        public int size() {
            return 0;
        }
    }

    /// @param count what the counter stands at first; empty for 0
    record CounterCreate(String objectId, Optional<InitialValue> initial, OptionalDouble count)
            implements ObjectOperation {
        @Override
        public int size() {
            return count.isPresent() ? Double.BYTES : 0;
        }
    }

    /// @param number to be added; always finite
    record CounterInc(String objectId, double number) implements ObjectOperation {
        @Override
        public int size() {
            return Double.BYTES;
        }
    }

    record ObjectDelete(String objectId) implements ObjectOperation {
        @Override
        public int size() {
            return 0;
        }
    }
}
