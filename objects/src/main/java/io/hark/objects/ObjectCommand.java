package io.hark.objects;

import io.hark.protocol.ObjectMessage;
import java.util.Optional;

/// Value: an operation on its way to the channel's owner, who knows where paths lead.
///
/// @param path of the objects that it is about; of a creation, where the new object is to be. Without
///             one the operation names its object; with one, only a creation does
public record ObjectCommand(ObjectMessage message, Optional<ObjectPath> path) {
    public static ObjectCommand of(ObjectMessage message) {
        return new ObjectCommand(message, Optional.empty());
    }
}
