package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.Loop;
import io.hark.channel.LoopFeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Confined: entries and steps on their way from one loop's slots to the frontend loops of the node.
/// What one turn has for a loop goes in one hand-off, in its order.
final class Outboxes {
    private final Loop loop;
    private final Map<LoopFeed, Outbox> outboxes = new LinkedHashMap<>();

    /// @param loop the loop that the slots live on
    Outboxes(Loop loop) {
        this.loop = loop;
    }

    void add(LoopFeed feed, ChannelId channel, Entry entry, boolean logged) {
        outbox(feed).deliveries.add(new Delivery(channel, entry, logged));
    }

    /// Takes the step on the feed's loop, behind what was added before; never within this turn, as it
    /// may ask something of this loop again.
    void post(LoopFeed feed, Consumer<LoopFeed> step) {
        outbox(feed).flush();
        feed.loop().execute(() -> step.accept(feed));
    }

    void flush() {
        outboxes.values().forEach(Outbox::flush);
    }

    private Outbox outbox(LoopFeed feed) {
        return outboxes.computeIfAbsent(feed, Outbox::new);
    }

    private record Delivery(ChannelId channel, Entry entry, boolean logged) {}

    private final class Outbox {
        private final LoopFeed target;
        private final boolean sameLoop;
        private List<Delivery> deliveries = new ArrayList<>();

        Outbox(LoopFeed target) {
            this.target = target;
            this.sameLoop = target.loop() == loop;
        }

        void flush() {
            if (deliveries.isEmpty()) {
                return;
            }
            List<Delivery> batch = deliveries;
            deliveries = new ArrayList<>();
            if (sameLoop) {
                hand(batch);
            } else {
                target.loop().execute(() -> hand(batch));
            }
        }

        private void hand(List<Delivery> batch) {
            for (Delivery delivery : batch) {
                target.entered(delivery.channel(), delivery.entry(), delivery.logged());
            }
            target.pump();
        }
    }
}
