package io.hark.jepsen;

import io.hark.protocol.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Blocking: reads what nodes tell in the end of all channels of a load into the history.
final class FinalLogs {
    private static final int PAUSE_MILLIS = 200;

    private final NodeApi api;
    private final Load load;
    private final History.Recorder history;
    private final Map<Integer, Long> ends = new HashMap<>();

    /// Nodes that are not asked any more.
    private final Set<Integer> silent = new HashSet<>();

    FinalLogs(NodeApi api, Load load, History.Recorder history) {
        this.api = api;
        this.load = load;
        this.history = history;
    }

    /// Reads them, and tries again what cannot be read until the time is over. What a node did not tell by
    /// then is in the history as such.
    void read(List<Integer> nodes, Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        for (int node : nodes) {
            for (int channel = 0; channel < load.channels(); channel++) {
                Optional<List<Message>> log = log(node, channel, deadline);
                int number = channel;
                if (log.isPresent()) {
                    ends.putIfAbsent(channel, MessageKey.FOREIGN);
                    log.get().forEach(message -> logged(node, number, message));
                } else {
                    history.record(micros -> new Event.Unread(micros, node, number));
                }
            }
        }
        for (int channel = 0; channel < load.channels(); channel++) {
            int number = channel;
            if (!ends.containsKey(channel)) {
                history.record(micros -> new Event.Unread(micros, Event.Unread.NOBODY, number));
            }
        }
    }

    private Optional<List<Message>> log(int node, int channel, long deadline) throws InterruptedException {
        while (!silent.contains(node)) {
            List<Message> log = new ArrayList<>();
            try {
                api.history(node, load.channel(channel), log::add);
                return Optional.of(log);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    silent.add(node);
                    history.record(micros -> new Event.Violated(
                            micros,
                            Event.Violated.OPERATOR,
                            "%s does not tell the log of channel %d: %s"
                                    .formatted(ClusterSpec.name(node), channel, e.getMessage())));
                    return Optional.empty();
                }
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        return Optional.empty();
    }

    private void logged(int node, int channel, Message message) {
        long key = RecordingListener.key(message);
        ends.put(channel, key);
        history.record(micros ->
                new Event.Logged(micros, node, channel, key, message.serial().orElse("")));
    }

    /// Whether `message` is the last one of the channel, or that is not known.
    boolean isEnd(int channel, long message) {
        return ends.getOrDefault(channel, message) == message;
    }
}
