package io.hark.sdk;

import java.util.Map;
import java.util.Optional;

/// Value: a message that is to be published.
///
/// @param id       what makes it the same message when it is published again; the client gives one
///                 unless the application does
/// @param clientId whose message it is, where the credentials allow to say so
/// @param extras   plain values, such as `headers`
public record Draft<T>(
        Optional<String> name,
        Optional<T> data,
        Optional<String> id,
        Optional<String> clientId,
        Map<String, Object> extras) {
    public Draft {
        extras = Map.copyOf(extras);
    }

    public static <T> Draft<T> of(T data) {
        return new Draft<>(Optional.empty(), Optional.of(data), Optional.empty(), Optional.empty(), Map.of());
    }

    public static <T> Draft<T> of(String name, T data) {
        return new Draft<>(Optional.of(name), Optional.of(data), Optional.empty(), Optional.empty(), Map.of());
    }

    /// A message that is its name.
    public static <T> Draft<T> named(String name) {
        return new Draft<>(Optional.of(name), Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    public Draft<T> withId(String value) {
        return new Draft<>(name, data, Optional.of(value), clientId, extras);
    }

    public Draft<T> withClientId(String value) {
        return new Draft<>(name, data, id, Optional.of(value), extras);
    }

    public Draft<T> withExtras(Map<String, Object> value) {
        return new Draft<>(name, data, id, clientId, value);
    }

    io.hark.protocol.Message encoded(Codec<T> codec) {
        Content content = data.map(codec::encode).orElse(Content.NONE);
        io.hark.protocol.Message wire = io.hark.protocol.Message.of(name, content.data())
                .withData(content.data(), content.encoding())
                .withClientId(clientId)
                .withExtras(extras);
        return id.map(wire::withId).orElse(wire);
    }
}
