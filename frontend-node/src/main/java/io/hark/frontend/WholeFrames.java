package io.hark.frontend;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/// Confined: frames that tell a whole message in the place of an append, beside those of a ring; encoded
/// once per form like these.
final class WholeFrames {
    private final List<Whole> frames = new ArrayList<>(0);

    private record Whole(long seq, FrameRing.Form form, ByteBuf bytes) {}

    /// The bytes of the frame in the place of the ring's entry at `seq`, which the caller owns.
    ByteBuf get(long seq, FrameRing.Form form, Supplier<ByteBuf> encode) {
        for (Whole whole : frames) {
            if (whole.seq() == seq && whole.form().equals(form)) {
                return whole.bytes().retainedDuplicate();
            }
        }
        Whole added = new Whole(seq, form, encode.get());
        frames.add(added);
        return added.bytes().retainedDuplicate();
    }

    void dropped(long firstSeq) {
        for (Iterator<Whole> all = frames.iterator(); all.hasNext(); ) {
            Whole whole = all.next();
            if (whole.seq() < firstSeq) {
                whole.bytes().release();
                all.remove();
            }
        }
    }
}
