package io.hark.channel;

import io.hark.presence.Member;
import io.hark.presence.PresenceChange;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: what a presence update comes to: the events that others see and the changes of the stored set.
///
/// @param entered how many members more there are afterwards, not counting leaves
record PresenceStep(PresenceBatch batch, List<MemberChange> changes, int entered) {

    /// @param repeated whether the update was logged before: who has left since does not enter again
    static PresenceStep of(OwnedChannel channel, PresenceUpdate update, boolean repeated, long nowMillis) {
        List<PresenceMessage> events = new ArrayList<>(update.events().size());
        List<MemberChange> changes = new ArrayList<>(update.events().size());
        Map<String, Optional<Member>> within = new HashMap<>();
        int entered = 0;
        for (int index = 0; index < update.events().size(); index++) {
            PresenceMessage request = update.events().get(index);
            if (repeated && request.action() != PresenceAction.LEAVE) {
                continue;
            }
            String clientId = request.clientId().orElseThrow();
            String key = Member.key(update.connectionId(), clientId);
            Optional<Member> current =
                    within.containsKey(key) ? within.get(key) : channel.proposedMember(update.connectionId(), clientId);
            String eventId = update.frameId() + ':' + index;
            if (current.isPresent() && current.get().hasSeen(eventId)) {
                continue; // Sent again: what came after it must not be undone.
            }
            if (current.isPresent() && current.get().generation() > update.generation()) {
                continue; // Overtaken by a newer transport of the connection, on which it is sent again.
            }
            switch (PresenceChange.decide(current, request)) {
                case PresenceChange.Nothing() -> {}
                case PresenceChange.Present(var event) -> {
                    PresenceMessage told = event.identified(eventId, update.connectionId(), nowMillis);
                    Member member = new Member(told.withAction(PresenceAction.PRESENT), update.generation());
                    events.add(told);
                    changes.add(new MemberChange.Put(member, current));
                    within.put(key, Optional.of(member));
                    entered += current.isPresent() ? 0 : 1;
                }
                case PresenceChange.Left(var event) -> {
                    events.add(event.identified(eventId, update.connectionId(), nowMillis));
                    changes.add(new MemberChange.Remove(current.orElseThrow()));
                    within.put(key, Optional.empty());
                }
            }
        }
        Optional<String> connection = Optional.of(update.connectionId());
        return new PresenceStep(new PresenceBatch(update.frameId(), connection, nowMillis, events), changes, entered);
    }

    /// How many bytes larger the members are afterwards.
    long grown() {
        return changes.stream().mapToLong(MemberChange::grown).sum();
    }

    /// Leaves of all members of the connection that no newer generation has confirmed.
    static PresenceStep leave(OwnedChannel channel, Claim claim, String frameId, long nowMillis) {
        List<PresenceMessage> events = new ArrayList<>();
        List<MemberChange> changes = new ArrayList<>();
        for (Member member : channel.proposedMembersOf(claim.connectionId())) {
            if (member.generation() > claim.generation()) {
                continue;
            }
            // Strictly newer than the member's last event, else clients keep the member.
            long timestamp = Math.max(nowMillis, member.event().timestamp() + 1);
            events.add(member.event()
                    .withAction(PresenceAction.LEAVE)
                    .identified(frameId + ':' + events.size(), claim.connectionId(), timestamp));
            changes.add(new MemberChange.Remove(member));
        }
        Optional<String> connection = Optional.of(claim.connectionId());
        return new PresenceStep(new PresenceBatch(frameId, connection, nowMillis, events), changes, 0);
    }
}
