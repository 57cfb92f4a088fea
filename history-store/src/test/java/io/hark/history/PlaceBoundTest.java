package io.hark.history;

import static io.hark.channel.HistoryStoreContract.LONG;
import static io.hark.channel.HistoryStoreContract.NEIGHBOUR;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.get;
import static io.hark.channel.SlotCopyContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.Hlc;
import io.hark.channel.LogScript;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A channel's place must never be below its last entry, else readers take a gap for continuity: not after
/// expiry, nor when the store forgets channels sooner or later than before, nor on a copy, nor after entries
/// were taken back.
class PlaceBoundTest {
    private static final int STEPS = 100;
    private static final List<Duration> MEMORIES =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofHours(5));
    private static final List<ChannelId> CHANNELS = List.of(ORDERS, NEIGHBOUR, neighbour());

    @TempDir
    Path dir;

    private final LogScript script = new LogScript();
    private final Map<ChannelId, TreeSet<Long>> lsns = new HashMap<>();
    private Random random;
    private RocksSubject subject;
    private int stores;
    private long now = NOON;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 182})
    void aPlaceIsNeverBelowTheLastEntryNorBehindTheSlotsEnd(long seed) throws Exception {
        random = new Random(seed);
        subject = anotherStore();
        CHANNELS.forEach(channel -> lsns.put(channel, new TreeSet<>(List.of(0L))));
        for (int i = 0; i < STEPS; i++) {
            String step = step();
            for (ChannelId channel : CHANNELS) {
                assertThat(get(subject.store().channel(channel.key())).lastLsn())
                        .as("seed %d, after step %d, %s, channel %s", seed, i, step, channel)
                        .isBetween(lsns.get(channel).last(), script.meta(SLOT).lastLsn());
            }
        }
        subject.close();
    }

    private RocksSubject anotherStore() {
        return new RocksSubject(dir.resolve("store-" + stores++), config());
    }

    private HistoryConfig config() {
        return RocksSubject.CONFIG.withChannelMemory(MEMORIES.get(random.nextInt(MEMORIES.size())));
    }

    private String step() throws Exception {
        switch (random.nextInt(10)) {
            case 0 -> {
                subject.openAgainWith(config());
                return "reopen with another memory";
            }
            case 1, 2 -> {
                long at = now - random.nextLong(Duration.ofHours(2).toMillis());
                subject.expire(at);
                return "expire";
            }
            case 3, 4 -> {
                long end = script.meta(SLOT).lastLsn();
                long lsn = Math.max(0, end - random.nextInt(12));
                get(subject.store().truncate(SLOT, lsn)).ifPresent(this::truncated);
                return "truncate to " + lsn;
            }
            case 5 -> {
                copyToAnotherStore();
                return "copy";
            }
            default -> {
                append();
                return "append";
            }
        }
    }

    private void truncated(SlotMeta cut) {
        lsns.values()
                .forEach(ofChannel -> ofChannel.tailSet(cut.lastLsn(), false).clear());
        try {
            for (ChannelId channel : CHANNELS) {
                script.goOn(cut, subject.store(), channel);
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        now = Math.max(NOON, Hlc.millis(cut.hlc()));
    }

    private void append() throws Exception {
        for (int count = 1 + random.nextInt(4); count > 0; count--) {
            now += random.nextInt(4) == 0
                    ? random.nextLong(
                            MEMORIES.get(random.nextInt(MEMORIES.size())).toMillis())
                    : random.nextInt(3);
            ChannelId channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
            // As an owner that has the channel's state from the store.
            script.goOn(script.meta(SLOT), subject.store(), channel)
                    .message(channel, random.nextInt(3) > 0 ? LONG : SHORT, now, "text", Optional.empty());
            lsns.get(channel).add(script.meta(SLOT).lastLsn());
            script.appendTo(subject);
        }
    }

    /// The image, read while entries are appended, then the log from where it was before.
    private void copyToAnotherStore() throws Exception {
        RocksSubject copy = anotherStore();
        SlotMeta base = script.meta(SLOT);
        byte[] next = SlotImage.START;
        do {
            SlotImage page = get(subject.store().image(SLOT, next, 1 + random.nextInt(2)));
            next = page.next();
            get(copy.store().install(next.length == 0 ? base : SlotMeta.empty(SLOT), page));
            if (random.nextInt(3) == 0) {
                append();
            }
            if (random.nextInt(4) == 0) {
                copy.expire(now - random.nextLong(Duration.ofHours(2).toMillis()));
            }
        } while (next.length > 0);
        SlotMeta meta = base;
        for (var record :
                get(subject.store().log(SLOT, base.lastLsn(), 1000, 1 << 20)).records()) {
            meta = meta.after(record.head());
            LogScript.append(copy, record, meta);
        }
        assertThat(meta).isEqualTo(script.meta(SLOT));
        subject.close();
        subject = copy;
    }

    private static ChannelId neighbour() {
        for (int i = 1; ; i++) {
            ChannelId candidate = ChannelId.of("shop", "other-" + i);
            if (candidate.key().slot() == SLOT) {
                return candidate;
            }
        }
    }
}
