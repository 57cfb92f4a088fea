package io.hark.channel;

import io.hark.presence.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/// Confined: when members of lost connections leave. One entry per (lost connection, channel); a connection that came
/// back is noticed when its entry falls due, by the generation of its members.
final class MemberTimers {
    private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::deadlineMillis));

    /// Channels with members of an earlier epoch: whose they are is known once they are loaded.
    private final Map<ChannelId, Reclaim> awaitingLoad = new LinkedHashMap<>();

    record Due(long deadlineMillis, ChannelId channel, Claim claim, ChannelPolicy policy) {}

    private record Reclaim(ChannelPolicy policy, long deadlineMillis) {}

    void add(Due due) {
        queue.add(due);
    }

    List<Due> takeDue(long nowMillis) {
        if (queue.isEmpty() || queue.peek().deadlineMillis() > nowMillis) {
            return List.of();
        }
        List<Due> due = new ArrayList<>();
        while (!queue.isEmpty() && queue.peek().deadlineMillis() <= nowMillis) {
            due.add(queue.poll());
        }
        return due;
    }

    void awaitLoad(ChannelId channel, ChannelPolicy policy, long deadlineMillis) {
        awaitingLoad.put(channel, new Reclaim(policy, deadlineMillis));
    }

    List<ChannelId> awaitingLoad() {
        return List.copyOf(awaitingLoad.keySet());
    }

    /// @param members as stored, before any step of this epoch
    void loaded(ChannelId channel, List<Member> members) {
        Reclaim reclaim = awaitingLoad.remove(channel);
        if (reclaim != null) {
            members.stream()
                    .filter(member -> member.generation() != Member.PERMANENT)
                    .map(member -> new Claim(member.connectionId(), member.generation()))
                    .distinct()
                    .forEach(claim -> add(new Due(reclaim.deadlineMillis(), channel, claim, reclaim.policy())));
        }
    }
}
