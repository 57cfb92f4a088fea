package io.hark.sdk;

/// Value: a place in a channel's stream, behind a message; with it another client goes on from there.
///
/// It means something to the server that gave it only, and stays good for as long as that server keeps
/// the channel's messages.
///
/// @param value to be stored as it is, with what was made of the message
public record Cursor(String value) {
    public Cursor {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a cursor is a text that a delivery brought, this one is empty");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
