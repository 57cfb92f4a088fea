package io.hark.channel.sim;

import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.slot.PeerMessage;
import io.hark.slot.Peers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A node's links as its router sees them: those of the network, unless a planted bug changes what they carry.
final class PlantedLinks implements Peers, Peers.Listener {
    private final SimConfig config;
    private final SimNode node;
    private final SimNetwork.End end;
    private Listener router = new Deaf();

    /// Nodes that the owner has proposed for the in-sync set, by slot.
    private final Map<Integer, Set<String>> joining = new LinkedHashMap<>();

    /// The epoch that an owner believes in, where a planted bug hides a later one from it.
    private final Map<Told, Integer> believed = new LinkedHashMap<>();

    /// What owners have named, where a planted bug hides it from the replica.
    private final Map<Told, Named> named = new LinkedHashMap<>();

    private record Told(String node, int slot) {}

    private record Named(int epoch, int version) {
        Named or(Named other) {
            return other.epoch() > epoch || other.epoch() == epoch && other.version() > version ? other : this;
        }
    }

    PlantedLinks(SimConfig config, SimNode node, SimNetwork.End end) {
        this.config = config;
        this.node = node;
        this.end = end;
    }

    private static final class Deaf implements Listener {
        @Override
        public void up(String peer, long session) {}

        @Override
        public void received(String peer, long session, List<PeerMessage> messages) {}

        @Override
        public void down(String peer, long session) {}
    }

    @Override
    public void start(Listener listener) {
        router = listener;
        end.start(this);
    }

    @Override
    public void close() {
        end.close();
    }

    void proposed(ControlCommand command) {
        if (command instanceof ControlCommand.ChangeIsr(var changes)) {
            changes.forEach(change -> joining.computeIfAbsent(change.slot(), key -> new LinkedHashSet<>())
                    .addAll(change.isr()));
        }
    }

    void decided(ControlState state) {
        if (state.hasSlots()) {
            joining.forEach(
                    (slot, nodes) -> nodes.removeAll(state.slots().get(slot).isr()));
        }
    }

    @Override
    public void send(String to, long session, List<PeerMessage> messages) {
        List<PeerMessage> sent = new ArrayList<>();
        for (PeerMessage message : messages) {
            if (message instanceof PeerMessage.Append append && isCountedEarly(to, append)) {
                long last = append.records().isEmpty()
                        ? append.prevLsn()
                        : append.records().getLast().lsn();
                node.scheduler()
                        .after(
                                1,
                                () -> router.received(
                                        to,
                                        session,
                                        List.of(new PeerMessage.Appended(
                                                append.slot(), append.epoch(), append.version(), last))));
            }
            sent.add(asNamed(to, asBelieved(to, message)));
        }
        end.send(to, session, sent);
    }

    private boolean isCountedEarly(String to, PeerMessage.Append append) {
        boolean joins = !append.records().isEmpty()
                && joining.getOrDefault(append.slot(), Set.of()).contains(to);
        return config.has(PlantedBug.ACK_BEFORE_REPLICATION) || config.has(PlantedBug.JOINING_NOT_COUNTED) && joins;
    }

    private PeerMessage asBelieved(String to, PeerMessage message) {
        if (!config.has(PlantedBug.EPOCH_NOT_CHECKED) || !(message instanceof PeerMessage.OfSlot ofSlot)) {
            return message;
        }
        Integer epoch = believed.get(new Told(to, ofSlot.slot()));
        return epoch == null
                ? message
                : switch (message) {
                    case PeerMessage.Appended(var slot, var any, var version, var lsn) ->
                        new PeerMessage.Appended(slot, epoch, version, lsn);
                    case PeerMessage.Mismatch(var slot, var any, var meta) ->
                        new PeerMessage.Mismatch(slot, epoch, meta);
                    default -> message;
                };
    }

    /// The answer as of one that knows the version that its owner has named.
    private PeerMessage asNamed(String to, PeerMessage message) {
        if (message instanceof PeerMessage.Appended(var slot, var epoch, var version, var lsn)) {
            Named by = named.get(new Told(to, slot));
            if (by != null && by.epoch() == epoch) {
                return new PeerMessage.Appended(slot, epoch, by.version(), lsn);
            }
        }
        return message;
    }

    private void hear(String peer, int slot, int epoch, int version) {
        named.merge(new Told(peer, slot), new Named(epoch, version), Named::or);
    }

    private PeerMessage planted(String peer, PeerMessage message) {
        if (message instanceof PeerMessage.Append append) {
            return planted(peer, append);
        }
        if (config.has(PlantedBug.OLDER_ASSIGNMENT_OBEYED) && message instanceof PeerMessage.Install install) {
            hear(peer, install.slot(), install.epoch(), install.version());
            return new PeerMessage.Install(
                    install.slot(),
                    install.epoch(),
                    0,
                    install.round(),
                    install.page(),
                    install.image(),
                    install.meta());
        }
        return message;
    }

    @Override
    public void up(String peer, long session) {
        router.up(peer, session);
    }

    @Override
    public void received(String peer, long session, List<PeerMessage> messages) {
        router.received(
                peer,
                session,
                messages.stream().map(message -> planted(peer, message)).toList());
    }

    private PeerMessage planted(String peer, PeerMessage.Append append) {
        int promised = node.probe().promised(append.slot());
        if (config.has(PlantedBug.EPOCH_NOT_CHECKED)) {
            boolean late = append.epoch() < promised && !node.probe().leads(append.slot());
            Told owner = new Told(peer, append.slot());
            if (late) {
                believed.put(owner, append.epoch());
                return with(append, promised, append.version(), append.prevLsn(), append.prevEpoch());
            }
            believed.remove(owner);
        }
        if (config.has(PlantedBug.OLDER_ASSIGNMENT_OBEYED)) {
            hear(peer, append.slot(), append.epoch(), append.version());
            return with(append, append.epoch(), 0, append.prevLsn(), append.prevEpoch());
        }
        if (config.has(PlantedBug.PREVIOUS_NOT_CHECKED) && append.epoch() >= promised) {
            var meta = node.probe().meta(append.slot());
            long prevLsn = Math.min(append.prevLsn(), meta.lastLsn());
            return with(append, append.epoch(), append.version(), prevLsn, meta.epochAt(prevLsn));
        }
        return append;
    }

    private PeerMessage.Append with(PeerMessage.Append append, int epoch, int version, long prevLsn, int prevEpoch) {
        return new PeerMessage.Append(
                append.slot(),
                epoch,
                version,
                prevLsn,
                prevEpoch,
                append.committedLsn(),
                append.sparse() || prevLsn != append.prevLsn(),
                append.presentLsn(),
                append.records());
    }

    @Override
    public void down(String peer, long session) {
        router.down(peer, session);
    }
}
