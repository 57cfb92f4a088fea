package io.hark.presence;

import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.Optional;

/// Value: what a client's presence event does, given the member it speaks of.
public sealed interface PresenceChange {

    /// Nothing to tell anybody: the member is as the event wants it already.
    record Nothing() implements PresenceChange {}

    /// The member is there after `event`, which is ENTER or UPDATE.
    record Present(PresenceMessage event) implements PresenceChange {}

    /// The member is gone after `event`, which is LEAVE.
    record Left(PresenceMessage event) implements PresenceChange {}

    /// The action that others see follows the effect, not the request: ENTER of a present member is an UPDATE,
    /// UPDATE of an absent one an ENTER (RTP9b), LEAVE of an absent one nothing (RTP10d). A LEAVE without data
    /// repeats the member's last (RTP8e). A re-entry that carries the id of the present member, or of an event
    /// before it, changes nothing (RTP17g): JS re-enters a member after it has sent the updates that waited for
    /// the attach, and must not undo them.
    ///
    /// @param current the member of the same connection and clientId, if present
    /// @param request ENTER, UPDATE, PRESENT or LEAVE
    static PresenceChange decide(Optional<Member> current, PresenceMessage request) {
        if (request.action() == PresenceAction.LEAVE) {
            return current.<PresenceChange>map(member -> new Left(leaveOf(member, request)))
                    .orElseGet(Nothing::new);
        }
        if (current.isEmpty()) {
            return new Present(request.withAction(PresenceAction.ENTER));
        }
        if (request.id().filter(current.get()::hasSeen).isPresent()) {
            return new Nothing();
        }
        return new Present(request.withAction(PresenceAction.UPDATE));
    }

    private static PresenceMessage leaveOf(Member member, PresenceMessage request) {
        boolean silent =
                request.data() instanceof Payload.None && request.extras().isEmpty();
        return silent ? request.withData(member.event().data(), member.event().encoding()) : request;
    }
}
