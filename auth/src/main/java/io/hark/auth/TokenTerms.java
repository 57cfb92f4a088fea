package io.hark.auth;

import java.util.Optional;

/// Value: what a JWT says beside identity and capability.
///
/// @param revocationKey by which it can be revoked together with others
/// @param userClaims    what its issuer vouches for about the user, per channel
/// @param publishRates  how much it may publish, per channel
public record TokenTerms(Optional<String> revocationKey, UserClaims userClaims, PublishRates publishRates) {
    public static final TokenTerms NONE = new TokenTerms(Optional.empty(), UserClaims.NONE, PublishRates.NONE);
}
