package io.hark.slot;

import io.hark.channel.LogRecord;
import io.hark.channel.OccupancyMetrics;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import java.util.List;

/// Value: what nodes of a region tell each other. Between two nodes messages keep their order as long as the
/// link's
/// session lasts, and are lost with it: whoever needs an answer asks again in the next session.
public sealed interface PeerMessage {
    /// A message about one slot, for the loop that the slot lives on.
    sealed interface OfSlot extends PeerMessage {
        int slot();
    }

    /// Owner to replica: the records that follow `prevLsn`, which both have if its epoch is `prevEpoch` (R4).
    ///
    /// @param version      of the assignment that the owner acts on: an older one is no reason to forget anything
    /// @param committedLsn everything up to here is committed
    /// @param sparse       whether records may be missing between these, as they have expired
    /// @param presentLsn   what records up to here changed of its channels' state, the replica has among its rows
    record Append(
            int slot,
            int epoch,
            int version,
            long prevLsn,
            int prevEpoch,
            long committedLsn,
            boolean sparse,
            long presentLsn,
            List<LogRecord> records)
            implements OfSlot {
        public Append {
            records = List.copyOf(records);
        }
    }

    /// Replica to owner: everything up to here is the owner's, and as durable as it must be.
    ///
    /// @param version the latest that the owner has named: what was said before that is not said of now
    record Appended(int slot, int epoch, int version, long durableLsn) implements OfSlot {}

    /// Replica to owner: the records do not fit; this is what it has.
    record Mismatch(int slot, int epoch, SlotMeta meta) implements OfSlot {}

    /// Replica to a former owner: it has answered a later epoch (R1).
    record Rejected(int slot, int promised) implements OfSlot {}

    /// Owner to replica: does it still follow? A later owner may have it by now.
    ///
    /// @param round answered with this number
    record AskFollows(int slot, int epoch, long round) implements OfSlot {}

    /// Replica to owner: it has answered no later epoch up to now.
    record Follows(int slot, int epoch, long round) implements OfSlot {}

    /// Owner to replica whose records do not reach back far enough: forget what you have, take these rows.
    ///
    /// @param version see [Append]
    /// @param round   a number for this beginning anew, which the answers name
    /// @param page    counted from 0
    /// @param meta    the slot's meta once this page is in; without entries before the last page
    record Install(int slot, int epoch, int version, int round, int page, SlotImage image, SlotMeta meta)
            implements OfSlot {}

    record Installed(int slot, int epoch, int round, int page) implements OfSlot {}

    /// Node to owner.
    ///
    /// @param seq answered with this number; 0 when no answer is wanted
    record Ask(int slot, int epoch, long seq, SlotRequest request) implements OfSlot {}

    record Answer(int slot, int epoch, long seq, SlotAnswer answer) implements OfSlot {}

    /// Owner to node: committed entries of channels that it subscribed to.
    record Deliver(int slot, int epoch, List<Delivered> entries) implements OfSlot {
        public Deliver {
            entries = List.copyOf(entries);
        }
    }

    /// @param encoded see [io.hark.channel.EntryCodec]
    /// @param logged  whether it is in the log; an ephemeral publish is not
    record Delivered(byte[] encoded, boolean logged) {}

    /// Owner to node: entries of the channel were left out, as the node takes too long; they can be read up to
    /// here.
    record Tip(int slot, int epoch, long channelHigh, long channelLow, long lastLsn) implements OfSlot {}

    /// Owner to node: who is on a channel whose occupancy the node has asked to be told.
    record Occupied(int slot, int epoch, long channelHigh, long channelLow, OccupancyMetrics metrics)
            implements OfSlot {}

    /// Node to owner: it has taken so many bytes of [Deliver].
    record Credit(int slot, long bytes) implements OfSlot {}

    /// The sender serves these slots in these epochs from now on.
    record Serving(List<SlotEpoch> slots) implements PeerMessage {
        public Serving {
            slots = List.copyOf(slots);
        }
    }

    record SlotEpoch(int slot, int epoch) {}

    record AskActive(long seq, String app) implements PeerMessage {}

    record Active(long seq, List<String> names) implements PeerMessage {
        public Active {
            names = List.copyOf(names);
        }
    }
}
