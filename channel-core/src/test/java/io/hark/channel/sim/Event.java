package io.hark.channel.sim;

import io.hark.channel.Durability;
import io.hark.channel.EntryKind;
import java.util.List;
import java.util.Optional;

/// Value: something that happened, as a client, the disk or a node's edge saw it. The checker knows nothing else.
sealed interface Event {

    /// A client hands in a publish or presence event.
    ///
    /// @param op     names it for ever, whatever happens to it
    /// @param member set on a presence event
    record Invoked(
            String op, String connection, long serial, String channel, boolean ephemeral, Optional<MemberOp> member)
            implements Event {}

    /// @param present enter or update, else leave
    record MemberOp(String clientId, boolean present) {}

    /// A node's edge is told to acknowledge what stands at the place.
    record Answered(String op, Place place) implements Event {}

    /// A node's edge is told that it is not accepted this time. The client may never hear of it, and send it again.
    record Declined(String op) implements Event {}

    /// The client is told that it is accepted.
    ///
    /// @param lsn 0 when nothing was to be logged
    record Acked(String op, long lsn) implements Event {}

    /// The client is told that it is not accepted.
    ///
    /// @param certain whether this was the only time that it was sent
    record Refused(String op, boolean certain) implements Event {}

    /// An entry is in the log file, and all rows that go with it.
    ///
    /// @param number counts such events
    record Written(
            long number, Place place, int epoch, String channel, String op, EntryKind kind, Durability durability)
            implements Event {}

    /// Everything written up to `number` is on the disk.
    record Synced(long number) implements Event {}

    /// A power loss took the entry.
    record Lost(Place place, String channel) implements Event {}

    record Expired(Place place, String channel) implements Event {}

    record LineageEnded(int slot, int lineage, long endLsn) implements Event {}

    record Crashed(String how) implements Event {}

    /// The client is attached.
    ///
    /// @param requested where the client asked to go on
    /// @param rewound   whether it asked for a backlog of messages instead
    /// @param from      everything after it follows
    /// @param tip       what is before it was published before the attach
    record Attached(
            String client,
            String channel,
            Optional<Place> requested,
            boolean rewound,
            Place from,
            long tip,
            boolean resumed)
            implements Event {}

    /// An entry of the log is handed to a transport.
    record Handed(Place place) implements Event {}

    record Received(String client, String channel, Place place, String op, EntryKind kind, boolean logged)
            implements Event {}

    /// The client forgets its place on the channel: whatever comes next is a new beginning.
    record Forgot(String client, String channel) implements Event {}

    /// The client takes its members out of the channel by detaching.
    record LeftByDetach(String connection, String channel) implements Event {}

    /// The connection will not be used again.
    record Ended(String connection) implements Event {}

    /// Nothing moves any more: the client's place on the channel, and the members that it knows of, as
    /// `connection:clientId=op`; sorted.
    record Quiet(String client, String channel, Place at, Optional<List<String>> members) implements Event {}

    /// Nothing moves any more: the members that the owner knows of.
    record OwnerMembers(String channel, List<String> members) implements Event {}

    /// Nothing moves any more, but this did not come to its end.
    record Stuck(String what) implements Event {}

    /// The core raised an alarm.
    record Alarm(String what) implements Event {}
}
