package io.hark.rest;

import io.hark.auth.ApiKey;
import io.hark.auth.Grant;
import io.hark.auth.KeyName;
import io.hark.auth.Outcome;
import io.hark.auth.RevocationTarget;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/// Revokes tokens (RSA17): `POST /keys/{keyName}/revokeTokens`.
final class RevocationRoute {
    /// Targets of one request; more are refused with 40000.
    static final int TARGETS_MAX = 100;

    /// How far back `issuedBefore` can reach: no token that can be revoked is older.
    private static final Duration ISSUED_BEFORE_MAX = ApiKey.REVOCABLE_TOKEN_TTL_MAX;

    /// What clients are promised is 30 s from when they asked.
    private static final Duration REAUTH_MARGIN = Duration.ofSeconds(31);

    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");

    private final RestServices services;

    RevocationRoute(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on("POST", "keys/*/revokeTokens", this::revoke);
    }

    /// Value: a request's targets, each as it came, and why it cannot be revoked, if so.
    private record Target(String text, Optional<ErrorInfo> problem) {}

    private CompletionStage<Reply> revoke(Call call) throws Refusal {
        ApiKey key = authorised(call);
        Instant now = Instant.ofEpochMilli(call.nowMillis());
        Map<String, Object> body = Bodies.object(call.request());
        List<Target> targets = targets(body.get("targets"));
        Instant issuedBefore = issuedBefore(body.get("issuedBefore"), now);
        Instant appliesAt = hasMargin(body.get("allowReauthMargin")) ? now.plus(REAUTH_MARGIN) : now;
        List<TokenRevoker.Tokens> revocations = new ArrayList<>();
        for (Target target : targets) {
            if (target.problem().isEmpty()) {
                revocations.add(new TokenRevoker.Tokens(key.name(), target.text(), issuedBefore, appliesAt));
            }
        }
        return services.revoker()
                .revoke(revocations, now)
                .thenApply(problems -> result(targets, problems, issuedBefore, appliesAt))
                .thenApply(result -> call.isOfVersion3() ? Reply.of(201, result::encode) : result.legacyReply(201));
    }

    private ApiKey authorised(Call call) throws Refusal {
        String name = call.path().getFirst();
        Optional<ApiKey> key = KeyName.parse(name)
                .flatMap(parsed -> services.apps().app(parsed.appId()).flatMap(app -> app.key(parsed.keyId())));
        if (key.isEmpty()) {
            throw new Refusal(ErrorCode.NOT_FOUND, "there is no key '%s'".formatted(name));
        }
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        if (caller.grant().kind() != Grant.Kind.BASIC) {
            throw new Refusal(ErrorCode.BASIC_AUTH_REQUIRED, "tokens are revoked with the API key that issued them");
        }
        if (!caller.grant().keyName().equals(name)) {
            throw new Refusal(
                    ErrorCode.WRONG_KEY_FOR_REVOCATION,
                    "key %s cannot revoke tokens of key %s"
                            .formatted(caller.grant().keyName(), name));
        }
        if (!key.get().revocableTokens()) {
            throw new Refusal(
                    ErrorCode.REVOCATION_NOT_ENABLED,
                    "tokens of key %s cannot be revoked: it was made without revocableTokens".formatted(name));
        }
        return key.get();
    }

    private List<Target> targets(Object tree) throws Refusal {
        if (!(tree instanceof List<?> items)) {
            throw new Refusal(ErrorCode.INVALID_BODY, "targets must be an array of texts <type>:<value>");
        }
        if (items.isEmpty() || items.size() > TARGETS_MAX) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "a revocation is for 1 to %d targets, was for %d".formatted(TARGETS_MAX, items.size()));
        }
        List<Target> targets = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof String text)) {
                throw new Refusal(ErrorCode.INVALID_BODY, "targets must be texts <type>:<value>");
            }
            targets.add(
                    switch (RevocationTarget.check(text, services.revoker().targetCharsMax())) {
                        case Outcome.Ok<String> fine -> new Target(text, Optional.empty());
                        case Outcome.Refused<String>(var error) -> new Target(text, Optional.of(error));
                    });
        }
        return targets;
    }

    private static Instant issuedBefore(Object tree, Instant now) throws Refusal {
        if (tree == null) {
            return now;
        }
        OptionalLong millis = MILLIS.matcher(tree.toString()).matches() && !(tree instanceof Double)
                ? OptionalLong.of(Long.parseLong(tree.toString()))
                : OptionalLong.empty();
        Instant earliest = now.minus(ISSUED_BEFORE_MAX);
        if (millis.isEmpty()
                || Instant.ofEpochMilli(millis.getAsLong()).isAfter(now)
                || Instant.ofEpochMilli(millis.getAsLong()).isBefore(earliest)) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "issuedBefore must be %d to %d, milliseconds of the last %d minutes, was '%s'"
                            .formatted(
                                    earliest.toEpochMilli(), now.toEpochMilli(), ISSUED_BEFORE_MAX.toMinutes(), tree));
        }
        return Instant.ofEpochMilli(millis.getAsLong());
    }

    private static boolean hasMargin(Object tree) throws Refusal {
        return switch (tree) {
            case null -> false;
            case Boolean margin -> margin;
            default ->
                throw new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "allowReauthMargin must be true or false, was '%s'".formatted(tree));
        };
    }

    /// @param problems of those targets that have none of their own
    private static BatchResult result(
            List<Target> targets, List<Optional<ErrorInfo>> problems, Instant issuedBefore, Instant appliesAt) {
        List<BatchResult.Item> items = new ArrayList<>();
        int asked = 0;
        for (Target target : targets) {
            Optional<ErrorInfo> problem = target.problem().isPresent() ? target.problem() : problems.get(asked++);
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("target", target.text());
            if (problem.isPresent()) {
                tree.put("error", Errors.tree(problem.get()));
            } else {
                tree.put("issuedBefore", issuedBefore.toEpochMilli());
                tree.put("appliesAt", appliesAt.toEpochMilli());
            }
            items.add(new BatchResult.Item(problem.isEmpty(), codec -> tree));
        }
        return new BatchResult(items);
    }
}
