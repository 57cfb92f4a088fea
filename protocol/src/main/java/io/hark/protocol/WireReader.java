package io.hark.protocol;

import java.io.IOException;

/// Confined: walks one encoded value from front to back, in either format.
///
/// Each value that [#nextField] or [#nextElement] announces is to be read or skipped before the next is
/// asked for. Every method fails with the parser's own exceptions on bytes that do not parse;
/// [ProtocolCodec] turns those into [MalformedFrame].
interface WireReader extends AutoCloseable {

    /// What a value is, before reading it.
    enum Kind {
        NULL,
        BOOLEAN,
        INTEGER,
        FLOAT,
        TEXT,
        BINARY,
        ARRAY,
        OBJECT,
        EXTENSION
    }

    Kind kind() throws IOException, MalformedFrame;

    boolean bool() throws IOException;

    long integer() throws IOException;

    /// An INTEGER or FLOAT value.
    double number() throws IOException;

    String text() throws IOException, MalformedFrame;

    byte[] binary() throws IOException, MalformedFrame;

    void enterArray() throws IOException, MalformedFrame;

    /// Whether another element follows; leaves the array when not.
    boolean nextElement() throws IOException;

    void enterObject() throws IOException, MalformedFrame;

    /// Whether another field follows, whose name [#name] then gives; leaves the object when not.
    boolean nextField() throws IOException, MalformedFrame;

    /// The name of the field entered last; within an array, of the field that holds it.
    String name();

    void skip() throws IOException, MalformedFrame;

    /// Fails if something follows the one value.
    void end() throws IOException, MalformedFrame;

    /// Gives back the parser's buffers.
    @Override
    void close() throws IOException;

    /// Whether bytes travel as such; if not, they are base64 text and `encoding` says so.
    boolean carriesBinary();

    static MalformedFrame malformed(String message) {
        return new MalformedFrame(ErrorCode.PROTOCOL_ERROR.info(message));
    }

    static MalformedFrame tooDeep(int depthMax) {
        return malformed("nested deeper than the limit of " + depthMax);
    }
}
