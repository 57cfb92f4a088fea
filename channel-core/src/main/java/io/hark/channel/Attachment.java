package io.hark.channel;

import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.Optional;

/// Confined: one connection's place on one channel: a cursor, never a queue.
///
/// While its subscriber keeps up, the cursor is a place in the channel's ring and everything up to the
/// ring's end is handed over at once. When the subscriber cannot take more, the cursor stays where it
/// is; when the ring has moved on meanwhile, entries are read from the log, page by page, until the
/// cursor meets the ring again.
public final class Attachment {
    private enum Phase {
        /// The owner's answer or the first page is awaited.
        STARTING,
        SYNCING,
        STREAMING,
        ENDED
    }

    private static final long OFF_THE_RING = -1;

    /// Its place in the channel's list of attachments.
    int index;

    private final FrontendChannel channel;
    private final Subscriber subscriber;
    private Optional<Claim> claim;
    private final FrontendChannel.Wants wants;
    private Phase phase = Phase.STARTING;
    private List<Member> members = List.of();
    private int syncNext;
    private Optional<ObjectSync> objects = Optional.empty();
    private List<Entry> page = List.of();
    private boolean reading;
    private boolean pumping;
    private boolean caughtUp;

    /// Everything up to this LSN was handed over.
    private long cursor;

    private long seq = OFF_THE_RING;

    /// Versions of messages after this LSN have been handed over.
    private long versionsAfter;

    /// So have messages that were published from this LSN on, in the version that was the latest then.
    private long messagesFrom = Long.MAX_VALUE;

    Attachment(FrontendChannel channel, Subscriber subscriber, Optional<Claim> claim, FrontendChannel.Wants wants) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.claim = claim;
        this.wants = wants;
    }

    Optional<Claim> claim() {
        return claim;
    }

    /// Its connection has members on the channel from now on, and vouches for them when the channel's owner
    /// changes.
    public void vouch(Claim present) {
        claim = Optional.of(present);
    }

    boolean wantsPresence() {
        return wants.presence();
    }

    boolean wantsWholes() {
        return wants.wholes();
    }

    boolean isCaughtUp() {
        return caughtUp;
    }

    boolean isEnded() {
        return phase == Phase.ENDED;
    }

    /// Goes on from where it stopped when the subscriber could take no more.
    public void pump() {
        if (phase == Phase.ENDED || pumping) {
            return; // A subscriber may find room while it is being handed something: the step below goes on.
        }
        pumping = true;
        boolean now;
        try {
            now = step();
        } finally {
            pumping = false;
        }
        if (phase != Phase.ENDED && caughtUp != now) {
            caughtUp = now;
            channel.behind(now ? -1 : 1);
        }
    }

    /// What the ring holds next does not follow what was handed over: reads from the log until it meets
    /// the ring again.
    void leaveRing() {
        seq = OFF_THE_RING;
        if (caughtUp) {
            caughtUp = false;
            channel.behind(1);
        }
    }

    /// Hands over the whole presence set once more, before what else is to come; nothing when it has not
    /// started, or is in the middle of handing one over: that one is complete as well.
    ///
    /// @param all     as of now
    /// @param starting runs before the first page, if there is to be one
    public void syncAgain(List<Member> all, Runnable starting) {
        if (phase == Phase.STREAMING) {
            starting.run();
            members = all;
            syncNext = 0;
            phase = Phase.SYNCING;
            pump();
        }
    }

    /// Ends it; nothing is handed over any more.
    public void detach() {
        if (phase != Phase.ENDED) {
            phase = Phase.ENDED;
            channel.detached(this);
        }
    }

    /// A rewind: messages that were published from `firstLsn` on are handed over as of `asOfLsn`.
    void rewound(long firstLsn, long asOfLsn) {
        messagesFrom = firstLsn;
        versionsAfter = asOfLsn;
    }

    /// @param firstPage what was read already of what follows `outcome.startLsn()`
    /// @param resumeAt  where to go on once that is handed over
    void start(AttachOutcome outcome, List<Entry> firstPage, long resumeAt) {
        objects = subscriber.objectReader().map(reader -> new ObjectSync(channel, this, reader));
        if (objects.isEmpty()) {
            begin(outcome, firstPage, resumeAt);
            return;
        }
        // Whether there are objects is part of the first thing that the client is told.
        objects.get().begin(() -> begin(outcome.withObjects(objects.get().hasObjects()), firstPage, resumeAt));
    }

    private void begin(AttachOutcome outcome, List<Entry> firstPage, long resumeAt) {
        members = outcome.hasPresence() ? outcome.subscribed().members() : List.of();
        page = firstPage;
        cursor = resumeAt;
        versionsAfter = Math.max(versionsAfter, outcome.startLsn());
        phase = outcome.hasPresence() ? Phase.SYNCING : Phase.STREAMING;
        subscriber.attached(outcome);
        pump();
    }

    void fail(ErrorInfo reason) {
        detach();
        subscriber.failed(reason);
    }

    /// Hands over what there is while the subscriber takes it.
    ///
    /// @return whether it has everything that has come
    private boolean step() {
        while (subscriber.writable() && phase != Phase.ENDED && phase != Phase.STARTING) {
            if (reading) {
                return false;
            }
            if (phase == Phase.SYNCING) {
                syncPage();
            } else if (objects.isPresent()) {
                if (objects.get().isDone()) {
                    objects = Optional.empty();
                } else if (!objects.get().step()) {
                    return false;
                }
            } else if (!page.isEmpty()) {
                List<Entry> entries = page;
                page = List.of();
                subscriber.backlog(entries);
            } else if (seq >= channel.ring().firstSeq()
                    && cursor >= channel.ring().baseLsn()) {
                if (handOverRing()) {
                    return true;
                }
            } else if (cursor >= channel.ring().baseLsn()) {
                seq = channel.ring().seqAfter(cursor);
            } else {
                readPage();
            }
        }
        return false;
    }

    /// Hands over what the ring holds up to the next append whose base the subscriber lacks, then that.
    ///
    /// @return whether that was everything
    private boolean handOverRing() {
        EntryRing ring = channel.ring();
        long end = ring.endSeq();
        long stop = channel.firstLacking(this, seq, end);
        if (seq < stop) {
            long from = seq;
            seq = stop;
            cursor = stop == end
                    ? channel.position()
                    : Math.max(cursor, ring.at(stop - 1).lsn());
            subscriber.live(from, stop);
            return stop == end;
        }
        if (stop == end) {
            return true;
        }
        Entry append = ring.at(stop);
        Optional<Entry> whole = channel.wholes().atHand(append);
        if (whole.isPresent()) {
            handOverWhole(whole.get());
        } else {
            reading = true;
            channel.wholes().read(append, (read, failure) -> wholeRead(append, read, failure));
        }
        return false;
    }

    private void handOverWhole(Entry whole) {
        long at = seq++;
        cursor = whole.lsn();
        subscriber.whole(at, whole);
    }

    private void wholeRead(Entry append, Entry read, Throwable failure) {
        reading = false;
        if (phase == Phase.ENDED) {
            return;
        }
        if (failure != null) {
            fail(ErrorCode.OVERLOADED.info("the channel's log cannot be read at the moment; attach again"));
            return;
        }
        EntryRing ring = channel.ring();
        boolean still = seq >= ring.firstSeq() && seq < ring.endSeq() && ring.at(seq) == append;
        if (still) {
            handOverWhole(read);
        }
        pump();
    }

    /// Whether the entry is an append to what the subscriber has not been handed, or one that it wants
    /// whole.
    boolean lacksBaseOf(Entry entry) {
        return entry.body() instanceof EntryBody.Version version
                && version.isFragment()
                && (wants.wholes() || version.previousLsn() <= versionsAfter && version.originalLsn() < messagesFrom);
    }

    private void syncPage() {
        int from = syncNext;
        syncNext = Math.min(members.size(), from + channel.limits().syncMembersMax());
        boolean last = syncNext == members.size();
        List<Member> part = members.subList(from, syncNext);
        if (last) {
            phase = Phase.STREAMING;
            members = List.of();
        }
        subscriber.sync(part, last);
    }

    private long wholeThrough() {
        return wants.wholes() ? Long.MAX_VALUE : versionsAfter;
    }

    private void readPage() {
        seq = OFF_THE_RING;
        if (reading) {
            return;
        }
        reading = true;
        long upTo = channel.position();
        long lastLsn = channel.lastLsn();
        channel.read(cursor, upTo, wholeThrough(), (read, failure) -> {
            reading = false;
            if (phase == Phase.ENDED) {
                return;
            }
            if (failure != null) {
                fail(ErrorCode.OVERLOADED.info("the channel's log cannot be read at the moment; attach again"));
                return;
            }
            List<Entry> entries = read.unbroken();
            long missedUpTo = entries.isEmpty() ? lastLsn : entries.getFirst().prevLsn();
            if (missedUpTo > cursor) {
                fail(ErrorCode.CONTINUITY_EXPIRED.info(
                        "the connection fell further behind than the channel's entries are kept"));
                return;
            }
            page = entries;
            cursor = endOf(read, upTo, lastLsn);
            pump();
        });
    }

    /// Where to read on once the page's unbroken entries are handed over: at `upTo`, which it was to
    /// reach, or at their end if something between is not in it.
    ///
    /// @param lastLsn the channel's last entry when the page was asked for
    static long endOf(HistoryPage page, long upTo, long lastLsn) {
        List<Entry> entries = page.unbroken();
        if (entries.isEmpty()) {
            return upTo;
        }
        long end = entries.getLast().lsn();
        boolean reached = entries.size() == page.entries().size() && !page.more() && end >= lastLsn;
        return reached ? upTo : end;
    }
}
