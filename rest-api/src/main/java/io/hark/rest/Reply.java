package io.hark.rest;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ProtocolCodec;
import java.util.Optional;

/// Value: what a route answers, before it is known in which format.
sealed interface Reply {
    /// A body that is encoded as the client wants it.
    interface Body {
        byte[] encode(ProtocolCodec codec);
    }

    /// @param error of a failed request, for the headers that tell of it
    record Content(int status, Body body, Optional<Pages> pages, Optional<ErrorInfo> error) implements Reply {}

    /// Text as it stands, in any format.
    record Text(String text) implements Reply {}

    record Empty(int status) implements Reply {}

    /// @param tree plain values, see [ProtocolCodec#encodeValue]
    static Reply of(int status, Object tree) {
        return new Content(status, codec -> codec.encodeValue(tree), Optional.empty(), Optional.empty());
    }

    static Reply of(int status, Body body) {
        return new Content(status, body, Optional.empty(), Optional.empty());
    }

    static Reply page(Body body, Pages pages) {
        return new Content(200, body, Optional.of(pages), Optional.empty());
    }

    static Reply error(ErrorInfo error) {
        return new Content(error.statusCode(), codec -> codec.encodeError(error), Optional.empty(), Optional.of(error));
    }
}
