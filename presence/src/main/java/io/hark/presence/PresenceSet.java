package io.hark.presence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: the members of one channel, by connection, in the order in which connections and members came.
public final class PresenceSet {
    private final Map<String, Map<String, Member>> byConnection = new LinkedHashMap<>();
    private int size;
    private List<Member> snapshot = List.of();
    private boolean snapshotValid = true;

    public int size() {
        return size;
    }

    public Optional<Member> get(String connectionId, String clientId) {
        Map<String, Member> members = byConnection.get(connectionId);
        return members == null ? Optional.empty() : Optional.ofNullable(members.get(clientId));
    }

    public void put(Member member) {
        Member previous = byConnection
                .computeIfAbsent(member.connectionId(), key -> new LinkedHashMap<>())
                .put(member.clientId(), member);
        if (previous == null) {
            size++;
        }
        snapshotValid = false;
    }

    public void remove(String connectionId, String clientId) {
        Map<String, Member> members = byConnection.get(connectionId);
        if (members == null || members.remove(clientId) == null) {
            return;
        }
        size--;
        snapshotValid = false;
        if (members.isEmpty()) {
            byConnection.remove(connectionId);
        }
    }

    /// The members of one connection.
    public Collection<Member> of(String connectionId) {
        Map<String, Member> members = byConnection.get(connectionId);
        return members == null ? List.of() : List.copyOf(members.values());
    }

    /// Makes `generation` the one that vouches for the connection's members, if it is newer (rule P3).
    public void confirm(String connectionId, int generation) {
        Map<String, Member> members = byConnection.get(connectionId);
        if (members != null) {
            members.replaceAll(
                    (clientId, member) -> member.generation() < generation ? member.confirmedBy(generation) : member);
            snapshotValid = false;
        }
    }

    /// All members as of now. The list does not change any more, and is shared between callers until the set
    /// does.
    public List<Member> snapshot() {
        if (!snapshotValid) {
            List<Member> all = new ArrayList<>(size);
            byConnection.values().forEach(members -> all.addAll(members.values()));
            snapshot = List.copyOf(all);
            snapshotValid = true;
        }
        return snapshot;
    }
}
