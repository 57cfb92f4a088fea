package io.hark.frontend;

import io.hark.auth.Grant;
import io.hark.auth.Standing;
import io.hark.protocol.ErrorInfo;
import java.time.Instant;
import java.util.Optional;

/// Confined: whether the credentials with which a client came are still good.
final class Credentialed {
    private final Frontend frontend;
    private Optional<Instant> end = Optional.empty();

    Credentialed(Frontend frontend) {
        this.frontend = frontend;
    }

    /// Looks again.
    ///
    /// @return why they are good no longer, if so
    Optional<ErrorInfo> examine(Grant grant) {
        return switch (frontend.authenticator().standing(grant, frontend.wallTime())) {
            case Standing.Good() -> {
                end = Optional.empty();
                yield Optional.empty();
            }
            case Standing.Until(Instant until) -> {
                end = Optional.of(until);
                yield Optional.empty();
            }
            case Standing.Ended(ErrorInfo error) -> Optional.of(error);
        };
    }

    /// When they end before their time, as known since [#examine].
    Optional<Instant> end() {
        return end;
    }

    /// Whether that time has come.
    boolean isOver() {
        return end.isPresent() && !frontend.wallTime().isBefore(end.get());
    }
}
