package io.hark.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Counts of one app on one loop. Only that loop adds to it, without a lock and without waiting for anybody; any thread
/// may read.
public final class LoopStats implements Counting {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle BLOCKS = MethodHandles.arrayElementVarHandle(long[][].class);
    private static final int BLOCK_BITS = 5;
    private static final int BLOCK_MASK = (1 << BLOCK_BITS) - 1;

    private final long[][] blocks = new long[Metric.NUMBERS >> BLOCK_BITS][];

    LoopStats() {}

    @Override
    public void add(int number, long count) {
        long[] block = blocks[number >> BLOCK_BITS];
        if (block == null) {
            block = new long[1 << BLOCK_BITS];
            BLOCKS.setRelease(blocks, number >> BLOCK_BITS, block);
        }
        int at = number & BLOCK_MASK;
        LONGS.setOpaque(block, at, block[at] + count);
    }

    void addTo(long[] sums) {
        for (int index = 0; index < blocks.length; index++) {
            long[] block = (long[]) BLOCKS.getAcquire(blocks, index);
            if (block != null) {
                for (int at = 0; at < block.length; at++) {
                    sums[(index << BLOCK_BITS) + at] += (long) LONGS.getOpaque(block, at);
                }
            }
        }
    }
}
