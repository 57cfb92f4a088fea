package io.hark.auth;

import java.util.Optional;

/// Value: what a token says beside identity and capability.
///
/// @param revocationKey by which it can be revoked together with others
/// @param userClaims    what its issuer vouches for about the user, per channel
/// @param publishRates  how much it may publish, per channel
/// @param deviceId      of an identity token of a device: which one it is
public record TokenTerms(
        Optional<String> revocationKey, UserClaims userClaims, PublishRates publishRates, Optional<String> deviceId) {
    public static final TokenTerms NONE =
            new TokenTerms(Optional.empty(), UserClaims.NONE, PublishRates.NONE, Optional.empty());

    /// What a JWT says.
    public TokenTerms(Optional<String> revocationKey, UserClaims userClaims, PublishRates publishRates) {
        this(revocationKey, userClaims, publishRates, Optional.empty());
    }

    static TokenTerms ofDevice(String deviceId) {
        return new TokenTerms(Optional.empty(), UserClaims.NONE, PublishRates.NONE, Optional.of(deviceId));
    }
}
