package io.hark.frontend;

import io.hark.auth.Delivery;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.RingListener;
import io.hark.protocol.Format;
import io.hark.protocol.ServerMessage;
import io.hark.stats.LoopStats;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: the frames of one channel's ring on one loop, encoded once per (format, channel name as
/// written, view) whatever the number of subscribers. What lies between a subscriber's place and the
/// ring's end is one run of bytes, written at once.
final class FrameRing implements RingListener {
    private static final int FRAME_OVERHEAD = 384;
    private static final int HELD_MAX = 16;

    private final EntryFrames frames;
    private final WireScratch scratch;
    private final ByteBufAllocator allocator;
    private final DeltaCoder coder;
    private final LoopStats stats;
    private final Map<Form, Variant> variants = new HashMap<>(2);
    private final List<Held> held = new ArrayList<>(0);
    private Entry[] entries = new Entry[4];
    private final WholeFrames wholes = new WholeFrames();
    private long firstSeq;
    private long endSeq;

    /// After the last entry that not everybody wants who has asked for nothing special; 0 for none.
    private long specialEnd;

    /// Subscribers that take differences.
    private int deltaReaders;

    /// The entries as differences, where somebody has asked for that.
    private Entry[] deltas = {};

    /// While somebody takes differences: the entry with the channel's last message before the ring's
    /// first entry.
    private Optional<Entry> before = Optional.empty();

    /// What the last subscriber got. Most of those who come after it are at the same place.
    private Optional<Run> last = Optional.empty();

    /// @param stats of the channel's app on this loop
    FrameRing(EntryFrames frames, DeltaCoder coder, WireScratch scratch, ByteBufAllocator allocator, LoopStats stats) {
        this.frames = frames;
        this.coder = coder;
        this.scratch = scratch;
        this.allocator = allocator;
        this.stats = stats;
    }

    @Override
    public void appended(Entry entry) {
        int size = (int) (endSeq - firstSeq);
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, size * 2);
        }
        entries[size] = entry;
        endSeq++;
        if (entry.body() instanceof EntryBody.Objects) {
            specialEnd = endSeq;
        }
    }

    @Override
    public void dropped(long newFirstSeq) {
        int gone = (int) (newFirstSeq - firstSeq);
        int left = (int) (endSeq - newFirstSeq);
        if (gone == 0) {
            return;
        }
        forgetRun();
        if (deltaReaders > 0) {
            before = messagesBefore(newFirstSeq);
        }
        shift(entries, gone, left);
        shift(deltas, gone, left);
        if (left == 0 && entries.length > 64) {
            entries = new Entry[4];
            deltas = new Entry[0];
        }
        firstSeq = newFirstSeq;
        while (!held.isEmpty() && held.getFirst().from() < newFirstSeq) {
            held.removeFirst().bytes().release();
        }
        wholes.dropped(newFirstSeq);
        for (Variant variant : variants.values()) {
            variant.drop();
        }
        variants.values().removeIf(variant -> variant.chunks.isEmpty());
    }

    private static void shift(Entry[] entries, int gone, int left) {
        int kept = Math.clamp(entries.length - gone, 0, left);
        if (kept > 0) {
            System.arraycopy(entries, gone, entries, 0, kept);
        }
        Arrays.fill(entries, kept, Math.min(entries.length, gone + left), null);
    }

    /// Lets go of all bytes; slices that were handed out live on.
    void close() {
        dropped(endSeq);
    }

    /// Whether there is nothing but messages and presence from `from` on.
    boolean isPlain(long from) {
        return from >= specialEnd;
    }

    Entry entry(long seq) {
        return entries[(int) (seq - firstSeq)];
    }

    /// The entry with its messages as differences, made once for all who ask.
    Entry delta(long seq) {
        int index = (int) (seq - firstSeq);
        if (index >= deltas.length) {
            deltas = Arrays.copyOf(deltas, entries.length);
        }
        if (deltas[index] == null) {
            deltas[index] = coder.difference(messagesBefore(seq), entry(seq));
            SentCounts.differences(stats, deltas[index], entries[index]);
        }
        return deltas[index];
    }

    /// @param change 1 when a subscriber comes that takes differences, -1 when one goes
    void deltaReaders(int change) {
        deltaReaders += change;
        if (deltaReaders == 0) {
            before = Optional.empty();
        }
    }

    /// The entry is the channel's last one with messages, as far as its reader knows.
    ///
    /// @return false when the ring has gone on: what is in it is a difference to what was known when it
    ///         came
    boolean remember(Entry entry) {
        if (firstSeq < endSeq) {
            return false;
        }
        if (deltaReaders > 0) {
            before = Optional.of(entry);
        }
        return true;
    }

    /// @return the first entry with messages of `[from, to)`; `to` when there is none
    long nextMessages(long from, long to) {
        long seq = from;
        while (seq < to && !hasMessages(entry(seq))) {
            seq++;
        }
        return seq;
    }

    /// @return the [Entry#hlc] of the last entry with messages before `seq`; 0 when none is known
    long beforeMessages(long seq) {
        return messagesBefore(seq).map(Entry::hlc).orElse(0L);
    }

    private Optional<Entry> messagesBefore(long seq) {
        for (long at = seq - 1; at >= firstSeq; at--) {
            if (hasMessages(entry(at))) {
                return Optional.of(entry(at));
            }
        }
        return before;
    }

    /// The frame of `whole`, which stands for the append at `seq`, as bytes that the caller owns.
    ByteBuf whole(Form form, long seq, Entry whole) {
        return wholes.get(seq, form, () -> {
            ByteBuf bytes = allocator.directBuffer(whole.size() + FRAME_OVERHEAD);
            frames.frames(
                    form.channel(), whole, form.shown(), frame -> scratch.webSocketFrame(form.format(), frame, bytes));
            return bytes;
        });
    }

    /// Whether a subscriber is told messages by it.
    static boolean hasMessages(Entry entry) {
        return switch (entry.body()) {
            case EntryBody.Messages messages -> true;
            case EntryBody.Version version -> true;
            case EntryBody.Annotations annotations -> annotations.summary().isPresent();
            case EntryBody.Presence presence -> false;
            case EntryBody.Objects objects -> false;
            case EntryBody.None none -> false;
            case EntryBody.Refusal refusal -> false;
        };
    }

    /// The frames of `[from, to)` as runs of bytes that the caller owns. Counts them as sent.
    List<ByteBuf> frames(Form form, long from, long to) {
        if (last.isPresent() && last.get().isOf(form, from, to)) {
            return List.of(last.get().again());
        }
        return variants.computeIfAbsent(form, Variant::new).slices(from, to);
    }

    private void forgetRun() {
        last.ifPresent(Run::end);
        last = Optional.empty();
    }

    /// The same for a channel whose messages are batched or conflated: `[from, to)` is what was held
    /// together.
    ///
    /// @param channelName without qualifier
    ByteBuf held(Form form, String channelName, Delivery delivery, long from, long to) {
        for (Held each : held) {
            if (each.from() == from && each.to() == to && each.form().equals(form)) {
                each.counts().sent(stats, 0, 1);
                return each.bytes().retainedDuplicate();
            }
        }
        List<Entry> told = new ArrayList<>((int) (to - from));
        for (long seq = from; seq < to; seq++) {
            told.add(form.view().of(this, seq));
        }
        ByteBuf bytes = allocator.directBuffer();
        HeldEntries entryFrames = new HeldEntries(frames, form.channel(), form.shown());
        List<Entry> survivors = HeldEntries.survivors(delivery, channelName, told);
        List<ServerMessage> out = entryFrames.frames(survivors);
        for (ServerMessage frame : out) {
            scratch.webSocketFrame(form.format(), frame, bytes);
        }
        if (held.stream().noneMatch(each -> each.from() == from && each.to() == to)) {
            HeldEntries.count(stats, delivery, told, survivors, out.size());
        }
        SentCounts counts = entryFrames.sent(delivery, survivors, out);
        counts.sent(stats, 0, 1);
        if (held.size() == HELD_MAX) {
            // Whoever shares frames asks for them in one turn; these are of some who each get something else.
            held.removeFirst().bytes().release();
        }
        held.add(new Held(form, from, to, bytes, counts));
        return bytes.retainedDuplicate();
    }

    /// How a subscriber gets the ring's entries.
    ///
    /// @param channel its name as the client wrote it
    /// @param shown   what of an entry that has something for several modes
    record Form(Format format, String channel, RingView view, FrameView shown) {}

    /// Frames of what was held together, for all who were told of the same.
    private record Held(Form form, long from, long to, ByteBuf bytes, SentCounts counts) {}

    /// One encoding of the ring.
    private final class Variant {
        private final Form form;
        private final List<Chunk> chunks = new ArrayList<>(1);

        Variant(Form form) {
            this.form = form;
        }

        List<ByteBuf> slices(long from, long to) {
            long encodedFrom = chunks.isEmpty() ? to : chunks.getFirst().firstSeq;
            long encodedTo = chunks.isEmpty() ? from : chunks.getLast().endSeq();
            if (!chunks.isEmpty() && from < encodedFrom) {
                // Somebody is behind where this variant began: its part is encoded for it alone.
                List<ByteBuf> own = new ArrayList<>(2);
                Chunk before = encode(from, Math.min(to, encodedFrom));
                before.counts.sent(stats, 0, before.ends.length);
                own.add(before.bytes);
                try {
                    if (to > encodedFrom) {
                        own.addAll(slices(encodedFrom, to));
                    }
                    return own;
                } catch (CostlyFilter tooMuch) {
                    before.bytes.release();
                    throw tooMuch;
                }
            }
            if (to > encodedTo) {
                chunks.add(encode(encodedTo, to));
            }
            Chunk newest = chunks.getLast();
            if (from >= newest.firstSeq) {
                forgetRun();
                last = Optional.of(new Run(form, newest, from, to));
                return List.of(newest.slice(stats, from, to));
            }
            List<ByteBuf> slices = new ArrayList<>(chunks.size());
            for (Chunk chunk : chunks) {
                if (chunk.endSeq() > from && chunk.firstSeq < to) {
                    slices.add(chunk.slice(stats, Math.max(from, chunk.firstSeq), Math.min(to, chunk.endSeq())));
                }
            }
            return slices;
        }

        private Chunk encode(long from, long to) {
            int estimate = 0;
            Entry[] told = new Entry[(int) (to - from)];
            for (int i = 0; i < told.length; i++) {
                told[i] = form.view().of(FrameRing.this, from + i);
                estimate += told[i].size() + FRAME_OVERHEAD;
            }
            ByteBuf bytes = allocator.directBuffer(estimate);
            int[] ends = new int[told.length];
            SentCounts counts = new SentCounts(told.length, form.shown());
            for (int i = 0; i < told.length; i++) {
                frames.frames(
                        form.channel(),
                        told[i],
                        form.shown(),
                        frame -> scratch.webSocketFrame(form.format(), frame, bytes));
                ends[i] = bytes.writerIndex();
                counts.put(i, told[i], entry(from + i));
            }
            return new Chunk(from, ends, bytes, counts);
        }

        void drop() {
            while (!chunks.isEmpty() && chunks.getFirst().endSeq() <= firstSeq) {
                chunks.removeFirst().bytes.release();
            }
        }
    }

    /// Frames that were encoded together.
    private record Chunk(long firstSeq, int[] ends, ByteBuf bytes, SentCounts counts) {
        long endSeq() {
            return firstSeq + ends.length;
        }

        ByteBuf slice(LoopStats stats, long from, long to) {
            counted(stats, from, to, 1);
            return slice(from, to);
        }

        ByteBuf slice(long from, long to) {
            int start = from == firstSeq ? 0 : ends[(int) (from - firstSeq) - 1];
            int end = ends[(int) (to - firstSeq) - 1];
            return bytes.retainedSlice(start, end - start);
        }

        void counted(LoopStats stats, long from, long to, int times) {
            counts.sent(stats, (int) (from - firstSeq), (int) (to - firstSeq), times);
        }
    }

    /// A run of bytes that one subscriber after the other gets. They are counted together, at its end.
    private final class Run {
        private final Form form;
        private final Chunk chunk;
        private final long from;
        private final long to;
        private int times;

        Run(Form form, Chunk chunk, long from, long to) {
            this.form = form;
            this.chunk = chunk;
            this.from = from;
            this.to = to;
        }

        boolean isOf(Form otherForm, long otherFrom, long otherTo) {
            return from == otherFrom && to == otherTo && form.equals(otherForm);
        }

        ByteBuf again() {
            times++;
            return chunk.slice(from, to);
        }

        void end() {
            if (times > 0) {
                chunk.counted(stats, from, to, times);
            }
        }
    }
}
