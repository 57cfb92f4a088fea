package io.hark.frontend;

import io.hark.channel.Entry;

/// How the entries of a ring are told to those of its subscribers that want them so. Equal views share
/// their frames.
interface RingView {
    /// As they were published.
    RingView PLAIN = FrameRing::entry;

    /// As differences to the channel's message before them (RTL18 to RTL20).
    RingView DELTA = FrameRing::delta;

    Entry of(FrameRing ring, long seq);
}
