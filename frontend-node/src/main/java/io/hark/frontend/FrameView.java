package io.hark.frontend;

import io.hark.protocol.ChannelMode;
import java.util.Set;

/// Value: what of an entry an attachment gets that has something for several modes.
///
/// @param summaries   what annotations come to, as messages
/// @param annotations the annotations themselves
record FrameView(boolean summaries, boolean annotations) {
    static FrameView of(Set<ChannelMode> modes) {
        return new FrameView(modes.contains(ChannelMode.SUBSCRIBE), modes.contains(ChannelMode.ANNOTATION_SUBSCRIBE));
    }
}
