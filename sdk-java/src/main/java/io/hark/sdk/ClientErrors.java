package io.hark.sdk;

import io.hark.protocol.ErrorInfo;
import java.time.Duration;

/// The errors that the client itself gives, under the codes that clients of the protocol use for them.
final class ClientErrors {
    private ClientErrors() {}

    static ErrorInfo closed() {
        return new ErrorInfo(80017, 400, "the client is closed; make a new one");
    }

    static ErrorInfo disconnected(String why) {
        return new ErrorInfo(80003, 400, "the transport ended: " + why);
    }

    static ErrorInfo timedOut(String what, Duration within) {
        return new ErrorInfo(80014, 408, "%s took more than %s".formatted(what, within));
    }

    static ErrorInfo attachTimedOut(String channel, Duration within) {
        return new ErrorInfo(
                90007, 408, "the server did not answer the attach to %s within %s".formatted(channel, within));
    }

    static ErrorInfo tooManyPublishes(int count, long bytes) {
        return new ErrorInfo(
                42910,
                429,
                ("%d publishes with %d bytes wait for their acknowledgement, the limit; wait for some of them, or"
                                + " raise limits.pendingPublishesMax or pendingBytesMax")
                        .formatted(count, bytes));
    }

    static ErrorInfo outcomeUnknown(Duration window) {
        return new ErrorInfo(
                50003,
                504,
                ("the publish was sent and not acknowledged within %s, so sending it again could double it;"
                                + " look into the history whether it is there")
                        .formatted(window));
    }

    static ErrorInfo connectionLost() {
        return new ErrorInfo(
                50003,
                504,
                "the connection was lost before the server answered, and without an id the publish would not be"
                        + " recognised in another; look into the history whether it is there");
    }

    static ErrorInfo tooLarge(int bytes, int max) {
        return new ErrorInfo(40009, 400, "the publish has %d bytes, the limit is %d; split it".formatted(bytes, max));
    }

    static ErrorInfo unreadable(String why) {
        return new ErrorInfo(40013, 400, why);
    }

    static ErrorInfo invalid(String why) {
        return new ErrorInfo(40003, 400, why);
    }

    static ErrorInfo noRenewal(ErrorInfo refusal) {
        return new ErrorInfo(
                40171,
                403,
                "the token was refused (%d: %s) and there is no source of new ones; use Credentials.source"
                        .formatted(refusal.code(), refusal.message()));
    }

    static ErrorInfo noToken(String why) {
        return new ErrorInfo(80019, 401, "the source of tokens gave none: " + why);
    }

    static ErrorInfo mayNotSubscribe(String channel) {
        return new ErrorInfo(40160, 401, "the credentials do not allow to subscribe to the channel " + channel);
    }

    static ErrorInfo continuityLost(String channel) {
        return new ErrorInfo(90003, 404, "messages of %s were missed".formatted(channel));
    }

    static ErrorInfo noClientId() {
        return new ErrorInfo(
                91000, 400, "being present needs a clientId: set it in the options, or name one with enterAs");
    }

    static ErrorInfo protocol(String why) {
        return new ErrorInfo(80013, 400, "the server broke the protocol: " + why);
    }
}
