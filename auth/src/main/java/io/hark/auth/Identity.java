package io.hark.auth;

import io.hark.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Value: who a connection or request is, and whom its messages may name as their sender (RSA7, RSA15).
///
/// @param clientId     empty for anonymous clients, and for those that may be anyone and have not chosen
/// @param mayAssumeAny whether messages may carry any clientId instead of this one
public record Identity(Optional<String> clientId, boolean mayAssumeAny) {
    /// Brings together what the credentials allow and what the client says.
    ///
    /// @param requested the `clientId` param, or the decoded `X-Ably-ClientId` header
    /// @return refused with 40012 when the requested one cannot be an identity, with 40102 when the token is
    ///         another's or nobody's
    public static Outcome<Identity> resolve(Grant grant, Optional<String> requested) {
        return requested
                .map(clientId -> ClientIds.concrete(clientId).flatMap(valid -> claim(grant, valid)))
                .orElseGet(() -> Outcome.ok(unclaimed(grant)));
    }

    private static Identity unclaimed(Grant grant) {
        boolean mayAssumeAny = mayAssumeAny(grant);
        return new Identity(mayAssumeAny ? Optional.empty() : grant.clientId(), mayAssumeAny);
    }

    private static Outcome<Identity> claim(Grant grant, String requested) {
        if (mayAssumeAny(grant)) {
            // A key that has chosen is held to it, a wildcard token is not.
            return Outcome.ok(new Identity(Optional.of(requested), grant.kind() == Grant.Kind.TOKEN));
        }
        return grant.clientId().equals(Optional.of(requested))
                ? Outcome.ok(new Identity(grant.clientId(), false))
                : Outcome.refused(ErrorCode.INCOMPATIBLE_CREDENTIALS.info(
                        "Invalid clientId for credentials: '%s' was requested, the token is %s"
                                .formatted(
                                        requested,
                                        grant.clientId()
                                                .map("for '%s'"::formatted)
                                                .orElse("anonymous"))));
    }

    private static boolean mayAssumeAny(Grant grant) {
        return grant.kind() == Grant.Kind.BASIC || grant.clientId().equals(Optional.of(ClientIds.WILDCARD));
    }

    /// @param base64 the value of the `X-Ably-ClientId` header (RSA7e2)
    /// @return refused with 40012 when it is not base64
    public static Outcome<String> decodeHeader(String base64) {
        return Base64Text.decode(base64.strip())
                .map(bytes -> Outcome.ok(new String(bytes, StandardCharsets.UTF_8)))
                .orElseGet(() -> Outcome.refused(
                        ErrorCode.INVALID_CLIENT_ID.info("invalid clientId: X-Ably-ClientId is not base64")));
    }

    /// What `connectionDetails.clientId` says in CONNECTED: `*` only to a client that has not named
    /// itself, since SDKs adopt what they read there.
    public Optional<String> shown() {
        return clientId.or(() -> mayAssumeAny ? Optional.of(ClientIds.WILDCARD) : Optional.empty());
    }

    /// @param onMessage the clientId that a message, presence entry or annotation carries
    /// @return the one that it is to have, the own one filled in (RSA7a1); refused with 40012 when it is not
    /// allowed
    public Outcome<Optional<String>> checkClientId(Optional<String> onMessage) {
        if (onMessage.isEmpty()) {
            return Outcome.ok(clientId);
        }
        return ClientIds.concrete(onMessage.get())
                .flatMap(named -> mayAssumeAny || clientId.equals(onMessage)
                        ? Outcome.ok(onMessage)
                        : Outcome.refused(ErrorCode.INVALID_CLIENT_ID.info("invalid clientId '%s': the client is %s"
                                .formatted(
                                        named, clientId.map("'%s'"::formatted).orElse("anonymous")))));
    }
}
