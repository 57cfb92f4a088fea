package io.hark.channel;

/// Stored bytes are not what was written: the checksum or the form of an entry or a member does not
/// hold. Whoever gets it must not serve anything in place of what is damaged (rule R7).
public final class DamagedEntry extends Exception {
    private static final long serialVersionUID = 1;

    public DamagedEntry(String message) {
        super(message);
    }

    public DamagedEntry(String message, Throwable cause) {
        super(message, cause);
    }
}
