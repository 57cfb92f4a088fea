package io.hark.channel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Confined: when members of lost connections leave. One entry per (lost connection, channel); a connection that came back
/// is noticed when its entry falls due, by the generation of its members.
final class MemberTimers {
    private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::deadlineMillis));

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
}
