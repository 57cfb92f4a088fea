package io.hark.protocol;

import java.util.Optional;

/// Value: an operation on its way to the server or to clients (OM2). Its `connectionId` and `timestamp`
/// are those of the frame.
///
/// @param id              empty when inherited from the frame
/// @param serial          given by the server; by it operations of one site are ordered
/// @param serialTimestamp the serial's time in milliseconds since the epoch; 0 when absent
/// @param siteCode        whose serials it is to be compared with
public record ObjectMessage(
        Optional<String> id,
        Optional<String> clientId,
        Optional<String> serial,
        long serialTimestamp,
        Optional<String> siteCode,
        ObjectOperation operation)
        implements StateEntry {
    public static ObjectMessage of(ObjectOperation operation) {
        return new ObjectMessage(Optional.empty(), Optional.empty(), Optional.empty(), 0, Optional.empty(), operation);
    }

    public ObjectMessage withClientId(Optional<String> value) {
        return new ObjectMessage(id, value, serial, serialTimestamp, siteCode, operation);
    }

    public ObjectMessage withOperation(ObjectOperation value) {
        return new ObjectMessage(id, clientId, serial, serialTimestamp, siteCode, value);
    }

    public ObjectMessage withSerial(String value, long millis, String site) {
        return new ObjectMessage(id, clientId, Optional.of(value), millis, Optional.of(site), operation);
    }

    /// Size in bytes as the message size limit counts it (OM3).
    public int size() {
        return operation.size()
                + (clientId.isEmpty() ? 0 : Payload.text(clientId.get()).size());
    }
}
