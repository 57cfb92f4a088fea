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
/// @param delivery        whether live messages are batched or conflated
/// @param exposeTimeserial whether messages carry their serial, which here they do in any case
/// @param populateChannelRegistry whether channels can be enumerated, which here they can in any case
public record Namespace(
        String id,
        boolean persisted,
        boolean persistLast,
        boolean identified,
        boolean tlsOnly,
        boolean mutableMessages,
        boolean pushEnabled,
        Delivery delivery,
        boolean exposeTimeserial,
        boolean populateChannelRegistry) {
    /// Rules with live messages delivered as they come.
    public Namespace(
            String id,
            boolean persisted,
            boolean persistLast,
            boolean identified,
            boolean tlsOnly,
            boolean mutableMessages,
            boolean pushEnabled) {
        this(
                id,
                persisted,
                persistLast,
                identified,
                tlsOnly,
                mutableMessages,
                pushEnabled,
                Delivery.AT_ONCE,
                false,
                false);
    }

    /// The rules where none are configured: all off, but a namespace called `identified` is what its name says.
    public static Namespace unconfigured(String id) {
        return new Namespace(id, false, false, id.equals("identified"), false, false, false);
    }

    /// Whether it can be the beginning of a channel's name.
    static boolean isId(String id) {
        return id.charAt(0) != '['
                && id.charAt(0) != ':'
                && id.indexOf('*') < 0
                && id.indexOf('\n') < 0
                && id.indexOf('\r') < 0;
    }

    Namespace withMutableMessages() {
        return new Namespace(
                id,
                persisted,
                persistLast,
                identified,
                tlsOnly,
                true,
                pushEnabled,
                delivery,
                exposeTimeserial,
                populateChannelRegistry);
    }
}
