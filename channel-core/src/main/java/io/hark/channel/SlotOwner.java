package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.channel.OwnedChannel.Parked;
import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MessageBatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: orders everything that happens on the channels of one slot.
///
/// It numbers entries, recognises repeated publishes, and tells subscribers and publishers of an entry only
/// once it is
/// committed: on a single node, once it is as durable as its channel's policy asks. It reads no clock and does
/// no I/O:
/// time is an argument, disk and feeds are behind [SlotEffects] and [Feed].
///
/// Rules that it keeps (docs/guarantees.md): nothing is delivered or acknowledged before commit (R9); an id in
/// the log
/// but not committed is answered at its commit (D3); a refusal means that nothing was appended (D4); publishes
/// of a
/// channel are appended in the order in which they came.
public final class SlotOwner {
    private static final int BROKEN_MAX = 1_000;
    private static final long SETTLE_MILLIS = 3_000;
    private static final ChannelPolicy NOOP_POLICY = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));

    private final SlotEffects effects;
    private final SlotLimits limits;
    private final MemberGrace grace;
    private final String region;
    private final Map<ChannelId, OwnedChannel> channels = new LinkedHashMap<>();
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private final MemberTimers timers = new MemberTimers();
    private final OccupancyReports reports;

    /// Transports on which a publish could be neither taken nor refused.
    private final Map<String, Integer> broken = new LinkedHashMap<>(0, 0.75f, true);

    private final int epoch;
    private final long openedMillis;

    private SlotMeta meta;
    private long committedLsn;
    private long committedOseq;
    private boolean closed;

    /// An owner that serves from now on: it appends the epoch's first entry, so that whatever follows is of
    /// this epoch
    /// (recovery, step 5). Everything that `recovered` names is committed.
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
        this.openedMillis = nowMillis;
        this.reports = new OccupancyReports(epoch, nowMillis);
        this.committedLsn = meta.lastLsn();
        this.committedOseq = meta.oseq();
        Entry noop = nextEntry(
                new ChannelKey(meta.slot(), 0, 0), 0, Hlc.next(meta.hlc(), effects.wallMillis()), EntryBody.NONE);
        append(new InFlight(noop, Optional.empty(), Optional.empty(), List.of(), new ArrayList<>(0)), NOOP_POLICY);
    }

    /// It is the owner no longer: nobody gets an answer from it any more, as the next owner may give another
    /// one (D3).
    public void close() {
        closed = true;
        channels.clear();
        inFlight.clear();
    }

    public void publish(Publish publish, long nowMillis, Consumer<PublishResult> reply) {
        Consumer<PublishResult> told = publish.mayRepeat() ? result -> told(publish.publisher(), result, reply) : reply;
        withChannel(publish.channel(), nowMillis, told, channel -> publish(channel, publish, told));
    }

    /// What may be a repeat and cannot be decided now is sent again on a later transport: until then nothing
    /// that
    /// follows it on this one is taken, as it would be logged before it (I4).
    private void told(Optional<Claim> publisher, PublishResult result, Consumer<PublishResult> reply) {
        boolean undecided =
                result instanceof PublishResult.Refused(ErrorInfo error) && error.code() == ErrorCode.OVERLOADED.code();
        if (undecided) {
            publisher.ifPresent(claim -> {
                broken.merge(claim.connectionId(), claim.generation(), Math::max);
                if (broken.size() > BROKEN_MAX) {
                    broken.remove(broken.keySet().iterator().next());
                }
            });
        }
        reply.accept(result);
    }

    private boolean isBroken(Claim publisher) {
        return broken.getOrDefault(publisher.connectionId(), -1) >= publisher.generation();
    }

    private void publish(OwnedChannel channel, Publish publish, Consumer<PublishResult> reply) {
        if (publish.publisher().filter(channel::isSuperseded).isPresent()) {
            reply.accept(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info()));
            return;
        }
        publish.publisher().ifPresent(channel::see);
        Optional<IdHash> id = publish.id();
        InFlight earlier = id.map(channel.inFlight::get).orElse(null);
        if (earlier != null) {
            earlier.waiters().add(entry -> reply.accept(new PublishResult.Stored(entry.receipt())));
            return;
        }
        if (id.isEmpty() || !publish.mayRepeat() && channel.isKnown(publish.publisher())) {
            appendPublish(channel, publish, reply);
            return;
        }
        ifLogged(channel, id.get(), reply, found -> {
            if (found.isPresent()) {
                reply.accept(new PublishResult.Stored(found.get()));
            } else {
                // Nothing that its connection sent later is in the log either, as it is replayed in order.
                publish.publisher().ifPresent(channel::know);
                appendPublish(channel, publish, reply);
            }
        });
    }

    /// Takes the step with what came of it if it was sent before. Whatever comes for this channel meanwhile waits,
    /// so that the order of publishes stays that of their arrival.
    private void ifLogged(
            OwnedChannel channel, IdHash id, Consumer<PublishResult> reply, Consumer<Optional<Receipt>> step) {
        channel.waiting = true;
        effects.findId(channel.id.key(), id, (found, failure) -> {
            if (closed) {
                return;
            }
            channel.waiting = false;
            if (failure != null) {
                reply.accept(new PublishResult.Refused(unavailable(channel)));
            } else {
                step.accept(found);
            }
            unpark(channel);
        });
    }

    private void appendPublish(OwnedChannel channel, Publish publish, Consumer<PublishResult> reply) {
        if (publish.publisher().filter(this::isBroken).isPresent()) {
            reply.accept(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info()));
            return;
        }
        if (effects.overloaded()) {
            reply.accept(new PublishResult.Refused(ErrorCode.OVERLOADED.info(
                    "the node has more publishes waiting for its disk than it may; try again")));
            return;
        }
        long hlc = Hlc.next(meta.hlc(), effects.wallMillis());
        MessageBatch batch = publish.batch();
        EntryBody body = new EntryBody.Messages(
                new MessageBatch(batch.id(), batch.connectionId(), Hlc.millis(hlc), batch.messages()));
        if (publish.ephemeral()) {
            deliverInTurn(channel, body, hlc, reply);
            return;
        }
        Entry entry = nextEntry(channel.id.key(), channel.proposedLsn, hlc, body);
        InFlight pending = new InFlight(entry, Optional.of(channel), publish.id(), List.of(), storedWaiters(reply));
        publish.id().ifPresent(id -> channel.inFlight.put(id, pending));
        append(pending, publish.policy());
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
                entry, EntryCodec.encode(entry), Optional.of(channel), Optional.empty(), false, List.of(), waiters));
        committed(committedLsn);
    }

    /// @param feed of the frontend that holds the connection
    public void presence(PresenceUpdate update, Feed feed, long nowMillis, Consumer<PublishResult> reply) {
        Consumer<PublishResult> told =
                update.mayRepeat() ? result -> told(Optional.of(update.claim()), result, reply) : reply;
        withChannel(update.channel(), nowMillis, told, channel -> presence(channel, update, feed, nowMillis, told));
    }

    private void presence(
            OwnedChannel channel, PresenceUpdate update, Feed feed, long nowMillis, Consumer<PublishResult> reply) {
        Claim alive = update.claim();
        if (update.generation() != Member.PERMANENT && channel.isSuperseded(alive)) {
            reply.accept(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info()));
            return;
        }
        channel.see(alive);
        if (feed.isOpen()) {
            channel.claim(alive, feed);
        } else {
            timers.add(new MemberTimers.Due(nowMillis + grace.millis(), channel.id, alive, grace.policy()));
        }
        update.events().forEach(event -> channel.confirm(alive, event.clientId().orElseThrow()));
        if (!update.mayRepeat()) {
            appendPresence(channel, update, false, reply);
        } else if (channel.inFlight.containsKey(update.id())) {
            appendPresence(channel, update, true, reply);
        } else {
            ifLogged(channel, update.id(), reply, found -> appendPresence(channel, update, found.isPresent(), reply));
        }
    }

    private void appendPresence(
            OwnedChannel channel, PresenceUpdate update, boolean repeated, Consumer<PublishResult> reply) {
        long hlc = Hlc.next(meta.hlc(), effects.wallMillis());
        PresenceStep step = PresenceStep.of(channel, update, repeated, Hlc.millis(hlc));
        if (isBroken(update.claim())) {
            reply.accept(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info()));
        } else if (channel.proposedSize() + step.entered() > update.membersMax() && step.entered() > 0) {
            reply.accept(new PublishResult.Refused(
                    ErrorCode.PRESENCE_TOO_MANY_MEMBERS.info("channel %s has %d members, the limit is %d"
                            .formatted(channel.id.name(), channel.proposedSize(), update.membersMax()))));
        } else if (effects.overloaded()) {
            reply.accept(new PublishResult.Refused(ErrorCode.OVERLOADED.info()));
        } else if (step.batch().presence().isEmpty()) {
            // It may repeat what is in the log but not committed (rule D3).
            onceCommitted(() -> reply.accept(new PublishResult.Accepted(List.of())));
        } else {
            appendPresence(channel, Optional.of(update.id()), step, hlc, update.policy(), reply);
        }
    }

    private void appendPresence(
            OwnedChannel channel,
            Optional<IdHash> id,
            PresenceStep step,
            long hlc,
            ChannelPolicy policy,
            Consumer<PublishResult> reply) {
        Entry entry = nextEntry(channel.id.key(), channel.proposedLsn, hlc, new EntryBody.Presence(step.batch()));
        channel.propose(entry.lsn(), step.changes());
        InFlight pending = new InFlight(entry, Optional.of(channel), id, step.changes(), storedWaiters(reply));
        id.ifPresent(key -> channel.inFlight.put(key, pending));
        append(pending, policy);
    }

    /// Takes the step once everything appended so far is committed.
    private void onceCommitted(Runnable step) {
        if (inFlight.isEmpty()) {
            step.run();
        } else {
            inFlight.peekLast().waiters().add(entry -> step.run());
        }
    }

    private static List<Consumer<Entry>> storedWaiters(Consumer<PublishResult> reply) {
        return waiters(committed -> reply.accept(new PublishResult.Stored(committed.receipt())));
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
        withChannel(
                id,
                nowMillis,
                refused -> {
                    // Nobody asks again, and a member left behind would stay for ever.
                    lost(id, claim, policy, nowMillis, () -> {});
                    reply.accept(refused);
                },
                channel -> leave(channel, claim, policy, reply));
    }

    private void leave(OwnedChannel channel, Claim claim, ChannelPolicy policy, Consumer<PublishResult> reply) {
        long hlc = Hlc.next(meta.hlc(), effects.wallMillis());
        // The id must not look like one of the member's connection, else clients compare serials instead of
        // times (RTP2b1).
        String frameId = "leave-" + meta.slot() + '-' + epoch + ':' + (meta.lastLsn() + 1);
        PresenceStep step = PresenceStep.leave(channel, claim, frameId, Hlc.millis(hlc));
        if (step.batch().presence().isEmpty()) {
            // An earlier leave may be in the log but not committed.
            onceCommitted(() -> reply.accept(new PublishResult.Accepted(List.of())));
        } else {
            appendPresence(channel, Optional.empty(), step, hlc, policy, reply);
        }
    }

    /// The connection's transport is gone: its members leave at the deadline unless it comes back before (rule
    /// P2).
    ///
    /// @param done what the transport sent before is committed, so that it is not asked again after this
    public void lost(ChannelId id, Claim claim, ChannelPolicy policy, long deadlineMillis, Runnable done) {
        OwnedChannel channel = channels.get(id);
        if (channel != null) {
            // Behind what the transport sent before, which claims its members.
            afterSubscribe(channel, () -> {
                channel.unclaim(claim);
                onceCommitted(done);
            });
        } else {
            onceCommitted(done);
        }
        timers.add(new MemberTimers.Due(deadlineMillis, id, claim, policy));
    }

    /// Looks after the members that the store holds of the channel: those whose connections do not come back
    /// within
    /// the grace time leave. What is loaded for another reason is looked after, too.
    public void reclaim(ChannelId id, long nowMillis) {
        timers.awaitLoad(id);
        withChannel(id, nowMillis, refused -> {}, channel -> {});
    }

    /// The frontend is gone: its feed ends everywhere, and the members of its connections leave after the
    /// grace time
    /// unless their connections come back elsewhere (rule P2).
    public void feedLost(Feed feed, long nowMillis) {
        for (OwnedChannel channel : channels.values()) {
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
    /// @param withMembers whether the answer is to hold the presence set
    public void subscribe(
            ChannelId id,
            Feed feed,
            List<Claim> claims,
            boolean withMembers,
            long nowMillis,
            BiConsumer<Subscribed, ErrorInfo> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(null, error);
            }
        };
        withChannel(id, nowMillis, refuse, channel -> {
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
            reply.accept(
                    new Subscribed(
                            meta,
                            origin(),
                            committedOseq,
                            committedLsn,
                            channel.committedLsn,
                            withMembers ? channel.members.snapshot() : List.of()),
                    null);
        });
    }

    public void unsubscribe(ChannelId id, Feed feed, long nowMillis) {
        OwnedChannel channel = channels.get(id);
        if (channel != null) {
            afterSubscribe(channel, () -> {
                channel.feeds.remove(feed);
                reports.changed(channel, nowMillis);
            });
            channel.lastUsedMillis = nowMillis;
        }
    }

    public void occupancy(ChannelId id, Feed feed, Occupancy occupancy, long nowMillis) {
        OwnedChannel channel = channels.get(id);
        if (channel != null) {
            afterSubscribe(channel, () -> occupancy(channel, feed, occupancy, nowMillis));
        }
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

    /// Takes a step that refers to a feed's subscribe, which may itself be waiting. Such steps are not refused:
    /// their number is bounded by that of the feeds' attachments.
    private static void afterSubscribe(OwnedChannel channel, Runnable step) {
        if (channel.mustPark()) {
            channel.parked.add(new Parked(step, step));
        } else {
            step.run();
        }
    }

    public void status(ChannelId id, long nowMillis, BiConsumer<ChannelStatus, ErrorInfo> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(null, error);
            }
        };
        withChannel(
                id,
                nowMillis,
                refuse,
                channel -> reply.accept(
                        new ChannelStatus(meta, committedLsn, channel.occupancy(), channel.members.snapshot()), null));
    }

    /// Channels of the app that are in use, or were within the idle time.
    public List<String> activeChannels(String app) {
        return channels.keySet().stream()
                .filter(id -> id.app().equals(app) && !MetaEvent.isMeta(id))
                .map(ChannelId::name)
                .toList();
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
                next.id().ifPresent(channel.inFlight::remove);
                if (next.logged()) {
                    channel.commit(entry, next.changes());
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
            OwnedChannel channel = channels.get(due.channel());
            if (channel == null || !channel.isClaimed(due.claim())) {
                leave(due.channel(), due.claim(), due.policy(), nowMillis, left -> {});
            }
        }
        timers.awaitingLoad().forEach(id -> withChannel(id, nowMillis, refused -> {}, channel -> {}));
        reports.tick(nowMillis);
        long idleSince = nowMillis - limits.idleTime().toMillis();
        int over = channels.size() - limits.idleChannelsMax();
        for (Iterator<OwnedChannel> all = channels.values().iterator(); all.hasNext(); ) {
            OwnedChannel channel = all.next();
            if (channel.isIdle() && (channel.lastUsedMillis < idleSince || over > 0)) {
                all.remove();
                over--;
                report(channel, "channel.region.inactive");
                report(channel, "channel.closed");
            }
        }
    }

    public long committedLsn() {
        return committedLsn;
    }

    private Origin origin() {
        return new Origin(region, meta.lineage());
    }

    private Entry nextEntry(ChannelKey key, long prevLsn, long hlc, EntryBody body) {
        return new Entry(meta.lastLsn() + 1, epoch, origin(), meta.oseq() + 1, key, prevLsn, hlc, body);
    }

    private void append(InFlight pending, ChannelPolicy policy) {
        Entry entry = pending.entry();
        LogRecord record = LogRecord.of(
                pending.channel().map(channel -> channel.id),
                entry,
                pending.id(),
                policy,
                pending.changes().stream().map(MemberChange::row).toList());
        meta = meta.after(record.head());
        pending.channel().ifPresent(channel -> channel.proposedLsn = entry.lsn());
        inFlight.add(pending.appended(record.encoded()));
        effects.append(new Append(record, meta));
    }

    /// Runs the step on the channel's state, now or once the state is loaded and the steps before it are done.
    private void withChannel(
            ChannelId id, long nowMillis, Consumer<PublishResult> refuse, Consumer<OwnedChannel> step) {
        OwnedChannel channel = channels.get(id);
        if (channel == null) {
            channel = new OwnedChannel(id);
            channels.put(id, channel);
            channel.lastUsedMillis = nowMillis;
            load(channel);
        }
        channel.lastUsedMillis = nowMillis;
        OwnedChannel target = channel;
        if (!channel.mustPark()) {
            step.accept(channel);
        } else if (channel.parked.size() >= limits.parkedMax()) {
            refuse.accept(new PublishResult.Refused(ErrorCode.OVERLOADED.info(
                    "more than %d requests wait for channel %s; try again".formatted(limits.parkedMax(), id.name()))));
        } else {
            channel.parked.add(new Parked(
                    () -> step.accept(target), () -> refuse.accept(new PublishResult.Refused(unavailable(target)))));
        }
    }

    private void load(OwnedChannel channel) {
        channel.waiting = true;
        effects.load(channel.id.key(), (image, failure) -> {
            if (closed) {
                return;
            }
            channel.waiting = false;
            if (failure == null) {
                channel.load(image);
                // Stored members are of an earlier epoch: a channel with members is not dropped from memory.
                timers.loaded(
                        channel.id,
                        channel.members.snapshot(),
                        Math.max(openedMillis, channel.lastUsedMillis) + grace.millis(),
                        grace.policy());
                reportOpened(channel);
                unpark(channel);
            } else {
                channels.remove(channel.id);
                List<Parked> refused = List.copyOf(channel.parked);
                channel.parked.clear();
                refused.forEach(parked -> parked.refuse().run());
            }
        });
    }

    /// An owner that is new takes over channels that are in use already, and cannot tell them from
    /// others.
    private void reportOpened(OwnedChannel channel) {
        if (channel.lastUsedMillis - openedMillis >= SETTLE_MILLIS) {
            report(channel, "channel.opened");
            report(channel, "channel.region.active");
        }
    }

    private void report(OwnedChannel channel, String event) {
        if (!MetaEvent.isMeta(channel.id)) {
            effects.report(MetaEvent.ofChannel(channel.id, event, region, channel.metrics()));
        }
    }

    private void unpark(OwnedChannel channel) {
        while (!channel.waiting && !channel.parked.isEmpty()) {
            channel.parked.poll().step().run();
        }
    }

    private static ErrorInfo unavailable(OwnedChannel channel) {
        return ErrorCode.OVERLOADED.info(
                "the state of channel %s cannot be read at the moment; try again".formatted(channel.id.name()));
    }
}
