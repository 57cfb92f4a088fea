package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.EntryKind;
import io.hark.channel.LogRecord;
import io.hark.channel.StateKind;
import io.hark.channel.StateQuery;
import io.hark.channel.StateRow;
import io.hark.control.ControlState;
import io.hark.control.SlotAssignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What nodes have, and what the region has decided, once nothing moves any more.
final class RestingCluster {
    private final SimCluster cluster;

    RestingCluster(SimCluster cluster) {
        this.cluster = cluster;
    }

    List<Event> events() {
        List<Event> events = new ArrayList<>();
        ControlState state = cluster.control().state();
        if (!state.hasSlots()) {
            return List.of(new Event.Stuck("nothing is decided"));
        }
        for (int number : cluster.config().slots()) {
            SlotAssignment slot = state.slots().get(number);
            Set<String> live = new TreeSet<>(slot.replicas());
            live.removeIf(node -> !state.isLive(node));
            if (!slot.hasOwner()) {
                events.add(new Event.Stuck("nobody owns " + slot));
            } else if (!live.equals(new TreeSet<>(slot.isr())) || slot.isr().size() < state.minIsr()) {
                events.add(new Event.Stuck("not all replicas are in sync: " + slot));
            }
            for (SimNode node : cluster.nodes()) {
                if (slot.isr().contains(node.id())) {
                    events.add(atRest(node, number, slot.isOwnedBy(node.id())));
                }
            }
        }
        return events;
    }

    private Event atRest(SimNode node, int slot, boolean owns) {
        List<Event.Line> lines = new ArrayList<>();
        for (LogRecord record : node.disk().log(slot).values()) {
            lines.add(new Event.Line(
                    Place.of(record.head()),
                    record.head().epoch(),
                    cluster.history().op(record)));
        }
        List<String> members = new ArrayList<>();
        List<Event.Row> rows = new ArrayList<>();
        for (ChannelId channel : cluster.config().channels()) {
            if (channel.key().slot() == slot) {
                rows.addAll(rows(node, slot, channel));
                MemberTexts.members(SimDisk.now(node.disk().rows().channel(channel.key()))
                                .members())
                        .forEach(member -> members.add(channel.name() + '/' + member));
            }
        }
        return new Event.ReplicaAtRest(
                node.id(), slot, owns, node.probe().meta(slot).lastLsn(), lines, members, rows);
    }

    /// Rows of state that are about messages that the node has.
    private static List<Event.Row> rows(SimNode node, int slot, ChannelId channel) {
        TreeMap<String, Long> lsns = new TreeMap<>();
        for (LogRecord record : node.disk().log(slot).values()) {
            if (record.head().kind() == EntryKind.MESSAGE
                    && record.head().channel().equals(channel.key())) {
                record.receipt().serials().forEach(serial -> lsns.put(serial, record.lsn()));
            }
        }
        List<Event.Row> rows = new ArrayList<>();
        for (StateKind kind : StateKind.values()) {
            if (!kind.isLasting()) {
                StateQuery all = StateQuery.startingWith(channel.key(), kind, "", Integer.MAX_VALUE);
                for (StateRow row : SimDisk.now(node.disk().rows().state(all)).rows()) {
                    Map.Entry<String, Long> about = lsns.floorEntry(row.key());
                    if (about != null && row.key().startsWith(about.getKey())) {
                        rows.add(new Event.Row(about.getValue(), kind + " " + row.key() + "=" + row.value()));
                    }
                }
            }
        }
        return rows;
    }
}
