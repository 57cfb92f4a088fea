package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.presence.Member;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.Position;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/// One loop of a frontend with one channel, whose owner and log are lists that the test fills.
final class TestFrontend implements FrontendEffects {
    static final ChannelId CHANNEL = TestSlot.CHANNEL;
    static final long NOW = TestSlot.NOW;

    final List<String> alarms = new ArrayList<>();
    final List<Runnable> later = new ArrayList<>();
    final List<Entry> log = new ArrayList<>();
    final List<Member> members = new ArrayList<>();
    long membersLsn;

    /// Subscribes that were answered without the presence set, as it was known.
    int knownTold;

    final List<List<Claim>> claims = new ArrayList<>();
    final FrontendChannels channels;
    SlotMeta meta = SlotMeta.empty(CHANNEL.key().slot());
    long committedLsn;
    long lastLsn;
    boolean readsByHand;
    boolean readsFail;
    boolean subscribesByHand;
    boolean objectsByHand;
    Optional<ErrorInfo> objectRefusal = Optional.empty();
    final ArrayDeque<ObjectsPage> objectPages = new ArrayDeque<>();
    final List<ObjectsQuery> objectQueries = new ArrayList<>();
    Optional<ErrorInfo> refusal = Optional.empty();
    int reads;
    int sureAsked;

    /// What an owner that is sure to be the owner has committed.
    long sureCommittedLsn;

    int unsubscribes;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final List<Entry> ring = new ArrayList<>();
    private long firstSeq;

    TestFrontend() {
        this(FrontendLimits.DEFAULTS);
    }

    TestFrontend(FrontendLimits limits) {
        channels = new FrontendChannels("eu", limits, this);
    }

    @Override
    public void subscribe(
            ChannelId channel,
            List<Claim> alive,
            MembersWanted wanted,
            boolean sure,
            BiConsumer<Subscribed, ErrorInfo> answer) {
        claims.add(alive);
        if (sure) {
            sureAsked++;
            committedLsn = Math.max(committedLsn, sureCommittedLsn);
        }
        run(subscribesByHand, () -> {
            if (refusal.isPresent()) {
                answer.accept(null, refusal.get());
                return;
            }
            boolean known = wanted.isKnown(meta.lineage(), membersLsn);
            knownTold += known ? 1 : 0;
            answer.accept(
                    new Subscribed(
                            meta,
                            new Origin("eu", meta.lineage()),
                            committedLsn,
                            committedLsn,
                            lastLsn,
                            membersLsn,
                            known,
                            wanted.wanted() && !known ? List.copyOf(members) : List.of()),
                    null);
        });
    }

    @Override
    public void later(long millis, Runnable step) {
        later.add(step);
    }

    @Override
    public void unsubscribe(ChannelId channel) {
        unsubscribes++;
        ring.clear();
        firstSeq = 0;
    }

    @Override
    public void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer) {
        reads++;
        run(readsByHand, () -> {
            if (readsFail) {
                answer.accept(null, new DamagedEntry("a bit is not what it was"));
            } else {
                answer.accept(page(query), null);
            }
        });
    }

    @Override
    public void objects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer) {
        objectQueries.add(query);
        run(objectsByHand, () -> {
            if (objectRefusal.isPresent()) {
                answer.accept(null, objectRefusal.get());
            } else {
                answer.accept(objectPages.remove(), null);
            }
        });
    }

    private void run(boolean byHand, Runnable step) {
        if (byHand) {
            waiting.add(step);
        } else {
            step.run();
        }
    }

    /// Lets the oldest question that waits be answered.
    void answer() {
        waiting.remove().run();
    }

    private HistoryPage page(HistoryQuery query) {
        List<Entry> found = new ArrayList<>();
        for (Entry entry : query.backwards() ? log.reversed() : log) {
            boolean wanted = entry.lsn() > query.afterLsn()
                    && entry.lsn() <= query.upToLsn()
                    && Hlc.millis(entry.hlc()) >= query.startMillis()
                    && query.kinds().contains(entry.kind());
            if (wanted && found.size() == query.entriesMax()) {
                return new HistoryPage(found, true);
            }
            if (wanted) {
                found.add(entry);
            }
        }
        return new HistoryPage(found, false);
    }

    @Override
    public void alarm(String what) {
        alarms.add(what);
    }

    /// Puts an entry into the log, without telling the frontend.
    Entry store(long lsn, int messages) {
        List<Message> batch = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            batch.add(Message.of(Optional.of("m" + i), Payload.text("at " + lsn)));
        }
        Entry entry = new Entry(
                lsn,
                1,
                new Origin("eu", meta.lineage()),
                lsn,
                CHANNEL.key(),
                lastLsn,
                (NOW - 1_000_000 + lsn * 1_000) * 1_000,
                new EntryBody.Messages(new MessageBatch("op" + lsn, Optional.of("conn"), 0, batch)));
        log.add(entry);
        lastLsn = lsn;
        committedLsn = lsn;
        return entry;
    }

    Entry store(long lsn) {
        return store(lsn, 1);
    }

    void expireThrough(long lsn) {
        log.removeIf(entry -> entry.lsn() <= lsn);
    }

    /// An entry is logged and comes to the frontend.
    void enter(long... lsns) {
        for (long lsn : lsns) {
            channels.entered(CHANNEL, store(lsn), true);
        }
        channels.pump();
    }

    void enterEphemeral(long lsn) {
        Entry entry = new Entry(
                lsn,
                1,
                new Origin("eu", 1),
                lsn,
                CHANNEL.key(),
                lastLsn,
                NOW * 1_000,
                new EntryBody.Messages(TestSlot.batch("ephemeral")));
        channels.entered(CHANNEL, entry, false);
        channels.pump();
    }

    TestSubscriber attach(AttachFrom from) {
        return attach(from, false);
    }

    TestSubscriber attach(AttachFrom from, boolean wantsPresence) {
        TestSubscriber subscriber = new TestSubscriber();
        attach(subscriber, from, wantsPresence);
        return subscriber;
    }

    void attach(TestSubscriber subscriber, AttachFrom from, boolean wantsPresence) {
        attach(subscriber, from, Optional.empty(), wantsPresence);
    }

    void attach(TestSubscriber subscriber, AttachFrom from, Optional<Claim> claim, boolean wantsPresence) {
        subscriber.attachment = channels.join(CHANNEL, id -> new Ring())
                .attach(subscriber, from, claim, new FrontendChannel.Wants(wantsPresence, false), NOW);
    }

    static AttachFrom after(long lsn) {
        return after("eu", 1, lsn);
    }

    static AttachFrom after(String region, int lineage, long lsn) {
        return new AttachFrom.After(new Position(region, lineage, lsn, List.of()));
    }

    static AttachFrom last(Duration interval, int messagesMax) {
        return new AttachFrom.LastInterval(interval, messagesMax);
    }

    private final class Ring implements RingListener {
        @Override
        public void appended(Entry entry) {
            ring.add(entry);
        }

        @Override
        public void dropped(long newFirstSeq) {
            ring.subList(0, (int) (newFirstSeq - firstSeq)).clear();
            firstSeq = newFirstSeq;
        }
    }

    int ringSize() {
        return ring.size();
    }

    /// Writes down what it is handed.
    final class TestSubscriber implements Subscriber, ObjectReader {
        final List<ObjectsPage> objects = new ArrayList<>();
        boolean wantsObjects;
        final List<Long> lsns = new ArrayList<>();
        final List<Entry> entries = new ArrayList<>();
        final List<Integer> syncPages = new ArrayList<>();
        final List<ErrorInfo> failures = new ArrayList<>();
        Attachment attachment;
        AttachOutcome outcome;
        boolean synced;
        boolean writable = true;
        int handOversLeft = Integer.MAX_VALUE;
        Runnable onLive = () -> {};

        @Override
        public boolean writable() {
            return writable && handOversLeft > 0;
        }

        @Override
        public void attached(AttachOutcome how) {
            outcome = how;
        }

        @Override
        public void sync(List<Member> page, boolean last) {
            syncPages.add(page.size());
            synced = last;
            handOversLeft--;
        }

        @Override
        public Optional<ObjectReader> objectReader() {
            return wantsObjects ? Optional.of(this) : Optional.empty();
        }

        @Override
        public void objects(ObjectsPage page) {
            assertThat(lsns).as("objects come before entries").isEmpty();
            objects.add(page);
            handOversLeft--;
        }

        @Override
        public void backlog(List<Entry> page) {
            take(page);
        }

        @Override
        public void live(long from, long to) {
            take(List.copyOf(ring.subList((int) (from - firstSeq), (int) (to - firstSeq))));
            onLive.run();
        }

        private void take(List<Entry> page) {
            handOversLeft--;
            page.forEach(entry -> {
                entries.add(entry);
                lsns.add(entry.lsn());
            });
        }

        @Override
        public void failed(ErrorInfo reason) {
            failures.add(reason);
        }

        void stopReading() {
            writable = false;
        }

        void readOn() {
            writable = true;
            handOversLeft = Integer.MAX_VALUE;
            attachment.pump();
        }

        Optional<Integer> errorCode() {
            return outcome.error().map(ErrorInfo::code);
        }
    }
}
