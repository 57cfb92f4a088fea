package io.hark.protocol;

/// A frame or body from outside that is not what it should be. Thrown by codecs, caught where bytes enter.
public final class MalformedFrame extends Exception {
    private static final long serialVersionUID = 1;

    private final transient ErrorInfo info;

    public MalformedFrame(ErrorInfo info) {
        super(info.message());
        this.info = info;
    }

    public MalformedFrame(ErrorInfo info, Throwable cause) {
        super(info.message(), cause);
        this.info = info;
    }

    /// What to tell the sender.
    public ErrorInfo info() {
        return info;
    }
}
