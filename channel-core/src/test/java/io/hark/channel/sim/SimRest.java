package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.IdHash;
import io.hark.channel.PublishResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Publishes requests that carry an id of their own, and sends them again until they are answered, at
/// times twice at once.
final class SimRest {
    private static final long NO_CONNECTION = -1;
    private static final int RETRY_MICROS = 200_000;

    private final Simulation simulation;
    private final Scheduler scheduler;
    private final History history;
    private final Map<String, Integer> sent = new LinkedHashMap<>();
    private long number;

    SimRest(Simulation simulation) {
        this.simulation = simulation;
        this.scheduler = simulation.scheduler();
        this.history = simulation.history();
    }

    void publish(ChannelId channel) {
        publish(channel, simulation.messages().change(channel));
    }

    /// A new message.
    void publishLast(ChannelId channel) {
        publish(channel, Optional.empty());
    }

    private void publish(ChannelId channel, Optional<ToServer.Change> change) {
        long own = number++;
        String op = "rest:" + own;
        history.add(new Event.Invoked(op, "rest", own, channel.name(), false, Optional.empty()));
        sent.put(op, 0);
        ToServer.Publish frame = new ToServer.Publish(op, own, channel, 1, false, change);
        attempt(frame);
        if (scheduler.chance(0.3)) {
            attempt(frame);
        }
    }

    private void attempt(ToServer.Publish frame) {
        if (!sent.containsKey(frame.op())) {
            return;
        }
        scheduler.after(RETRY_MICROS, () -> attempt(frame));
        List<SimNode> nodes = simulation.cluster().serving();
        if (!nodes.isEmpty()) {
            SimNode node = scheduler.pick(nodes);
            sent.merge(frame.op(), 1, Integer::sum);
            SimFrontend frontend = node.anyFrontend();
            IdHash id = new IdHash(NO_CONNECTION, frame.serial());
            frontend.loop()
                    .execute(() -> ServerTransport.publish(
                            node,
                            frame,
                            Optional.of(id),
                            true,
                            Optional.empty(),
                            ServerTransport.reply(
                                    node,
                                    frontend.loop(),
                                    frame.op(),
                                    frame.channel(),
                                    result -> scheduler.after(
                                            scheduler.between(1, 5_000), () -> answered(frame, result)))));
        }
    }

    private void answered(ToServer.Publish frame, PublishResult result) {
        String op = frame.op();
        Integer attempts = sent.get(op);
        if (attempts == null) {
            return;
        }
        switch (result) {
            case PublishResult.Stored(var receipt) -> {
                history.add(new Event.Acked(op, receipt.lsn()));
                simulation.messages().stored(frame, receipt);
            }
            case PublishResult.Accepted(var serials) -> history.add(new Event.Acked(op, 0));
            case PublishResult.Refused(var error) -> {
                if (scheduler.chance(0.5)) {
                    return; // It tries again.
                }
                history.add(new Event.Refused(op, attempts == 1));
            }
        }
        sent.remove(op);
    }

    List<Event> atRest() {
        return sent.keySet().stream()
                .<Event>map(op -> new Event.Stuck("no answer to " + op))
                .toList();
    }
}
