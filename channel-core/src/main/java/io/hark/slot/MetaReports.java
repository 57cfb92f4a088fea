package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.MetaEvent;
import io.hark.channel.Publish;
import io.hark.protocol.MessageBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: brings the server's own events to those who listen to them. Mostly nobody does: then an
/// event costs a look into a map, and once a second the question whether somebody has come.
final class MetaReports {
    /// Events that wait for the answer to that question; more are not told.
    private static final int WAITING_MAX = 1_000;

    private static final long KNOWN_FOR_MILLIS = 1_000;

    private final Requests requests;
    private final String idPrefix;
    private final ChannelPolicy policy;
    private final Map<ChannelId, Known> channels = new HashMap<>();
    private long lastId;

    /// The way to the owners of metachannels.
    interface Requests {
        void ask(SlotRequest request, Consumer<SlotAnswer> answer);
    }

    /// What is known of one metachannel.
    private static final class Known {
        private boolean heard;
        private boolean asking;
        private long untilMillis = Long.MIN_VALUE;
        private List<MetaEvent> waiting = new ArrayList<>(1);
    }

    /// @param idPrefix what ids of this node's events begin with, in this life of it
    /// @param policy   of what is never logged
    MetaReports(Requests requests, String idPrefix, ChannelPolicy policy) {
        this.requests = requests;
        this.idPrefix = idPrefix;
        this.policy = policy;
    }

    void report(MetaEvent event, long nowMillis) {
        Known known = channels.computeIfAbsent(event.channel(), key -> new Known());
        if (known.asking || nowMillis >= known.untilMillis) {
            if (known.waiting.size() < WAITING_MAX) {
                known.waiting.add(event);
            }
            if (!known.asking) {
                ask(event.channel(), known, nowMillis);
            }
        } else if (known.heard) {
            publish(event);
        }
    }

    private void ask(ChannelId channel, Known known, long nowMillis) {
        known.asking = true;
        requests.ask(new SlotRequest.Status(channel), answer -> {
            known.asking = false;
            known.untilMillis = nowMillis + KNOWN_FOR_MILLIS;
            known.heard = answer instanceof SlotAnswer.Status(var status)
                    && status.occupancy().subscribers() > 0;
            List<MetaEvent> waited = known.waiting;
            known.waiting = new ArrayList<>(1);
            if (known.heard) {
                waited.forEach(this::publish);
            }
        });
    }

    private void publish(MetaEvent event) {
        MessageBatch batch = new MessageBatch(
                idPrefix + Long.toString(++lastId, Character.MAX_RADIX), Optional.empty(), 0, List.of(event.message()));
        Publish publish = new Publish(event.channel(), Optional.empty(), false, Optional.empty(), batch, policy, true);
        requests.ask(new SlotRequest.Publish(publish), answer -> {});
    }

    /// Forgets what is known no longer; to be called every so often.
    void tick(long nowMillis) {
        channels.values().removeIf(known -> !known.asking && nowMillis >= known.untilMillis);
    }
}
