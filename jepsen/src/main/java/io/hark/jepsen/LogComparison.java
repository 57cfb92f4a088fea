package io.hark.jepsen;

import io.hark.jepsen.Anomaly.About;
import io.hark.jepsen.Anomaly.Kind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// Confined to the checker: whether all nodes tell the same log of each channel. The first node that tells
/// any is what the others are compared with; for a channel that it could not tell, another.
final class LogComparison {
    private final Findings findings;
    private final Map<Integer, Told> reference = new HashMap<>();
    private final Map<NodeChannel, Integer> places = new HashMap<>();
    private final Set<Integer> nodes = new HashSet<>();
    private final Set<NodeChannel> unread = new HashSet<>();
    private final Map<Integer, Integer> standIns = new HashMap<>();
    private final Set<NodeChannel> divergent = new HashSet<>();
    private final Map<Integer, String> lastSerials = new HashMap<>();
    private OptionalInt referenceNode = OptionalInt.empty();
    private int compared;

    private record NodeChannel(int node, int channel) {}

    /// A hash of each entry of a channel.
    private static final class Told {
        private long[] hashes = new long[16];
        private int size;

        void add(long hash) {
            if (size == hashes.length) {
                hashes = Arrays.copyOf(hashes, size * 2);
            }
            hashes[size++] = hash;
        }
    }

    LogComparison(Findings findings) {
        this.findings = findings;
    }

    int compared() {
        return compared;
    }

    /// The node did not tell the whole log of the channel. Comes before what nodes after it tell.
    void unread(int node, int channel) {
        unread.add(new NodeChannel(node, channel));
    }

    private int referenceOf(Event.Logged entry) {
        int node = referenceNode.orElseThrow();
        return unread.contains(new NodeChannel(node, entry.channel()))
                ? standIns.computeIfAbsent(entry.channel(), channel -> entry.node())
                : node;
    }

    /// Takes the next entry that a node tells.
    ///
    /// @return whether it is of the log that all else is compared with
    boolean isReference(Event.Logged entry) {
        if (referenceNode.isEmpty()) {
            referenceNode = OptionalInt.of(entry.node());
        }
        long hash = MessageKey.hash(entry.serial()) * 31 + entry.message();
        if (entry.node() == referenceOf(entry)) {
            reference.computeIfAbsent(entry.channel(), channel -> new Told()).add(hash);
            checkThatSerialsGrow(entry);
            return true;
        }
        nodes.add(entry.node());
        compared++;
        NodeChannel place = new NodeChannel(entry.node(), entry.channel());
        int index = places.merge(place, 1, Integer::sum) - 1;
        Told told = reference.get(entry.channel());
        if (told == null || index >= told.size || told.hashes[index] != hash) {
            diverges(place, index, MessageKey.text(entry.message()));
        }
        return false;
    }

    private void checkThatSerialsGrow(Event.Logged entry) {
        String before = lastSerials.put(entry.channel(), entry.serial());
        if (before != null && entry.serial().compareTo(before) <= 0) {
            findings.add(
                    Kind.POSITION_DISAGREEMENT,
                    About.message(entry.message()),
                    "serial %s follows %s in the log of channel %d",
                    entry.serial(),
                    before,
                    entry.channel());
        }
    }

    private void diverges(NodeChannel place, int index, String there) {
        if (divergent.add(place)) {
            findings.add(
                    Kind.LOG_DIVERGENCE,
                    About.channel(place.channel()),
                    "%s and %s tell different logs of channel %d from entry %d on, where the latter has %s",
                    ClusterSpec.name(standIns.getOrDefault(place.channel(), referenceNode.orElseThrow())),
                    ClusterSpec.name(place.node()),
                    place.channel(),
                    index,
                    there);
        }
    }

    void finish() {
        for (int node : nodes) {
            reference.forEach((channel, told) -> {
                NodeChannel place = new NodeChannel(node, channel);
                int size = places.getOrDefault(place, 0);
                boolean compares =
                        !unread.contains(place) && !Integer.valueOf(node).equals(standIns.get(channel));
                if (compares && size < told.size) {
                    diverges(place, size, "nothing more");
                }
            });
        }
    }
}
