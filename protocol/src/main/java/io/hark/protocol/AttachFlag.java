package io.hark.protocol;

/// The status bits of `flags` in ATTACH and ATTACHED (TR3); modes are in [ChannelMode].
public final class AttachFlag {
    public static final int HAS_PRESENCE = 1;
    public static final int HAS_BACKLOG = 1 << 1;
    public static final int RESUMED = 1 << 2;
    public static final int ATTACH_RESUME = 1 << 5;
    public static final int HAS_OBJECTS = 1 << 7;

    private AttachFlag() {}
}
