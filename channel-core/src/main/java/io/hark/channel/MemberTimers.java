package io.hark.channel;

import io.hark.presence.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/// Confined: when members of lost connections leave. One entry per (lost connection, channel); a
/// connection that came back is noticed when its entry falls due, by the generation of its members.
final class MemberTimers {
    private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::deadlineMillis));

    /// Channels with members of an earlier epoch: whose they are is known once they are loaded.
    private final Set<ChannelId> awaitingLoad = new LinkedHashSet<>();

    record Due(long deadlineMillis, ChannelId channel, Claim claim, ChannelPolicy policy) {}

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

    void awaitLoad(ChannelId channel) {
        awaitingLoad.add(channel);
    }

    List<ChannelId> awaitingLoad() {
        return List.copyOf(awaitingLoad);
    }

    /// @param members as stored, before any step of this epoch: they leave at the deadline
    void loaded(ChannelId channel, List<Member> members, long deadlineMillis, ChannelPolicy policy) {
        awaitingLoad.remove(channel);
        members.stream()
                .filter(member -> member.generation() != Member.PERMANENT)
                .map(member -> new Claim(member.connectionId(), member.generation()))
                .distinct()
                .forEach(claim -> add(new Due(deadlineMillis, channel, claim, policy)));
    }
}
