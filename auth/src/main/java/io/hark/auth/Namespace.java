package io.hark.auth;

/// Value: the rules of the channels whose name up to the first `:` is `id`.
///
/// @param persisted       whether messages and presence events are kept for the app's retention instead of two
///                        minutes
/// @param persistLast     whether the last message is kept for a year
/// @param identified      whether only clients with a clientId are admitted; on the wire `authenticated`
/// @param tlsOnly         whether the channels can be used over TLS only
/// @param mutableMessages whether messages can be updated, deleted, appended to and annotated
/// @param pushEnabled     whether `extras.push` is allowed and has an effect
public record Namespace(
        String id,
        boolean persisted,
        boolean persistLast,
        boolean identified,
        boolean tlsOnly,
        boolean mutableMessages,
        boolean pushEnabled) {
    /// The rules where none are configured: all off, but a namespace called `identified` is what its name says.
    public static Namespace unconfigured(String id) {
        return new Namespace(id, false, false, id.equals("identified"), false, false, false);
    }

    Namespace withMutableMessages() {
        return new Namespace(id, persisted, persistLast, identified, tlsOnly, true, pushEnabled);
    }
}
