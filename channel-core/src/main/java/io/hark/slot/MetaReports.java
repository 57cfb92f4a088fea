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
import java.util.Set;
import java.util.function.Consumer;

/// Confined: brings the server's own events to those who listen to them. Mostly nobody does: then an
/// event costs a look into a set, and once a second the question whether somebody has come.
///
/// Of what comes at once only so much is told; the next event that is told says how many were not.
final class MetaReports {
    private static final long KNOWN_FOR_MILLIS = 1_000;

    /// After it nobody is told any more how many events were left out.
    private static final long FORGOTTEN_AFTER_MILLIS = 60_000;

    private static final Limit LIVE = new Limit(200, KNOWN_FOR_MILLIS);

    /// Of events that are kept whether somebody listens or not.
    private static final Limit KEPT = new Limit(60, 60_000);

    private final Requests requests;
    private final String idPrefix;
    private final Set<ChannelId> unheard;
    private final Map<ChannelId, Known> channels = new HashMap<>();
    private long lastId;

    /// The way to the owners of metachannels.
    interface Requests {
        void ask(SlotRequest request, Consumer<SlotAnswer> answer);
    }

    /// Value: how many events of one metachannel are told by a node in so long.
    private record Limit(int events, long perMillis) {}

    /// What is known of one metachannel.
    private static final class Known {
        private final Limit limit;
        private boolean heard;
        private boolean asking;
        private long untilMillis = Long.MIN_VALUE;
        private List<MetaEvent> waiting = new ArrayList<>(1);
        private long windowEndsMillis = Long.MIN_VALUE;
        private int told;
        private long omitted;

        private Known(Limit limit) {
            this.limit = limit;
        }

        /// The event as it is to be told; empty when too many have been.
        private Optional<MetaEvent> admitted(MetaEvent event, long nowMillis) {
            if (nowMillis >= windowEndsMillis) {
                windowEndsMillis = nowMillis + limit.perMillis();
                told = 0;
            }
            if (told >= limit.events()) {
                omitted++;
                return Optional.empty();
            }
            told++;
            MetaEvent admitted = omitted == 0 ? event : event.omitting(omitted);
            omitted = 0;
            return Optional.of(admitted);
        }

        private boolean isForgotten(long nowMillis) {
            long since = Math.max(untilMillis, windowEndsMillis);
            return !asking && nowMillis >= (omitted == 0 ? since : since + FORGOTTEN_AFTER_MILLIS);
        }
    }

    /// @param idPrefix what ids of this node's events begin with, in this life of it
    /// @param unheard  metachannels of which it is known for now that nobody listens, for all threads
    MetaReports(Requests requests, String idPrefix, Set<ChannelId> unheard) {
        this.requests = requests;
        this.idPrefix = idPrefix;
        this.unheard = unheard;
    }

    /// @param policy of those that are kept
    void report(MetaEvent event, ChannelPolicy policy, long nowMillis) {
        Known known = channels.computeIfAbsent(event.channel(), key -> new Known(event.kept() ? KEPT : LIVE));
        if (event.kept()) {
            known.admitted(event, nowMillis).ifPresent(told -> publish(told, policy));
        } else if (known.asking || nowMillis >= known.untilMillis) {
            known.admitted(event, nowMillis).ifPresent(known.waiting::add);
            if (!known.asking) {
                ask(event.channel(), known, policy, nowMillis);
            }
        } else if (known.heard) {
            known.admitted(event, nowMillis).ifPresent(told -> publish(told, policy));
        }
    }

    private void ask(ChannelId channel, Known known, ChannelPolicy policy, long nowMillis) {
        known.asking = true;
        requests.ask(new SlotRequest.Status(channel), answer -> {
            known.asking = false;
            known.untilMillis = nowMillis + KNOWN_FOR_MILLIS;
            known.heard = answer instanceof SlotAnswer.Status(var status)
                    && status.occupancy().subscribers() > 0;
            List<MetaEvent> waited = known.waiting;
            known.waiting = new ArrayList<>(1);
            if (known.heard) {
                waited.forEach(event -> publish(event, policy));
            } else {
                known.omitted = 0;
                unheard.add(channel);
            }
        });
    }

    private void publish(MetaEvent event, ChannelPolicy policy) {
        MessageBatch batch = new MessageBatch(
                idPrefix + Long.toString(++lastId, Character.MAX_RADIX), Optional.empty(), 0, List.of(event.message()));
        Publish publish =
                new Publish(event.channel(), Optional.empty(), false, Optional.empty(), batch, policy, !event.kept());
        requests.ask(new SlotRequest.Publish(publish), answer -> {});
    }

    /// Forgets what is known no longer; to be called every so often.
    void tick(long nowMillis) {
        channels.entrySet().removeIf(entry -> {
            Known known = entry.getValue();
            if (!known.asking && nowMillis >= known.untilMillis) {
                unheard.remove(entry.getKey());
            }
            return known.isForgotten(nowMillis);
        });
    }
}
