package io.hark.cluster.link;

/// What another node sent is not a message of this protocol. Thrown by the codecs, caught where a
/// session's frames come in: it ends the session.
final class MalformedPeerMessage extends Exception {
    private static final long serialVersionUID = 1;

    MalformedPeerMessage(String message) {
        super(message);
    }

    MalformedPeerMessage(String message, Throwable cause) {
        super(message, cause);
    }
}
