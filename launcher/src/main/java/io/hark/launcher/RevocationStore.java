package io.hark.launcher;

import io.hark.auth.ApiKey;
import io.hark.auth.Grant;
import io.hark.auth.RevocationTarget;
import io.hark.auth.RevokedTokens;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.Revocation;
import io.hark.control.Revocations;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.TokenRevoker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the region's revoked tokens, as the control log has them. Any thread.
final class RevocationStore implements RevokedTokens, TokenRevoker {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationStore.class);

    /// What the clocks of two nodes may differ by that revoke the same.
    private static final Duration CLOCK_SLACK = Duration.ofSeconds(5);

    /// Value: what is revoked, by key name and target.
    private record Index(Revocations of, Map<String, Map<String, List<Revocation>>> byKey) {
        static Index of(Revocations revocations) {
            Map<String, Map<String, List<Revocation>>> byKey = new HashMap<>();
            revocations
                    .byKey()
                    .forEach((key, all) ->
                            byKey.put(key, all.stream().collect(Collectors.groupingBy(Revocation::target))));
            return new Index(revocations, byKey);
        }
    }

    private final ControlLog control;
    private volatile Index index;

    RevocationStore(ControlLog control) {
        this.control = control;
        this.index = Index.of(control.state().revocations());
        control.onChange(state -> changed());
    }

    /// Reads the newest state rather than the one that is told, so that none takes the place of a later one.
    private synchronized void changed() {
        Revocations newest = control.state().revocations();
        if (newest != index.of()) {
            index = Index.of(newest);
        }
    }

    @Override
    public Optional<Instant> revokedFrom(Grant grant) {
        Map<String, List<Revocation>> ofKey = index.byKey().get(grant.keyName());
        if (ofKey == null) {
            return Optional.empty();
        }
        long issued = grant.issued().toEpochMilli();
        return RevocationTarget.of(grant).stream()
                .map(ofKey::get)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(revocation -> issued < revocation.issuedBeforeMillis())
                .map(revocation -> Instant.ofEpochMilli(revocation.appliesAtMillis()))
                .min(Instant::compareTo);
    }

    @Override
    public int targetCharsMax() {
        return Revocation.TARGET_CHARS_MAX;
    }

    @Override
    public CompletionStage<List<Optional<ErrorInfo>>> revoke(List<TokenRevoker.Tokens> asked, Instant now) {
        List<Revocation> revocations = asked.stream()
                .map(one -> Revocation.of(
                        one.keyName(),
                        one.target(),
                        one.issuedBefore().toEpochMilli(),
                        one.appliesAt().toEpochMilli(),
                        ApiKey.REVOCABLE_TOKEN_TTL_MAX))
                .toList();
        if (revocations.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        return control.propose(new ControlCommand.Revoke(revocations, now.toEpochMilli()))
                .handle((state, failure) -> {
                    if (failure != null) {
                        LOG.warn("a revocation could not be decided", failure);
                    }
                    changed();
                    return revocations.stream()
                            .map(one -> failure == null ? problem(state, one, now) : undecided())
                            .toList();
                });
    }

    private static Optional<ErrorInfo> problem(ControlState state, Revocation revocation, Instant now) {
        return state.revocations().covers(revocation, now.plus(CLOCK_SLACK).toEpochMilli())
                ? Optional.empty()
                : Optional.of(ErrorCode.RATE_LIMITED.info(
                        "too many revocations are in force (%d of one key, %d of all); revoke a channel or a"
                                        .formatted(Revocations.PER_KEY_MAX, Revocations.MAX)
                                + " revocationKey that more tokens share, or disable the key"));
    }

    private static Optional<ErrorInfo> undecided() {
        return Optional.of(ErrorCode.OVERLOADED.info("the region could not decide in time; revoke it again"));
    }
}
