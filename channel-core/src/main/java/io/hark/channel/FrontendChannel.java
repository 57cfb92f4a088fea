package io.hark.channel;

import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: one channel on one loop of a frontend: the feed from its owner, the ring of its newest
/// entries and the attachments that read from them.
public final class FrontendChannel {
    /// Refusals in a row to subscribe again, after which the attachments end.
    private static final int REFUSALS_MAX = 3;

    private final ChannelId id;
    private final String region;
    private final FrontendLimits limits;
    private final RingBudget budget;
    private final FrontendEffects effects;
    private final RingListener frames;
    private final Consumer<FrontendChannel> emptied;
    private final EntryRing ring = new EntryRing();
    private final List<Attachment> attachments = new ArrayList<>(1);
    private int behind;
    private boolean subscribed;

    /// The lineage that `position` is of.
    private int lineage;

    private int refusals;

    /// Everything of the channel up to this LSN has come, or can be read from the log.
    private long position;

    /// The channel's last entry, or an upper bound of it.
    private long lastLsn;

    /// Entries have come that attachments were not told of yet.
    private boolean pumpDue;

    /// How long entries are held, so that attachments are told of many together; 0 for not at all.
    private long holdMillis;

    private boolean holding;
    private final WholeMessages wholes;

    /// The newest entry in the ring that is an append; -1 before the first.
    private long lastFragmentSeq = -1;

    /// A presence set of more than one page, while nothing has changed it.
    private Optional<KnownMembers> known = Optional.empty();

    private record KnownMembers(int lineage, long lsn, List<Member> members) {
        MembersWanted unlessTheSame() {
            return MembersWanted.unless(lineage, lsn);
        }
    }

    FrontendChannel(
            ChannelId id,
            String region,
            FrontendLimits limits,
            RingBudget budget,
            FrontendEffects effects,
            RingListener frames,
            Consumer<FrontendChannel> emptied) {
        this.id = id;
        this.region = region;
        this.limits = limits;
        this.budget = budget;
        this.effects = effects;
        this.frames = frames;
        this.emptied = emptied;
        this.wholes = new WholeMessages(id.key(), effects::read);
    }

    /// Value: what an attachment gets beside the entries as they come.
    ///
    /// @param presence the presence set first
    /// @param wholes   the whole message for every append to it
    public record Wants(boolean presence, boolean wholes) {}

    public ChannelId id() {
        return id;
    }

    FrontendLimits limits() {
        return limits;
    }

    EntryRing ring() {
        return ring;
    }

    long position() {
        return position;
    }

    long lastLsn() {
        return lastLsn;
    }

    /// @param claim         the attaching connection, whose members are confirmed by it
    /// @param wants         what the subscriber gets beside the entries as they come
    /// @param nowMillis     the wall clock, for a rewind by time
    public Attachment attach(
            Subscriber subscriber, AttachFrom from, Optional<Claim> claim, Wants wants, long nowMillis) {
        boolean wantsPresence = wants.presence();
        Attachment attachment = new Attachment(this, subscriber, claim, wants);
        attachment.index = attachments.size();
        attachments.add(attachment);
        behind++;
        subscribe(claim, wantsPresence, false, (answer, refusal) -> {
            if (attachment.isEnded()) {
                return;
            }
            if (refusal != null) {
                attachment.fail(refusal);
                return;
            }
            if (!subscribed) {
                subscribed = true;
                lineage = answer.meta().lineage();
                position = answer.committedLsn();
                lastLsn = answer.lastLsn();
                ring.reset(position);
            }
            AttachStart.begin(this, attachment, answer, region, from, nowMillis);
        });
        return attachment;
    }

    /// Asks the owner for entries and perhaps for the presence set, which it need not tell again.
    private void subscribe(
            Optional<Claim> claim, boolean wantsPresence, boolean sure, BiConsumer<Subscribed, ErrorInfo> answer) {
        Optional<KnownMembers> has = known.filter(members -> wantsPresence);
        MembersWanted wanted =
                has.map(KnownMembers::unlessTheSame).orElse(wantsPresence ? MembersWanted.ALL : MembersWanted.NONE);
        effects.subscribe(id, claim.stream().toList(), wanted, sure, (told, refusal) -> {
            if (refusal != null) {
                answer.accept(null, refusal);
            } else if (told.membersKnown()) {
                answer.accept(told.withMembers(has.orElseThrow().members()), null);
            } else {
                if (wantsPresence && told.members().size() > limits.syncMembersMax()) {
                    known = Optional.of(new KnownMembers(told.meta().lineage(), told.membersLsn(), told.members()));
                }
                answer.accept(told, null);
            }
        });
    }

    /// Asks once more for an attachment that has started with the answer of an owner that may have been replaced.
    ///
    /// @param then gets what an owner says that is sure to be the owner
    void makeSure(Attachment attachment, Consumer<Subscribed> then) {
        subscribe(attachment.claim(), attachment.wantsPresence(), true, (answer, refusal) -> {
            if (attachment.isEnded()) {
                return;
            }
            if (refusal != null) {
                attachment.fail(refusal);
            } else {
                then.accept(answer);
            }
        });
    }

    /// The channel has another owner, or the link to it broke: subscribes again, for connections that
    /// are still here. What came meanwhile is read from the log.
    void subscribeAgain() {
        if (!subscribed) {
            return; // The first subscribe is still under way and is asked again.
        }
        List<Claim> claims =
                attachments.stream().flatMap(each -> each.claim().stream()).toList();
        effects.subscribe(id, claims, MembersWanted.NONE, false, (answer, refusal) -> {
            if (refusal == null) {
                refusals = 0;
                subscribedAgain(answer);
            } else if (!attachments.isEmpty()) {
                if (++refusals < REFUSALS_MAX) {
                    subscribeAgain();
                } else {
                    refusals = 0;
                    failAll(refusal);
                }
            }
        });
    }

    private void subscribedAgain(Subscribed answer) {
        if (attachments.isEmpty()) {
            return;
        }
        long end = Math.min(answer.meta().endOf(lineage), answer.committedLsn());
        if (position > end) {
            // They attach again with their positions, and are told what they missed.
            if (lineage == answer.meta().lineage()) {
                alarm("channel %s was delivered up to %d, its new owner's log ends at %d: committed entries are lost"
                        .formatted(id, position, end));
            }
            failAll(ErrorCode.CONTINUITY_OTHER_REGION.info("the region lost the end of its log; attach again"));
            return;
        }
        lineage = answer.meta().lineage();
        missed(answer.lastLsn());
        pump();
    }

    private void failAll(ErrorInfo reason) {
        List.copyOf(attachments).forEach(attachment -> attachment.fail(reason));
    }

    /// Entries up to `upTo` are not coming, but can be read.
    void missed(long upTo) {
        if (subscribed && upTo > position) {
            position = upTo;
            lastLsn = upTo;
            clearRing(position);
            pumpDue = true;
        }
    }

    /// An entry from the owner. Nothing is handed over until [#pump].
    void entered(Entry entry, boolean logged) {
        if (!subscribed || logged && entry.lsn() <= position) {
            return; // Of an earlier subscription of this loop; the new one starts past it.
        }
        if (entry.origin().region().equals(region) && entry.origin().lineage() != lineage) {
            return; // Before the new owner's answer, which tells whether something before it was lost.
        }
        if (entry.kind() == EntryKind.PRESENCE) {
            known = Optional.empty();
        }
        if (entry.prevLsn() > position) {
            // Something between was missed on the way: everyone reads it from the log, then meets the ring
            // here. Also before an ephemeral entry, as that carries a position past what was missed.
            missed(entry.prevLsn());
        }
        if (entry.body() instanceof EntryBody.Version version && version.isFragment()) {
            lastFragmentSeq = ring.endSeq();
        }
        ring.append(entry, logged);
        frames.appended(entry);
        budget.add(entry.size());
        pumpDue = true;
        if (logged) {
            position = entry.lsn();
            lastLsn = entry.lsn();
        }
        while (ring.size() > 1 && (ring.bytes() > limits.ringBytesMax() || budget.isExceeded())) {
            budget.remove(ring.at(ring.firstSeq()).size());
            ring.dropFirst();
            frames.dropped(ring.firstSeq());
        }
    }

    /// Entries that come from now on are held for so long before attachments are told of them, together
    /// with all that has come meanwhile. An attachment that has just caught up with the log may be told
    /// earlier.
    public void holdFor(long millis) {
        holdMillis = millis;
    }

    /// Hands over what has come, now or when it has been held for long enough.
    void handOver() {
        if (holdMillis == 0) {
            pump();
        } else if (!holding) {
            holding = true;
            effects.later(holdMillis, () -> {
                holding = false;
                pump();
            });
        }
    }

    /// Hands the ring's entries to every attachment that takes them; one wake-up for all that came since the
    /// last.
    void pump() {
        // Backwards, as an attachment that fails removes itself.
        for (int i = attachments.size() - 1; i >= 0; i--) {
            if (i < attachments.size()) {
                attachments.get(i).pump();
            }
        }
        pumpDue = false;
        releaseIfRead();
    }

    /// @param change 1 when an attachment falls behind, -1 when it has caught up
    void behind(int change) {
        behind += change;
        releaseIfRead();
    }

    void detached(Attachment attachment) {
        if (!attachment.isCaughtUp()) {
            behind--;
        }
        Attachment last = attachments.removeLast();
        if (last != attachment) {
            attachments.set(attachment.index, last);
            last.index = attachment.index;
        }
        if (attachments.isEmpty()) {
            clearRing(position);
            emptied.accept(this);
        } else {
            releaseIfRead();
        }
    }

    /// The first of the ring's entries from `from` to before `to` that the attachment cannot be handed
    /// as it is; `to` when there is none.
    long firstLacking(Attachment attachment, long from, long to) {
        if (lastFragmentSeq < from) {
            return to;
        }
        for (long seq = from; seq < to; seq++) {
            if (attachment.lacksBaseOf(ring.at(seq))) {
                return seq;
            }
        }
        return to;
    }

    WholeMessages wholes() {
        return wholes;
    }

    /// @param wholeThrough see [EntryForm]
    void read(long afterLsn, long upToLsn, long wholeThrough, BiConsumer<HistoryPage, Throwable> answer) {
        HistoryQuery query =
                HistoryQuery.after(id.key(), afterLsn, upToLsn, limits.pageEntriesMax(), limits.pageBytesMax());
        read(query.inForm(new EntryForm(0, wholeThrough)), answer);
    }

    void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer) {
        effects.read(query, answer);
    }

    void readObjects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer) {
        effects.objects(query, answer);
    }

    void alarm(String what) {
        effects.alarm(what);
    }

    private void releaseIfRead() {
        // Before a pump those who have caught up have not got the newest entries, so that `behind` says too
        // little.
        if (behind == 0 && !pumpDue && ring.size() > 0) {
            clearRing(position);
        }
    }

    private void clearRing(long lsn) {
        budget.remove(ring.bytes());
        ring.reset(lsn);
        frames.dropped(ring.firstSeq());
    }
}
