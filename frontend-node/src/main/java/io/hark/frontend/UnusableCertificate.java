package io.hark.frontend;

/// A certificate or key that the node cannot show its clients. The message names the setting, the file and what to
/// do.
public final class UnusableCertificate extends Exception {
    private static final long serialVersionUID = 1;

    UnusableCertificate(String message) {
        super(message);
    }
}
