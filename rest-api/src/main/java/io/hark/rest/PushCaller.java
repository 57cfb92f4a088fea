package io.hark.rest;

import io.hark.auth.AuthResult;
import io.hark.auth.Credentials;
import io.hark.auth.Grant;
import io.hark.auth.Operation;
import io.hark.auth.TokenDetails;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.push.Device;
import io.hark.push.PushRefusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;

/// Value: who makes a request about push, and which device it proves to be, if any (RSH6).
///
/// @param token  an identity token of a device, by itself or beside other credentials
/// @param secret that of a device, yet to be compared
record PushCaller(Caller caller, Optional<Grant> token, Optional<String> secret) {
    static PushCaller of(Call call, RestServices services) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        Optional<String> header = call.request().header("x-ably-devicetoken");
        Optional<Grant> token = Optional.of(caller.grant());
        if (header.isPresent()) {
            Credentials credentials = Credentials.ofHeader("Bearer " + header.get());
            AuthResult result = services.authenticator()
                    .authenticate(credentials, call.request().secure(), Instant.ofEpochMilli(call.nowMillis()));
            token = switch (result) {
                case AuthResult.Granted(var grant) -> Optional.of(grant);
                case AuthResult.Denied(var error) -> throw new Refusal(error);
            };
        }
        return new PushCaller(
                caller,
                token.filter(grant -> grant.appId().equals(caller.app().id())
                        && grant.terms().deviceId().isPresent()),
                call.request().header("x-ably-devicesecret"));
    }

    String app() {
        return caller.app().id();
    }

    boolean isAdmin() {
        return caller.grant().capability().permitsSomewhere(Operation.PUSH_ADMIN);
    }

    boolean isAdminOf(ChannelName channel) {
        return caller.grant().capability().permits(Operation.PUSH_ADMIN, ChannelAccess.resource(channel));
    }

    boolean maySubscribe() {
        return caller.grant().capability().permitsSomewhere(Operation.PUSH_SUBSCRIBE);
    }

    boolean maySubscribeTo(ChannelName channel) {
        return caller.grant().capability().permits(Operation.PUSH_SUBSCRIBE, ChannelAccess.resource(channel));
    }

    void requireAdmin() throws Refusal {
        if (!isAdmin()) {
            throw refusal();
        }
    }

    static Refusal refusal() {
        return new Refusal(
                ErrorCode.CAPABILITY_REFUSED,
                "this needs the capability push-admin, or push-subscribe and to be about the device or client itself");
    }

    static PushRefusal unknown() {
        return new PushRefusal(refusal().error());
    }

    /// Whether the caller goes by that clientId, and by no other.
    boolean isClient(String clientId) {
        return maySubscribe() && caller.identity().clientId().equals(Optional.of(clientId));
    }

    /// Whether the caller names the device as its own, be it there or not.
    boolean names(String deviceId) {
        return token.flatMap(grant -> grant.terms().deviceId())
                .filter(deviceId::equals)
                .isPresent();
    }

    /// Whether the caller has proved to be the device.
    boolean is(Device device) {
        boolean byToken = names(device.id()) && token.get().issued().toEpochMilli() >= device.tokensFromMillis();
        return byToken || knows(device, secret);
    }

    /// In a time that does not tell how much of it is right.
    static boolean knows(Device device, Optional<String> secret) {
        return secret.isPresent()
                && device.secret().isPresent()
                && MessageDigest.isEqual(
                        utf8(secret.get()), utf8(device.secret().get()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// A new identity token for the device.
    TokenDetails identify(Device device, RestServices services, Instant now) {
        return services.tokens().deviceToken(caller.grant(), device.id(), device.clientId(), now);
    }

    /// Without the device's secret.
    @Override
    public String toString() {
        return "PushCaller[%s]".formatted(caller);
    }
}
