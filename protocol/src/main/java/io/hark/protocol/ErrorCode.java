package io.hark.protocol;

/// Value: every error code that Hark produces, with the HTTP status it carries. The one table; the docs
/// are made from it.
public enum ErrorCode {
    BAD_REQUEST(40000, 400, "the request cannot be understood"),
    INVALID_BODY(40001, 400, "the body is not what the route expects"),
    INVALID_PARAMETER_VALUE(40003, 400, "a parameter's value is out of range or of the wrong form"),
    INVALID_HEADER(40004, 400, "a header's value is of the wrong form"),
    INVALID_CREDENTIAL_TEXT(40005, 400, "the key or token text cannot be read"),
    INVALID_CONNECTION_KEY_IN_MESSAGE(40006, 400, "the message names a connection that does not exist"),
    MESSAGE_TOO_LARGE(40009, 413, "the publish, frame or body is larger than the limit"),
    INVALID_CHANNEL_NAME(40010, 400, "the channel name is empty, too long, or has a forbidden form"),
    PAGE_NO_LONGER_VALID(40011, 400, "the page's cursor is no longer valid"),
    INVALID_CLIENT_ID(40012, 400, "the clientId is invalid or not the connection's own"),
    INVALID_MESSAGE_DATA(40013, 400, "data or encoding is of a form that cannot be carried"),
    INVALID_MESSAGE_NAME(40016, 400, "the message name is not a string"),
    UNSUPPORTED_PROTOCOL_VERSION(40017, 400, "the protocol version is missing or not supported"),
    BATCH_ERROR(40020, 400, "some entries of the batch failed"),
    OPERATION_NEEDS_NEWER_SDK(40023, 400, "the client library speaks a protocol version too old for this operation"),
    HISTORY_FROM_OTHER_REGION(40024, 400, "the attach position belongs to another region"),
    INVALID_PUBLISH(40030, 400, "the publish request is malformed"),
    INVALID_MESSAGE_ID(40031, 400, "client-supplied message ids are malformed"),
    INVALID_EXTRAS(40032, 400, "extras holds something that is not allowed there"),
    TOO_MANY_MESSAGES(40034, 400, "too many messages in one publish"),
    FORCED_NACK(40099, 400, "refused because the test parameter _forceNack asked for it"),
    UNAUTHORIZED(40100, 401, "not authorised"),
    INVALID_CREDENTIALS(40101, 401, "the credentials are missing or wrong"),
    INCOMPATIBLE_CREDENTIALS(40102, 401, "the credentials do not fit the clientId, app or connection"),
    BASIC_AUTH_NEEDS_TLS(40103, 401, "API keys are accepted over TLS only"),
    TIMESTAMP_NOT_CURRENT(40104, 401, "the token request's timestamp is outside the window"),
    NONCE_REPLAYED(40105, 401, "the token request's nonce was used before"),
    APP_DISABLED(40120, 401, "the app is disabled"),
    NAMESPACE_LIMIT(40126, 401, "the app has as many namespaces as it may"),
    KEY_LIMIT(40127, 401, "the app has as many keys as it may"),
    APP_LIMIT(40128, 401, "there are as many apps as there may be"),
    KEY_REVOKED(40131, 401, "the key is revoked"),
    WRONG_KEY_FOR_REVOCATION(40133, 401, "tokens can be revoked only with the key that issued them"),
    TOKEN_REVOKED(40141, 401, "the token was revoked"),
    TOKEN_EXPIRED(40142, 401, "the token has expired"),
    TOKEN_UNRECOGNISED(40143, 401, "the token is not known"),
    INVALID_JWT(40144, 401, "the JWT is not accepted"),
    INVALID_TOKEN(40145, 401, "the token is malformed"),
    APP_CONNECTION_LIMIT(40150, 403, "the app has as many connections as it may"),
    CAPABILITY_REFUSED(40160, 401, "the capability does not allow this operation on this channel"),
    IDENTIFIED_CLIENT_REQUIRED(40161, 401, "the channel admits identified clients only"),
    BASIC_AUTH_REQUIRED(40162, 401, "this operation needs an API key"),
    REVOCATION_NOT_ENABLED(40163, 401, "the key's tokens are not revocable"),
    MODE_NOT_REQUESTED(40165, 401, "the attachment did not ask for the mode that this needs"),
    ANONYMOUS_OWNS_NOTHING(40166, 401, "only a client with a clientId can change its own messages"),
    TLS_REQUIRED(40311, 403, "the app is reachable over TLS only"),
    NOT_FOUND(40400, 404, "there is no such app, key, message or route"),
    PUSH_REGISTRATION_EXPIRED(41001, 410, "the device cannot be reached any more; it must register anew"),
    METHOD_NOT_ALLOWED(40500, 405, "the route exists, but not for this method"),
    CONFLICT(40900, 409, "it was changed by somebody else, or is there already"),
    UNPROCESSABLE(42200, 422, "the request is understood, and cannot be fulfilled"),
    KEY_MESSAGE_RATE(42910, 429, "more messages a second than the API key may publish"),
    CONNECTION_MESSAGE_RATE(42911, 429, "more messages a second than a connection may publish"),
    CHANNEL_MESSAGE_RATE(42913, 429, "more messages a second than a channel takes"),
    CHANNEL_BANDWIDTH(42914, 429, "more bytes a second than a channel takes"),
    APP_MESSAGE_RATE(42917, 429, "more messages a second than the app may publish"),
    APP_REQUEST_RATE(42918, 429, "more requests a second than the app may make"),
    CONNECTION_MESSAGE_RATE_FATAL(42921, 429, "far more messages a second than a connection may publish"),
    RATE_LIMITED(42922, 429, "too many requests"),
    CONNECTION_FRAME_RATE_FATAL(42924, 429, "more frames a second than a connection may send"),
    PUSH_LIMIT(42926, 429, "more devices, subscriptions or waiting notifications than the app may have"),
    INTERNAL(50000, 500, "an internal error"),
    OVERLOADED(50003, 503, "the node is overloaded or too slow; try again"),
    DISCONNECTED(80003, 400, "the transport ends; the connection can be resumed"),
    CONNECTION_STATE_LOST(80008, 400, "the connection's state is gone"),
    PROTOCOL_ERROR(80013, 400, "a frame cannot be understood"),
    TRANSPORT_SUPERSEDED(80016, 410, "a newer transport of this connection took over"),
    INVALID_CONNECTION_KEY(80018, 400, "the connection key is malformed"),
    TOO_MANY_CONNECTIONS(80021, 429, "the node holds as many connections as it may, or they come too fast"),
    UNKNOWN_CONNECTION(80022, 410, "there is no such connection"),
    SDK_TOO_OLD(80024, 400, "the client library is too old"),
    CONTINUITY_EXPIRED(90003, 404, "messages were missed: the position is older than what is kept"),
    CONTINUITY_LIMITED(90004, 404, "messages were missed: more than are replayed"),
    CONTINUITY_OTHER_REGION(90005, 404, "messages were missed: the position belongs to another region or lineage"),
    ATTACH_POINT_EXPIRED(90008, 400, "the attach position is no longer kept"),
    TOO_MANY_CHANNELS(90010, 400, "the connection is attached to as many channels as it may"),
    PRESENCE_NO_CLIENT_ID(91000, 400, "presence needs a clientId"),
    PRESENCE_NOT_ATTACHED(91001, 400, "presence needs an attached channel"),
    PRESENCE_TOO_MANY_MEMBERS(91003, 400, "the channel's presence set is full"),
    PRESENCE_TOO_LARGE(91006, 400, "the channel's presence set has as many bytes as it may"),
    OBJECT_INVALID(92000, 400, "the operation on an object is malformed or does not fit it"),
    OBJECTS_TOO_LARGE(92001, 400, "the channel's objects are as large as they may be"),
    OBJECT_DELETED(92002, 400, "the object was deleted"),
    OBJECT_NOT_FOUND(92004, 404, "there is no such object on the channel"),
    OBJECT_PATH_EMPTY(92005, 400, "there is no object at the path"),
    OBJECT_TARGET_MISSING(92006, 400, "the operation names neither an object nor a path"),
    OBJECT_PATH_UNSUITABLE(92007, 400, "the operation does not fit what is at the path"),
    MUTABLE_MESSAGES_NOT_ENABLED(93002, 400, "updates, deletes, appends and annotations are not enabled here"),
    PUSH_NOT_DELIVERED(103000, 400, "a notification was not taken by those who bring it to its device"),
    INVALID_PUSH_RECIPIENT(103002, 400, "the push recipient cannot be addressed"),
    PUSH_NOT_CONFIGURED(103006, 400, "the push transport is not configured");

    private final int code;
    private final int statusCode;
    private final String description;

    ErrorCode(int code, int statusCode, String description) {
        this.code = code;
        this.statusCode = statusCode;
        this.description = description;
    }

    public int code() {
        return code;
    }

    public int statusCode() {
        return statusCode;
    }

    public String description() {
        return description;
    }

    public ErrorInfo info() {
        return new ErrorInfo(code, statusCode, description);
    }

    /// @param message what was wrong, the value, the limit, and what to do
    public ErrorInfo info(String message) {
        return new ErrorInfo(code, statusCode, message);
    }
}
