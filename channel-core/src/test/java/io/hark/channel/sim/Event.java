package io.hark.channel.sim;

import io.hark.channel.Durability;
import io.hark.channel.EntryKind;
import java.util.List;
import java.util.Optional;

/// Value: something that happened, as a client, the disk or a node's edge saw it. The checker knows nothing
/// else.
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

    /// A node's edge is told that it is not accepted this time. The client may never hear of it, and send it
    /// again.
    record Declined(String op) implements Event {}

    /// The client is told that it is accepted.
    ///
    /// @param lsn 0 when nothing was to be logged
    record Acked(String op, long lsn) implements Event {}

    /// The client is told that it is not accepted.
    ///
    /// @param certain whether this was the only time that it was sent
    record Refused(String op, boolean certain) implements Event {}

    /// How many in-sync copies an entry needs.
    record Began(int minIsr) implements Event {}

    /// An entry is in a node's log file, and all rows that go with it.
    ///
    /// @param number  counts such events of the node
    /// @param channel empty text for a NOOP
    record Written(
            String node,
            long number,
            Place place,
            int epoch,
            String channel,
            String op,
            EntryKind kind,
            Durability durability)
            implements Event {}

    /// Everything that the node wrote up to `number` is on its disk.
    record Synced(String node, long number) implements Event {}

    /// A power loss took the entry from the node.
    record Lost(String node, Place place, String op) implements Event {}

    /// A replica takes back what comes after `lsn`, as its owner has it otherwise.
    record Cut(String node, int slot, long lsn) implements Event {}

    /// A replica begins anew, behind `lsn`, with the owner's rows.
    record Installed(String node, int slot, long lsn) implements Event {}

    /// The node gets an empty disk.
    record Replaced(String node) implements Event {}

    record Expired(String node, Place place, String channel) implements Event {}

    /// A node holds the entry for committed: the first time that one does, and each time that one disagrees.
    ///
    /// @param answersIn the epoch that the node is in
    /// @param epoch     the entry's
    record Committed(
            String node,
            int answersIn,
            Place place,
            int epoch,
            String channel,
            String op,
            EntryKind kind,
            Durability durability)
            implements Event {}

    /// A node that the region counts as in sync has the slot's log up to `has` only, while `needed` is committed.
    record Lacks(String node, int slot, long has, long needed) implements Event {}

    /// Something that befalls a node or a link, or that the region decides.
    record Befell(String what) implements Event {}

    record Crashed(String node, String how) implements Event {}

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

    /// Nothing moves any more: what the owner says through a node that a message is.
    record OwnerText(String node, String channel, String serial, String text) implements Event {}

    /// Nothing moves any more: what a client makes of all that it was handed of a message.
    record ClientText(String client, String channel, String serial, String text) implements Event {}

    /// Nothing moves any more: the members that the owner tells a node of.
    record OwnerMembers(String node, String channel, List<String> members) implements Event {}

    /// Nothing moves any more: what a node has of a slot.
    ///
    /// @param members of all channels, as `channel/connection:clientId=op`; sorted
    /// @param rows    that are about messages which the node has, in the order of their keys
    record ReplicaAtRest(
            String node, int slot, boolean owns, long lastLsn, List<Line> lines, List<String> members, List<Row> rows)
            implements Event {}

    record Line(Place place, int epoch, String op) {}

    /// A row of state about a message that the node has.
    record Row(long messageLsn, String text) {}

    /// Nothing moves any more, but this did not come to its end.
    record Stuck(String what) implements Event {}

    /// The core raised an alarm.
    record Alarm(String what) implements Event {}
}
