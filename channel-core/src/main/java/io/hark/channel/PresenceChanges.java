package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: how members come into a slot's channels and out of them.
final class PresenceChanges {
    private final SlotOwner owner;
    private final MemberTimers timers;
    private final MemberGrace grace;
    private final long bytesMax;

    /// @param bytesMax of a channel's members together
    PresenceChanges(SlotOwner owner, MemberTimers timers, MemberGrace grace, long bytesMax) {
        this.owner = owner;
        this.timers = timers;
        this.grace = grace;
        this.bytesMax = bytesMax;
    }

    /// @param feed of the frontend that holds the connection
    void update(OwnedChannel channel, PresenceUpdate update, Feed feed, long nowMillis, Consumer<PublishResult> reply) {
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
            append(channel, update, false, reply);
            return;
        }
        InFlight earlier = channel.inFlight.get(update.id());
        if (earlier == null) {
            owner.repeats.ifLogged(channel, update.id(), reply, found -> {
                if (found.filter(Receipt::isRefusal).isPresent()) {
                    owner.repeats.tellAgain(channel, found.get(), reply);
                } else {
                    append(channel, update, found.isPresent(), reply);
                }
            });
        } else if (earlier.entry().receipt().isRefusal()) {
            earlier.waiters().add(entry -> reply.accept(PublishResult.of(entry)));
        } else {
            append(channel, update, true, reply);
        }
    }

    private void append(OwnedChannel channel, PresenceUpdate update, boolean repeated, Consumer<PublishResult> reply) {
        long hlc = owner.nextHlc(0);
        PresenceStep step = PresenceStep.of(channel, update, repeated, Hlc.millis(hlc));
        if (!owner.takes(Optional.of(update.claim()), reply)) {
            return;
        }
        long grown = step.grown();
        if (channel.proposedSize() + step.entered() > update.membersMax() && step.entered() > 0) {
            refuse(
                    channel,
                    update,
                    ErrorCode.PRESENCE_TOO_MANY_MEMBERS.info("channel %s has %d members, the limit is %d"
                            .formatted(channel.id.name(), channel.proposedSize(), update.membersMax())),
                    reply);
        } else if (grown > 0 && channel.proposedBytes() + grown > bytesMax) {
            refuse(
                    channel,
                    update,
                    ErrorCode.PRESENCE_TOO_LARGE.info(
                            "the members of channel %s are %d bytes, %d more are beyond the limit of %d; give them less data"
                                    .formatted(channel.id.name(), channel.proposedBytes(), grown, bytesMax)),
                    reply);
        } else if (step.batch().presence().isEmpty()) {
            // It may repeat what is in the log but not committed (rule D3).
            owner.onceCommitted(() -> reply.accept(new PublishResult.Accepted(List.of())));
        } else {
            append(channel, List.of(update.id()), step, hlc, update.policy(), reply);
        }
    }

    private void refuse(OwnedChannel channel, PresenceUpdate update, ErrorInfo error, Consumer<PublishResult> reply) {
        owner.refuse(channel, Repeats.Sending.of(update), error, reply);
    }

    /// Takes the connection's members out.
    ///
    /// @param reply once they are out for good
    void leave(OwnedChannel channel, Claim claim, ChannelPolicy policy, Consumer<PublishResult> reply) {
        long hlc = owner.nextHlc(0);
        // The id must not look like one of the member's connection, else clients compare serials instead of
        // times (RTP2b1).
        String frameId = owner.ownFrameId("leave");
        PresenceStep step = PresenceStep.leave(channel, claim, frameId, Hlc.millis(hlc));
        if (step.batch().presence().isEmpty()) {
            // An earlier leave may be in the log but not committed.
            owner.onceCommitted(() -> reply.accept(new PublishResult.Accepted(List.of())));
        } else {
            append(channel, List.of(), step, hlc, policy, reply);
        }
    }

    private void append(
            OwnedChannel channel,
            List<IdHash> ids,
            PresenceStep step,
            long hlc,
            ChannelPolicy policy,
            Consumer<PublishResult> reply) {
        EntryBody body = new EntryBody.Presence(step.batch());
        Entry entry = owner.nextEntry(channel.id.key(), channel.proposedLsn, hlc, body);
        channel.propose(entry.lsn(), step.changes());
        InFlight pending =
                new InFlight(entry, Optional.of(channel), ids, step.changes(), SlotOwner.storedWaiters(reply));
        channel.await(pending);
        owner.append(pending, policy);
    }
}
