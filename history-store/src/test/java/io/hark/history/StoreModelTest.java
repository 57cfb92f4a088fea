package io.hark.history;

import static io.hark.channel.HistoryStoreContract.CHANNEL_MEMORY;
import static io.hark.channel.HistoryStoreContract.DEDUPE_WINDOW;
import static io.hark.channel.HistoryStoreContract.LONG;
import static io.hark.channel.HistoryStoreContract.NEIGHBOUR;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.get;
import static io.hark.channel.SlotCopyContract.ELSEWHERE;
import static io.hark.channel.SlotCopyContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.HistoryStore;
import io.hark.channel.IdHash;
import io.hark.channel.InMemoryHistoryStore;
import io.hark.channel.LogScript;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.StateKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Drives the real store and the one in memory through the same seeded steps: they give the same answers.
class StoreModelTest {
    private static final int STEPS = 200;
    private static final List<ChannelId> CHANNELS = List.of(ORDERS, NEIGHBOUR, ELSEWHERE);

    @TempDir
    Path dir;

    private final InMemoryHistoryStore model = new InMemoryHistoryStore(DEDUPE_WINDOW, CHANNEL_MEMORY);
    private final List<IdHash> ids = new ArrayList<>();
    private final LogScript script = new LogScript();
    private Random random;
    private long now = NOON;
    private int epoch = 1;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theyAgree(long seed) throws Exception {
        random = new Random(seed);
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            for (int i = 0; i < STEPS; i++) {
                String step = step(subject);
                assertThat(answers(subject.store()))
                        .as("seed %d, after step %d, %s", seed, i, step)
                        .containsExactlyElementsOf(answers(model));
            }
        }
    }

    private String step(RocksSubject subject) throws Exception {
        HistoryStore store = subject.store();
        int kind = random.nextInt(20);
        if (kind < 13) {
            append(store);
            return "append";
        } else if (kind < 17) {
            long end = script.meta(SLOT).lastLsn();
            long lsn = random.nextInt(4) == 0 ? random.nextLong(end + 1) : Math.max(0, end - random.nextInt(5));
            Optional<SlotMeta> cut = get(model.truncate(SLOT, lsn));
            assertThat(get(store.truncate(SLOT, lsn))).isEqualTo(cut);
            if (cut.isPresent()) {
                goOn(cut.get());
            }
            return "truncate to " + lsn;
        } else if (kind == 17) {
            subject.reopen();
            model.reopen();
            assertThat(subject.store().recovered(SLOT)).isEqualTo(model.recovered(SLOT));
            return "reopen";
        } else if (kind == 18) {
            copyOverItself(store);
            copyOverItself(model);
            return "copy";
        } else if (random.nextInt(3) == 0) {
            get(store.wipe(SLOT));
            get(model.wipe(SLOT));
            goOn(SlotMeta.empty(SLOT));
            return "wipe";
        }
        return "nothing";
    }

    private void goOn(SlotMeta meta) throws Exception {
        script.goOn(meta, model, ORDERS).goOn(meta, model, NEIGHBOUR).epoch(++epoch);
        now = Math.max(NOON, meta.hlc() / 1000);
    }

    private void append(HistoryStore store) throws Exception {
        for (int count = 1 + random.nextInt(5); count > 0; count--) {
            now += random.nextInt(3) == 0 ? random.nextInt(400_000) : random.nextInt(3);
            ChannelId channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
            ChannelPolicy policy = random.nextBoolean() ? LONG : SHORT;
            String client = "client-" + random.nextInt(3);
            switch (random.nextInt(8)) {
                case 0 -> script.noop(SLOT, policy, now);
                case 1, 2 -> script.enter(channel, policy, now, client);
                case 3 -> script.leave(channel, policy, now, client);
                case 4 -> script.message(channel, policy, now, "text");
                case 5, 6 -> {
                    long of = NOON + random.nextInt(4) * 1_000_000L;
                    Optional<String> value = random.nextInt(4) == 0 ? Optional.empty() : Optional.of("at " + now);
                    script.version(channel, of % 2_000_000 == 0 ? LONG : SHORT, now, of, value);
                }
                default -> {
                    IdHash id = new IdHash(random.nextLong(), random.nextLong());
                    ids.add(id);
                    script.message(channel, policy, now, "text", Optional.of(id));
                }
            }
        }
        List<Append> appends = script.take();
        for (HistoryStore each : List.of(store, model)) {
            CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
            each.append(appends, done::complete);
            assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();
        }
    }

    /// Wipes the slot and gives it its own image again, which leaves it without records.
    private void copyOverItself(HistoryStore store) throws Exception {
        List<SlotImage> pages = new ArrayList<>();
        byte[] next = SlotImage.START;
        do {
            SlotImage page = get(store.image(SLOT, next, 3));
            pages.add(page);
            next = page.next();
        } while (next.length > 0);
        get(store.wipe(SLOT));
        for (SlotImage page : pages) {
            get(store.install(script.meta(SLOT), page));
        }
    }

    /// One line for everything that a store can be asked of the slot and a neighbour.
    private List<String> answers(HistoryStore store) throws Exception {
        List<String> answers = new ArrayList<>();
        for (ChannelId channel : CHANNELS) {
            ChannelImage image = get(store.channel(channel.key()));
            answers.add("%s ends at %d".formatted(channel, image.lastLsn()));
            image.members().forEach(member -> answers.add("%s has %s".formatted(channel, member)));
            LogScript.rows(store, channel)
                    .forEach(row -> answers.add("%s has %s: %s".formatted(channel, row.key(), row.value())));
            for (IdHash id : ids.subList(Math.max(0, ids.size() - 30), ids.size())) {
                get(store.findId(channel.key(), id))
                        .ifPresent(receipt -> answers.add("%s has %s at %s".formatted(channel, id, receipt)));
            }
        }
        Set<ChannelId> withMembers = new HashSet<>(get(store.channelsWith(StateKind.PRESENCE, SLOT)));
        CHANNELS.stream().filter(withMembers::contains).forEach(channel -> answers.add(channel + " has members"));
        get(store.log(SLOT, 0, 100_000, 1 << 30))
                .records()
                .forEach(record -> answers.add(record.head() + " " + record.ids() + " " + record.changes()));
        return answers;
    }
}
