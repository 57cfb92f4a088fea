package io.hark.auth;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads [TokenTerms] from the payload of a JWT. Claims unknown are ignored, known ones of a wrong form refused
/// with 40144.
final class JwtTerms {
    /// Claims for channels and rooms in one token; more are refused.
    static final int CLAIMS_MAX = 100;

    /// A user claim goes out with every message, so one that is longer is refused.
    static final int USER_CLAIM_CHARS_MAX = 4_096;

    private static final String REVOCATION_KEY = "x-ably-revocation-key";
    private static final String CHANNEL = "ably.channel.";
    private static final String ROOM = "ably.room.";
    private static final String MAX_RATE = "ably.limits.publish.perAttachment.maxRate.";

    private final List<ByResource.Entry<String>> channels = new ArrayList<>();
    private final List<ByResource.Entry<String>> rooms = new ArrayList<>();
    private final List<ByResource.Entry<Double>> rates = new ArrayList<>();

    private JwtTerms() {}

    static Outcome<TokenTerms> of(Map<String, Object> claims) {
        JwtTerms terms = new JwtTerms();
        for (Map.Entry<String, Object> claim : claims.entrySet()) {
            Optional<String> problem = terms.read(claim.getKey(), claim.getValue());
            if (problem.isPresent()) {
                return Outcome.refused(invalid(problem.get()));
            }
        }
        int count = terms.channels.size() + terms.rooms.size() + terms.rates.size();
        if (count > CLAIMS_MAX) {
            return Outcome.refused(
                    invalid("it has %d claims for channels and rooms, the limit is %d".formatted(count, CLAIMS_MAX)));
        }
        Object revocationKey = claims.get(REVOCATION_KEY);
        if (revocationKey != null && !(revocationKey instanceof String)) {
            return Outcome.refused(invalid(REVOCATION_KEY + " must be a string"));
        }
        return Outcome.ok(new TokenTerms(
                Optional.ofNullable((String) revocationKey),
                new UserClaims(new ByResource<>(terms.channels), new ByResource<>(terms.rooms)),
                new PublishRates(new ByResource<>(terms.rates))));
    }

    private Optional<String> read(String name, Object value) {
        if (name.startsWith(CHANNEL)) {
            return userClaim(name, name.substring(CHANNEL.length()), value, channels);
        }
        if (name.startsWith(ROOM)) {
            return userClaim(name, name.substring(ROOM.length()), value, rooms);
        }
        return name.startsWith(MAX_RATE) ? rate(name, name.substring(MAX_RATE.length()), value) : Optional.empty();
    }

    private static Optional<String> userClaim(
            String name, String resource, Object value, List<ByResource.Entry<String>> to) {
        Optional<ResourcePattern> pattern = ResourcePattern.parse(resource);
        if (pattern.isEmpty() || !(value instanceof String text) || text.length() > USER_CLAIM_CHARS_MAX) {
            return Optional.of("%s must name a resource and be a string of up to %d characters"
                    .formatted(name, USER_CLAIM_CHARS_MAX));
        }
        to.add(new ByResource.Entry<>(pattern.get(), text));
        return Optional.empty();
    }

    private Optional<String> rate(String name, String resource, Object value) {
        Optional<ResourcePattern> pattern = ResourcePattern.parse(resource);
        if (pattern.isEmpty() || !(value instanceof Number number) || !(number.doubleValue() >= 0)) {
            return Optional.of(name + " must name a resource and be a number of messages per second");
        }
        rates.add(new ByResource.Entry<>(pattern.get(), number.doubleValue()));
        return Optional.empty();
    }

    private static ErrorInfo invalid(String reason) {
        return ErrorCode.INVALID_JWT.info("Invalid token; " + reason).withStatusCode(400);
    }
}
