package io.hark.protocol;

/// Value: the two encodings of everything on the wire.
public enum Format {
    JSON("application/json"),
    MSGPACK("application/x-msgpack");

    private final String mediaType;

    Format(String mediaType) {
        this.mediaType = mediaType;
    }

    /// Exactly this and nothing after it: the SDKs compare for equality.
    public String mediaType() {
        return mediaType;
    }
}
