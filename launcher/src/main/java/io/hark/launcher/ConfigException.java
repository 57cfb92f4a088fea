package io.hark.launcher;

/// The configuration cannot be used; the message names the key, the value and what is allowed.
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message);
    }
}
