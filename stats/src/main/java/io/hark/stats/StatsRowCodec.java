package io.hark.stats;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The bytes of a [StatsRow]: a version, then numbers of variable length. Any thread.
public final class StatsRowCodec {
    private static final byte VERSION = 1;
    private static final int BANDS_MAX = 64;
    private static final Gauge[] GAUGES = Gauge.values();

    private StatsRowCodec() {}

    public static byte[] encode(StatsRow row) {
        return encode(0, row);
    }

    /// @param seq kept with the row
    static byte[] encode(long seq, StatsRow row) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        out.write(VERSION);
        put(out, seq);
        put(out, row.counts().byNumber().size());
        row.counts().byNumber().forEach((number, count) -> {
            put(out, number);
            put(out, count);
        });
        put(out, row.levels().size());
        row.levels().forEach((gauge, levels) -> {
            put(out, gauge.ordinal());
            put(out, levels.seconds());
            put(out, levels.bands().size());
            for (Levels.Band band : levels.bands()) {
                put(out, band.low());
                put(out, band.high());
            }
        });
        return out.toByteArray();
    }

    /// @throws IllegalArgumentException for bytes that are none
    public static StatsRow decode(byte[] bytes) {
        return new In(bytes).numbered().row();
    }

    /// @throws IllegalArgumentException for bytes that are none
    static Numbered decodeNumbered(byte[] bytes) {
        return new In(bytes).numbered();
    }

    /// Value: a row with the number of the report that it is of.
    record Numbered(long seq, StatsRow row) {
        static final Numbered NONE = new Numbered(0, StatsRow.EMPTY);
    }

    /// Zigzag: differences can be below 0.
    private static void put(ByteArrayOutputStream out, long value) {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static final class In {
        private final byte[] bytes;
        private int at;

        In(byte[] bytes) {
            this.bytes = bytes;
        }

        Numbered numbered() {
            if (bytes.length == 0 || bytes[at++] != VERSION) {
                throw new IllegalArgumentException("a row of statistics is not of version " + VERSION);
            }
            long seq = number();
            SortedMap<Integer, Long> counts = new TreeMap<>();
            for (int left = size(Metric.NUMBERS); left > 0; left--) {
                counts.put(size(Metric.NUMBERS), number());
            }
            Map<Gauge, Levels> levels = new EnumMap<>(Gauge.class);
            for (int left = size(GAUGES.length); left > 0; left--) {
                Gauge gauge = GAUGES[size(GAUGES.length - 1)];
                long seconds = number();
                List<Levels.Band> bands = new ArrayList<>();
                for (int more = size(BANDS_MAX); more > 0; more--) {
                    bands.add(new Levels.Band(Math.toIntExact(number()), Math.toIntExact(number())));
                }
                levels.put(gauge, new Levels(seconds, bands));
            }
            if (at != bytes.length) {
                throw new IllegalArgumentException("a row of statistics has bytes after its end");
            }
            return new Numbered(seq, new StatsRow(new Counts(counts), levels));
        }

        private int size(int max) {
            long number = number();
            if (number < 0 || number > max) {
                throw new IllegalArgumentException(
                        "a row of statistics has %d where %d is the most".formatted(number, max));
            }
            return (int) number;
        }

        private long number() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                if (at == bytes.length) {
                    throw new IllegalArgumentException("a row of statistics ends too early");
                }
                byte next = bytes[at++];
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value >>> 1 ^ -(value & 1);
                }
            }
            throw new IllegalArgumentException("a row of statistics has a number that does not end");
        }
    }
}
