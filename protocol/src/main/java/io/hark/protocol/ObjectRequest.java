package io.hark.protocol;

import java.util.Optional;

/// Value: an operation as a REST caller asks for it.
///
/// @param id        identity of the publish, if the caller wants it to be done once
/// @param path      of the object that it is about, or where a new one is to be; dots separate keys, a
///                  backslash makes the next one part of a key, `*` stands for any key
/// @param nonce     of a new object whose id the caller has made, where it stands beside the operation
/// @param operation its objectId is empty when the caller gave none
public record ObjectRequest(
        Optional<String> id, Optional<String> path, Optional<String> nonce, ObjectOperation operation) {
    /// Whether the caller says which object it is about.
    public boolean isNamed() {
        return !operation.objectId().isEmpty();
    }
}
