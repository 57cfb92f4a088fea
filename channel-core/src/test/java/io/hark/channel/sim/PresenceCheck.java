package io.hark.channel.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Confined: compares, at the end of a history, the members that connections meant to be there with
/// those that the owner has, and those with what every client sees (design, rule I9).
final class PresenceCheck {
    private final Map<String, Event.Invoked> everInvoked = new HashMap<>();
    private final Map<String, Event.Invoked> invoked = new HashMap<>();
    private final Map<String, Event.Invoked> settled = new TreeMap<>();
    private final Set<String> lost = new HashSet<>();
    private final Set<String> left = new HashSet<>();
    private final Set<String> lostLeaves = new HashSet<>();
    private final List<Looked> owners = new ArrayList<>();
    private final List<Event.Quiet> views = new ArrayList<>();

    /// @param settled what the members should come from; clients may go on after an owner was looked at
    private record Looked(Event.OwnerMembers members, List<Event.Invoked> settled) {}

    void invoked(Event.Invoked event) {
        if (event.member().isPresent()) {
            everInvoked.put(event.op(), event);
            invoked.put(event.op(), event);
        }
    }

    void acked(String op) {
        Event.Invoked event = invoked.get(op);
        if (event != null) {
            settled.merge(key(event), event, (before, now) -> before.serial() > now.serial() ? before : now);
        }
    }

    /// A power loss took the event's entry.
    void lost(String op) {
        lost.add(op);
    }

    /// A power loss took a leave that the owner had made.
    void lostLeave(String channel) {
        lostLeaves.add(channel);
    }

    void leftByDetach(String connection, String channel) {
        invoked.values().stream()
                .filter(event -> isOf(event, connection) && event.channel().equals(channel))
                .forEach(event -> left.add(key(event)));
        settled.values()
                .removeIf(event -> isOf(event, connection) && event.channel().equals(channel));
        invoked.values()
                .removeIf(event -> isOf(event, connection) && event.channel().equals(channel));
    }

    void ended(String connection) {
        settled.values().removeIf(event -> isOf(event, connection));
        invoked.values().removeIf(event -> isOf(event, connection));
    }

    void ownerMembers(Event.OwnerMembers members) {
        owners.add(new Looked(members, settled(members.channel())));
    }

    void quiet(Event.Quiet quiet) {
        views.add(quiet);
    }

    List<String> divergences() {
        List<String> found = new ArrayList<>();
        for (Looked looked : owners) {
            Event.OwnerMembers owner = looked.members();
            Set<String> excused = new HashSet<>();
            if (lostLeaves.contains(owner.channel())) {
                left.forEach(key -> excused.add(key.substring(key.indexOf('/') + 1)));
            }
            Set<String> meant = new TreeSet<>();
            lost.stream()
                    .flatMap(op -> Stream.ofNullable(everInvoked.get(op)))
                    .filter(event -> event.channel().equals(owner.channel()))
                    .forEach(event -> excused.add(member(event)));
            for (Event.Invoked event : looked.settled()) {
                if (!lost.contains(event.op()) && event.member().orElseThrow().present()) {
                    meant.add(member(event) + '=' + event.op());
                }
            }
            Set<String> missing = new TreeSet<>(meant);
            owner.members().forEach(missing::remove);
            Set<String> ghosts = new TreeSet<>(owner.members());
            ghosts.removeAll(meant);
            ghosts.removeIf(ghost -> excused.contains(ghost.substring(0, ghost.indexOf('='))));
            if (!missing.isEmpty() || !ghosts.isEmpty()) {
                found.add("channel %s on %s: missing %s, ghosts %s"
                        .formatted(owner.channel(), owner.node(), missing, ghosts));
            }
            for (Event.Quiet view : views) {
                if (view.channel().equals(owner.channel())
                        && looked.settled().equals(settled(owner.channel()))
                        && view.members().isPresent()
                        && !view.members().get().equals(owner.members())) {
                    found.add("channel %s: %s sees %s, the owner has %s"
                            .formatted(
                                    owner.channel(),
                                    view.client(),
                                    view.members().get(),
                                    owner.members()));
                }
            }
        }
        return found;
    }

    private List<Event.Invoked> settled(String channel) {
        return settled.values().stream()
                .filter(event -> event.channel().equals(channel))
                .toList();
    }

    private static boolean isOf(Event.Invoked event, String connection) {
        return event.connection().equals(connection);
    }

    private static String key(Event.Invoked event) {
        return event.channel() + '/' + member(event);
    }

    private static String member(Event.Invoked event) {
        return event.connection() + ':' + event.member().orElseThrow().clientId();
    }
}
