package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: orders everything that happens on the channels of one slot.
///
/// It numbers entries, recognises repeated publishes, and tells subscribers and publishers of an entry
/// only once it is committed: on a single node, once it is as durable as its channel's policy asks. It
/// reads no clock and does no I/O: time is an argument, disk and feeds are behind [SlotEffects] and
/// [Feed].
///
/// Rules that it keeps (docs/guarantees.md): nothing is delivered or acknowledged before commit (R9); an
/// id in the log but not committed is answered at its commit (D3); a refusal means that nothing of it is in the
/// log nor will be, and is an entry itself where it could be asked again (D4); publishes of a channel are appended in
/// the order in which they came.
public final class SlotOwner {
    private static final ChannelPolicy NOOP_POLICY = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));

    private final SlotEffects effects;
    private final SlotLimits limits;
    private final MemberGrace grace;
    private final String region;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final MemberTimers timers = new MemberTimers();
    final ChannelTable channels;
    final Repeats repeats;
    private final OccupancyReports reports;
    private final PresenceChanges presence;
    private final MessageChanges changes = new MessageChanges(this);
    private final Annotating annotating = new Annotating(this);
    private final ObjectOwner objects;
    private final StatsKeeper stats;
    private final RowChanges rows;

    private final int epoch;

    private SlotMeta meta;
    private long committedLsn;
    private long committedOseq;

    /// An owner that serves from now on: it appends the epoch's first entry, so that whatever follows is
    /// of this epoch (recovery, step 5). Everything that `recovered` names is committed.
    ///
    /// @param lineage a later one than before when entries may have been lost
    public SlotOwner(
            SlotMeta recovered,
            int epoch,
            int lineage,
            String region,
            SlotEffects effects,
            SlotLimits limits,
            MemberGrace grace,
            long nowMillis) {
        this.meta = recovered.lineage() == lineage ? recovered : recovered.withLineage(lineage);
        this.epoch = epoch;
        this.region = region;
        this.effects = effects;
        this.limits = limits;
        this.grace = grace;
        this.channels = new ChannelTable(effects, limits, timers, grace, region, nowMillis);
        this.repeats = new Repeats(this, effects, channels);
        this.presence = new PresenceChanges(this, timers, grace, limits.presenceBytesMax());
        this.reports = new OccupancyReports(epoch, nowMillis);
        this.objects = new ObjectOwner(this, effects, epoch);
        this.stats = new StatsKeeper(this, effects);
        this.rows = new RowChanges(this, effects);
        this.committedLsn = meta.lastLsn();
        this.committedOseq = meta.oseq();
        Entry noop = nextEntry(new ChannelKey(meta.slot(), 0, 0), 0, nextHlc(0), EntryBody.NONE);
        append(new InFlight(noop, Optional.empty(), List.of(), List.of(), new ArrayList<>(0)), NOOP_POLICY);
    }

    /// It is the owner no longer: nobody gets an answer from it any more, as the next owner may give another
    /// one (D3).
    public void close() {
        channels.close();
        inFlight.clear();
    }

    public void publish(Publish publish, long nowMillis, Consumer<PublishResult> reply) {
        Repeats.Sending sending = Repeats.Sending.of(publish);
        Consumer<PublishResult> told = repeats.watched(publish.channel(), sending, reply);
        channels.with(
                publish.channel(), nowMillis, told, channel -> publish(channel, publish, sending, nowMillis, told));
        repeats.lookUpAhead(publish.channel(), sending);
    }

    private void publish(
            OwnedChannel channel,
            Publish publish,
            Repeats.Sending sending,
            long nowMillis,
            Consumer<PublishResult> reply) {
        Runnable step =
                () -> repeats.once(channel, sending, reply, () -> appendPublish(channel, publish, nowMillis, reply));
        // First, as nothing may come between what is decided about repeats and the append.
        if (publish.policy().keepsLast()) {
            LastPublish.whenKnown(this, channel, reply, step);
        } else {
            step.run();
        }
    }

    /// Takes the step with what is worked out of the store.
    <T> void consult(
            OwnedChannel channel, StoreView.Reading<T> reading, Consumer<PublishResult> refuse, Consumer<T> step) {
        channels.whenAnswered(
                channel,
                answer -> effects.consult(reading, answer),
                error -> refuse.accept(new PublishResult.Refused(error)),
                step);
    }

    private void appendPublish(OwnedChannel channel, Publish publish, long nowMillis, Consumer<PublishResult> reply) {
        switch (publish.content()) {
            case Publish.Create(var batch, var ephemeral) -> {
                if (takes(channel, publish.publisher(), reply)) {
                    appendMessages(channel, publish, batch, ephemeral, reply);
                }
            }
            case Publish.Change change -> changes.change(channel, publish, change, reply);
            case Publish.Annotate annotate -> annotating.annotate(channel, publish, annotate, nowMillis, reply);
        }
    }

    /// Whether a publish can be appended now; refuses it otherwise.
    boolean takes(OwnedChannel channel, Optional<Claim> publisher, Consumer<PublishResult> reply) {
        if (repeats.isBehindDeclined(channel, publisher)) {
            reply.accept(new PublishResult.Refused(
                    ErrorCode.OVERLOADED.info("what was published before it on the channel was declined; try again")));
            return false;
        }
        return takes(publisher, reply);
    }

    /// The same of what has no place among publishes.
    boolean takes(Optional<Claim> publisher, Consumer<PublishResult> reply) {
        if (publisher.filter(repeats::isBroken).isPresent()) {
            reply.accept(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info()));
            return false;
        }
        if (effects.overloaded()) {
            reply.accept(new PublishResult.Refused(ErrorCode.OVERLOADED.info(
                    "the node has more publishes waiting for its disk than it may; try again")));
            return false;
        }
        return true;
    }

    private void appendMessages(
            OwnedChannel channel,
            Publish publish,
            MessageBatch batch,
            boolean ephemeral,
            Consumer<PublishResult> reply) {
        long hlc = nextHlc(0);
        EntryBody body = new EntryBody.Messages(
                new MessageBatch(batch.id(), batch.connectionId(), Hlc.millis(hlc), batch.messages()));
        if (ephemeral) {
            deliverInTurn(channel, body, hlc, reply);
        } else {
            append(channel, publish, hlc, body, List.of(), reply);
        }
    }

    /// Appends what a publish comes to, or refuses it.
    ///
    /// @param hlc from [#nextHlc]
    /// @return whether it is appended
    boolean append(
            OwnedChannel channel,
            Publish publish,
            long hlc,
            EntryBody body,
            List<StateChange> rows,
            Consumer<PublishResult> reply) {
        if (!takes(channel, publish.publisher(), reply)) {
            return false;
        }
        Entry entry = nextEntry(channel.id.key(), channel.proposedLsn, hlc, body);
        List<StateChange> changes = channel.last
                .map(last -> last.with(rows, entry, publish.policy().keepsLast(), committedLsn))
                .orElse(rows);
        channel.rows.propose(entry.lsn(), changes);
        InFlight pending =
                new InFlight(entry, Optional.of(channel), publish.ids(), List.of(), changes, storedWaiters(reply));
        channel.await(pending);
        append(pending, publish.policy());
        return true;
    }

    /// Refuses something for what it asks for. That is an entry with its ids: whoever owns the slot when it is sent
    /// again finds the answer in the log, as it would that of something that was taken (ADR 24).
    void refuse(OwnedChannel channel, Repeats.Sending sending, ErrorInfo error, Consumer<PublishResult> reply) {
        if (takes(sending.publisher(), reply)) {
            EntryBody refusal = new EntryBody.Refusal(error);
            Entry entry = nextEntry(channel.id.key(), channel.proposedLsn, nextHlc(0), refusal);
            InFlight pending =
                    new InFlight(entry, Optional.of(channel), sending.ids(), List.of(), storedWaiters(reply));
            channel.await(pending);
            append(pending, sending.policy());
        }
    }

    void refuse(OwnedChannel channel, Publish publish, ErrorInfo error, Consumer<PublishResult> reply) {
        refuse(channel, Repeats.Sending.of(publish), error, reply);
    }

    /// An ephemeral publish takes its turn behind what was appended before it, without an entry of its own. Its
    /// serial is new; its LSN is the last one's, so that no reader's position moves over anything.
    private void deliverInTurn(OwnedChannel channel, EntryBody body, long hlc, Consumer<PublishResult> reply) {
        meta = meta.withHlc(hlc);
        Entry entry = new Entry(
                meta.lastLsn(), epoch, origin(), meta.oseq(), channel.id.key(), channel.proposedLsn, hlc, body);
        List<Consumer<Entry>> waiters = waiters(delivered ->
                reply.accept(new PublishResult.Accepted(delivered.receipt().serials())));
        inFlight.add(new InFlight(
                entry,
                EntryCodec.encode(entry),
                Optional.of(channel),
                List.of(),
                false,
                List.of(),
                List.of(),
                waiters));
        committed(committedLsn);
    }

    /// Performs operations on the channel's objects.
    public void objects(ObjectUpdate update, long nowMillis, Consumer<PublishResult> reply) {
        Repeats.Sending sending = Repeats.Sending.of(update);
        objects.perform(update, sending, nowMillis, repeats.watched(update.channel(), sending, reply));
    }

    /// Tells a page of the channel's objects as they are committed, now or when the page before was.
    public void objects(ObjectsQuery query, long nowMillis, BiConsumer<ObjectsPage, ErrorInfo> reply) {
        objects.page(query, nowMillis, reply);
    }

    /// Adds what a node has counted to an app's statistics.
    public void count(StatsUpdate update, long nowMillis, Consumer<PublishResult> reply) {
        stats.count(update, nowMillis, reply);
    }

    /// Rows of an app's statistics.
    public void stats(String app, StateQuery query, long nowMillis, BiConsumer<StatePage, ErrorInfo> reply) {
        stats.rows(StatsUpdate.channel(app), query, nowMillis, reply);
    }

    /// @param feed of the frontend that holds the connection
    public void presence(PresenceUpdate update, Feed feed, long nowMillis, Consumer<PublishResult> reply) {
        Consumer<PublishResult> told = repeats.watched(Repeats.Sending.of(update), reply);
        channels.with(
                update.channel(), nowMillis, told, channel -> presence.update(channel, update, feed, nowMillis, told));
    }

    /// Takes the step once everything appended so far is committed.
    void onceCommitted(Runnable step) {
        if (inFlight.isEmpty()) {
            step.run();
        } else {
            inFlight.peekLast().waiters().add(entry -> step.run());
        }
    }

    static List<Consumer<Entry>> storedWaiters(Consumer<PublishResult> reply) {
        return waiters(committed -> reply.accept(PublishResult.of(committed)));
    }

    private static List<Consumer<Entry>> waiters(Consumer<Entry> first) {
        List<Consumer<Entry>> waiters = new ArrayList<>(1);
        waiters.add(first);
        return waiters;
    }

    /// Takes the connection's members out, unless a newer generation of the connection has confirmed them (rule
    /// P3).
    ///
    /// @param reply once they are out for good
    public void leave(ChannelId id, Claim claim, ChannelPolicy policy, long nowMillis, Consumer<PublishResult> reply) {
        channels.with(
                id,
                nowMillis,
                refused -> {
                    // Nobody asks again, and a member left behind would stay for ever.
                    lost(id, claim, policy, nowMillis, () -> {});
                    reply.accept(refused);
                },
                channel -> presence.leave(channel, claim, policy, reply));
    }

    /// The connection's transport is gone: its members leave at the deadline unless it comes back before (rule
    /// P2).
    ///
    /// @param done what the transport sent before is committed, so that it is not asked again after this
    public void lost(ChannelId id, Claim claim, ChannelPolicy policy, long deadlineMillis, Runnable done) {
        Optional<OwnedChannel> held = channels.get(id);
        if (held.isPresent()) {
            // Behind what the transport sent before, which claims its members.
            ChannelTable.inTurn(held.get(), () -> {
                held.get().unclaim(claim);
                onceCommitted(done);
            });
        } else {
            onceCommitted(done);
        }
        timers.add(new MemberTimers.Due(deadlineMillis, id, claim, policy));
    }

    /// Looks after the members that the store holds of the channel: those whose connections do not come
    /// back within the grace time leave. What is loaded for another reason is looked after, too.
    public void reclaim(ChannelId id, long nowMillis) {
        timers.awaitLoad(id);
        channels.with(id, nowMillis, refused -> {}, channel -> {});
    }

    /// The frontend is gone: its feed ends everywhere, and the members of its connections leave after
    /// the grace time unless their connections come back elsewhere (rule P2).
    public void feedLost(Feed feed, long nowMillis) {
        for (OwnedChannel channel : channels.all()) {
            if (channel.feeds.remove(feed) != null) {
                reports.changed(channel, nowMillis);
            }
            for (Claim claim : channel.unclaimAll(feed)) {
                timers.add(new MemberTimers.Due(nowMillis + grace.millis(), channel.id, claim, grace.policy()));
            }
        }
    }

    /// From the answer on, every committed entry of the channel goes to the feed.
    ///
    /// @param claims      connections of the feed's frontend that are alive: their members are confirmed
    public void subscribe(
            ChannelId id,
            Feed feed,
            List<Claim> claims,
            MembersWanted wanted,
            long nowMillis,
            BiConsumer<Subscribed, ErrorInfo> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(null, error);
            }
        };
        channels.with(id, nowMillis, refuse, channel -> {
            if (!feed.isOpen()) {
                return; // Nobody hears the answer, and the feed would never end.
            }
            for (Claim claim : claims) {
                channel.see(claim);
                channel.confirm(claim);
                if (channel.hasMembersOf(claim.connectionId())) {
                    channel.claim(claim, feed);
                }
            }
            channel.feeds.putIfAbsent(feed, Occupancy.NONE);
            boolean known = wanted.isKnown(meta.lineage(), channel.membersLsn);
            reply.accept(
                    new Subscribed(
                            meta,
                            origin(),
                            committedOseq,
                            committedLsn,
                            channel.committedLsn,
                            channel.membersLsn,
                            known,
                            wanted.wanted() && !known ? channel.members.snapshot() : List.of()),
                    null);
        });
    }

    public void unsubscribe(ChannelId id, Feed feed, long nowMillis) {
        channels.get(id).ifPresent(channel -> {
            ChannelTable.inTurn(channel, () -> {
                channel.feeds.remove(feed);
                reports.changed(channel, nowMillis);
            });
            channel.lastUsedMillis = nowMillis;
        });
    }

    public void occupancy(ChannelId id, Feed feed, Occupancy occupancy, long nowMillis) {
        channels.get(id)
                .ifPresent(
                        channel -> ChannelTable.inTurn(channel, () -> occupancy(channel, feed, occupancy, nowMillis)));
    }

    private void occupancy(OwnedChannel channel, Feed feed, Occupancy occupancy, long nowMillis) {
        Occupancy before = channel.feeds.replace(feed, occupancy);
        if (before != null) {
            reports.changed(channel, nowMillis);
            if (occupancy.watchers() > before.watchers()) {
                reports.watched(channel, feed, nowMillis);
            }
        }
    }

    public void change(RowsChange change, long nowMillis, Consumer<RowsResult> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(new RowsResult.Refused(error));
            }
        };
        channels.with(change.channel(), nowMillis, refuse, channel -> rows.change(channel, change, reply));
    }

    /// Answers once everything is committed that the rows can show.
    public void rows(RowsRead read, BiConsumer<RowsPage, ErrorInfo> reply) {
        effects.rows(List.of(read), (pages, failure) -> {
            if (channels.isClosed()) {
                return;
            }
            if (failure == null) {
                onceCommitted(() -> reply.accept(pages.getFirst(), null));
            } else {
                reply.accept(null, ErrorCode.OVERLOADED.info("the rows cannot be read at the moment; try again"));
            }
        });
    }

    /// Appends an entry that changes rows of state and nothing else.
    ///
    /// @return its LSN
    long appendRows(
            OwnedChannel channel,
            Optional<IdHash> id,
            List<StateChange> changes,
            ChannelPolicy policy,
            Consumer<Entry> committed) {
        Entry entry = nextEntry(channel.id.key(), channel.proposedLsn, nextHlc(0), EntryBody.NONE);
        InFlight pending =
                new InFlight(entry, Optional.of(channel), id.stream().toList(), List.of(), changes, waiters(committed));
        channel.await(pending);
        append(pending, policy);
        return entry.lsn();
    }

    public void status(ChannelId id, long nowMillis, BiConsumer<ChannelStatus, ErrorInfo> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(null, error);
            }
        };
        channels.with(
                id,
                nowMillis,
                refuse,
                channel -> reply.accept(
                        new ChannelStatus(meta, committedLsn, channel.occupancy(), channel.members.snapshot()), null));
    }

    /// What is committed of one message; empty when there is no such message, or it is not kept any
    /// more.
    public void look(MessageQuery query, BiConsumer<Optional<MessageDetails>, Throwable> reply) {
        Optional<MessageSerial> serial = MessageSerial.parse(query.serial());
        long lsn = serial.map(this::lsnOf).orElse(0L);
        long committed = committedLsn;
        if (lsn == 0) {
            reply.accept(Optional.empty(), null);
        } else {
            effects.consult(view -> MessageLookup.answer(view, query, serial.get(), lsn, committed), reply);
        }
    }

    /// Channels of the app that are in use, or were within the idle time.
    public List<String> activeChannels(String app) {
        return channels.names(app);
    }

    /// Everything up to `lsn` is committed: tells whoever waits for it, in order.
    public void committed(long lsn) {
        while (!inFlight.isEmpty() && inFlight.peek().entry().lsn() <= lsn) {
            InFlight next = inFlight.poll();
            Entry entry = next.entry();
            if (next.logged()) {
                committedLsn = entry.lsn();
                committedOseq = entry.oseq();
            }
            next.channel().ifPresent(channel -> {
                next.ids().forEach(channel.inFlight::remove);
                if (next.logged()) {
                    channel.commit(entry, next.changes());
                    channel.rows.committed(entry.lsn(), next.rows());
                }
                if (!next.changes().isEmpty()) {
                    reports.changed(channel);
                }
                for (Feed feed : channel.feeds.keySet()) {
                    feed.deliver(channel.id, entry, next.encoded(), next.logged());
                }
            });
            for (Consumer<Entry> waiter : next.waiters()) {
                waiter.accept(entry);
            }
        }
    }

    /// Lets due members leave and forgets channels that nobody uses. Called every so often, a few times a
    /// second.
    public void tick(long nowMillis) {
        for (MemberTimers.Due due : timers.takeDue(nowMillis)) {
            if (channels.get(due.channel())
                    .filter(channel -> channel.isClaimed(due.claim()))
                    .isEmpty()) {
                leave(due.channel(), due.claim(), due.policy(), nowMillis, left -> {});
            }
        }
        timers.awaitingLoad().forEach(id -> channels.with(id, nowMillis, refused -> {}, channel -> {}));
        reports.tick(nowMillis);
        long idleSince = nowMillis - limits.idleTime().toMillis();
        for (OwnedChannel channel : channels.all()) {
            annotating.tick(channel, nowMillis);
            channel.dropObjects(idleSince, nowMillis);
        }
        channels.forgetIdle(idleSince);
    }

    public long committedLsn() {
        return committedLsn;
    }

    /// The id of a frame of the owner's own; no other has the same.
    String ownFrameId(String what) {
        return what + '-' + meta.slot() + '-' + epoch + ':' + nextLsn();
    }

    /// The time of the next entry.
    ///
    /// @param minMillis the earliest that it may be
    long nextHlc(long minMillis) {
        return Hlc.next(meta.hlc(), Math.max(minMillis, effects.wallMillis()));
    }

    long nextLsn() {
        return meta.lastLsn() + 1;
    }

    /// The serial that the next entry has at that time.
    String nextSerial(long hlc, int index) {
        return MessageSerial.format(Hlc.millis(hlc), Hlc.counter(hlc), region, meta.lineage(), meta.oseq() + 1, index);
    }

    /// Where the entry is that the serial names; 0 when that is not known.
    long lsnOf(MessageSerial serial) {
        return serial.region().equals(region) ? meta.lsnOf(serial.lineage(), serial.oseq()) : 0;
    }

    boolean isClosed() {
        return channels.isClosed();
    }

    /// Lets go of objects that nobody has used lately.
    void dropObjects(long idleSinceMillis, long nowMillis) {
        channels.all().forEach(channel -> channel.dropObjects(idleSinceMillis, nowMillis));
    }

    Origin origin() {
        return new Origin(region, meta.lineage());
    }

    Entry nextEntry(ChannelKey key, long prevLsn, long hlc, EntryBody body) {
        return new Entry(meta.lastLsn() + 1, epoch, origin(), meta.oseq() + 1, key, prevLsn, hlc, body);
    }

    void append(InFlight pending, ChannelPolicy policy) {
        Entry entry = pending.entry();
        LogRecord record = LogRecord.of(
                pending.channel().map(channel -> channel.id), entry, pending.ids(), policy, pending.rows());
        meta = meta.after(record.head());
        pending.channel().ifPresent(channel -> channel.proposedLsn = entry.lsn());
        inFlight.add(pending.appended(record.encoded()));
        effects.append(new Append(record, meta));
    }
}
