package io.hark.protocol;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Value: what an attachment may do (TB2d), each with its bit in `flags` (TR3).
public enum ChannelMode {
    PRESENCE(16),
    PUBLISH(17),
    SUBSCRIBE(18),
    PRESENCE_SUBSCRIBE(19),
    ANNOTATION_PUBLISH(21),
    ANNOTATION_SUBSCRIBE(22),
    OBJECT_SUBSCRIBE(24),
    OBJECT_PUBLISH(25);

    /// What a client gets that asks for nothing in particular.
    public static final Set<ChannelMode> DEFAULTS =
            Set.copyOf(EnumSet.of(PRESENCE, PUBLISH, SUBSCRIBE, PRESENCE_SUBSCRIBE, ANNOTATION_PUBLISH));

    private static final ChannelMode[] VALUES = values();

    private final int flag;

    ChannelMode(int bit) {
        this.flag = 1 << bit;
    }

    public int flag() {
        return flag;
    }

    public static int flags(Set<ChannelMode> modes) {
        int flags = 0;
        for (ChannelMode mode : modes) {
            flags |= mode.flag;
        }
        return flags;
    }

    /// The modes whose bits are set; other bits are ignored.
    public static EnumSet<ChannelMode> fromFlags(int flags) {
        EnumSet<ChannelMode> modes = EnumSet.noneOf(ChannelMode.class);
        for (ChannelMode mode : VALUES) {
            if ((flags & mode.flag) != 0) {
                modes.add(mode);
            }
        }
        return modes;
    }

    /// @param word a mode as the `modes` channel param spells it, such as `presence_subscribe`
    public static Optional<ChannelMode> fromWord(String word) {
        for (ChannelMode mode : VALUES) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(word)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
