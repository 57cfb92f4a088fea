package io.hark.frontend;

import io.hark.protocol.ErrorInfo;

/// Ends the evaluation of a filter that would take too long. Whoever asked for the filter is told: a
/// message that was not looked at is neither one that it wants nor one that it does not.
final class CostlyFilter extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient ErrorInfo info;

    CostlyFilter(ErrorInfo info) {
        super(info.message(), null, false, false);
        this.info = info;
    }

    ErrorInfo info() {
        return info;
    }
}
