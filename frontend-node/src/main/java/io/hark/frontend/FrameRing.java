package io.hark.frontend;

import io.hark.channel.Entry;
import io.hark.channel.RingListener;
import io.hark.protocol.Format;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Confined: the frames of one channel's ring on one loop, encoded once per (format, channel name as written)
/// whatever
/// the
/// number of subscribers. What lies between a subscriber's place and the ring's end is one run of bytes,
/// written at
/// once.
final class FrameRing implements RingListener {
    private static final int FRAME_OVERHEAD = 384;

    private final EntryFrames frames;
    private final WireScratch scratch;
    private final ByteBufAllocator allocator;
    private final List<Variant> variants = new ArrayList<>(1);
    private Entry[] entries = new Entry[4];
    private long firstSeq;
    private long endSeq;

    FrameRing(EntryFrames frames, WireScratch scratch, ByteBufAllocator allocator) {
        this.frames = frames;
        this.scratch = scratch;
        this.allocator = allocator;
    }

    @Override
    public void appended(Entry entry) {
        int size = (int) (endSeq - firstSeq);
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, size * 2);
        }
        entries[size] = entry;
        endSeq++;
    }

    @Override
    public void dropped(long newFirstSeq) {
        int gone = (int) (newFirstSeq - firstSeq);
        int left = (int) (endSeq - newFirstSeq);
        if (gone == 0) {
            return;
        }
        System.arraycopy(entries, gone, entries, 0, left);
        Arrays.fill(entries, left, left + gone, null);
        if (left == 0 && entries.length > 64) {
            entries = new Entry[4];
        }
        firstSeq = newFirstSeq;
        for (Variant variant : variants) {
            variant.drop();
        }
        variants.removeIf(variant -> variant.chunks.isEmpty());
    }

    /// Lets go of all bytes; slices that were handed out live on.
    void close() {
        dropped(endSeq);
    }

    Entry entry(long seq) {
        return entries[(int) (seq - firstSeq)];
    }

    /// The frames of `[from, to)` as runs of bytes that the caller owns.
    List<ByteBuf> frames(Format format, String channel, long from, long to) {
        return variant(format, channel).slices(from, to);
    }

    private Variant variant(Format format, String channel) {
        for (Variant variant : variants) {
            if (variant.format == format && variant.channel.equals(channel)) {
                return variant;
            }
        }
        Variant variant = new Variant(format, channel);
        variants.add(variant);
        return variant;
    }

    /// One encoding of the ring.
    private final class Variant {
        private final Format format;
        private final String channel;
        private final List<Chunk> chunks = new ArrayList<>(1);

        Variant(Format format, String channel) {
            this.format = format;
            this.channel = channel;
        }

        List<ByteBuf> slices(long from, long to) {
            long encodedFrom = chunks.isEmpty() ? to : chunks.getFirst().firstSeq;
            long encodedTo = chunks.isEmpty() ? from : chunks.getLast().endSeq();
            if (!chunks.isEmpty() && from < encodedFrom) {
                // Somebody is behind where this variant began: its part is encoded for it alone.
                List<ByteBuf> own = new ArrayList<>(2);
                Chunk before = encode(from, Math.min(to, encodedFrom));
                own.add(before.bytes);
                if (to > encodedFrom) {
                    own.addAll(slices(encodedFrom, to));
                }
                return own;
            }
            if (to > encodedTo) {
                chunks.add(encode(encodedTo, to));
            }
            List<ByteBuf> slices = new ArrayList<>(chunks.size());
            for (Chunk chunk : chunks) {
                if (chunk.endSeq() > from && chunk.firstSeq < to) {
                    slices.add(chunk.slice(Math.max(from, chunk.firstSeq), Math.min(to, chunk.endSeq())));
                }
            }
            return slices;
        }

        private Chunk encode(long from, long to) {
            int estimate = 0;
            for (long seq = from; seq < to; seq++) {
                estimate += entry(seq).size() + FRAME_OVERHEAD;
            }
            ByteBuf bytes = allocator.directBuffer(estimate);
            int[] ends = new int[(int) (to - from)];
            for (long seq = from; seq < to; seq++) {
                frames.frame(channel, entry(seq)).ifPresent(frame -> scratch.webSocketFrame(format, frame, bytes));
                ends[(int) (seq - from)] = bytes.writerIndex();
            }
            return new Chunk(from, ends, bytes);
        }

        void drop() {
            while (!chunks.isEmpty() && chunks.getFirst().endSeq() <= firstSeq) {
                chunks.removeFirst().bytes.release();
            }
        }
    }

    /// Frames that were encoded together.
    private record Chunk(long firstSeq, int[] ends, ByteBuf bytes) {
        long endSeq() {
            return firstSeq + ends.length;
        }

        ByteBuf slice(long from, long to) {
            int start = from == firstSeq ? 0 : ends[(int) (from - firstSeq) - 1];
            int end = ends[(int) (to - firstSeq) - 1];
            return bytes.retainedSlice(start, end - start);
        }
    }
}
