package io.hark.sdk;

import java.util.function.Function;

/// Turns an application's values into what messages carry, and back. Any thread.
///
/// A value that cannot be read does not end a subscription: it comes as [Delivery.Unreadable].
///
/// @param <T> what the application works with
public interface Codec<T> {
    Content encode(T value);

    /// @throws Exception when the content is not one of this codec's
    T decode(Content content) throws Exception;

    /// Text as it is; of JSON its text.
    static Codec<String> text() {
        return Codecs.TEXT;
    }

    static Codec<byte[]> bytes() {
        return Codecs.BYTES;
    }

    /// Whatever a message may carry, as plain values: String, byte[], and of JSON Map, List, String,
    /// Long, Double, Boolean.
    static Codec<Object> plain() {
        return Codecs.PLAIN;
    }

    /// JSON by a library of the application's choice.
    ///
    /// @param write gives the text of a JSON object or array
    /// @param read  gets such a text, whoever wrote it; it may throw
    static <T> Codec<T> json(Function<? super T, String> write, Function<String, ? extends T> read) {
        return new Codecs.Json<>(write, read);
    }
}
