package io.hark.channel;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Confined: the channels of one loop of a frontend.
public final class FrontendChannels {
    private final String region;
    private final FrontendLimits limits;
    private final FrontendEffects effects;
    private final RingBudget budget;
    private final Map<ChannelId, FrontendChannel> channels = new HashMap<>();
    private final LinkedHashSet<FrontendChannel> dirty = new LinkedHashSet<>();

    public FrontendChannels(String region, FrontendLimits limits, FrontendEffects effects) {
        this.region = region;
        this.limits = limits;
        this.effects = effects;
        this.budget = new RingBudget(limits.ringsBytesMax());
    }

    /// The channel, which exists from now on until its last attachment ends.
    ///
    /// @param frames makes the listener of a channel that is new to this loop
    public FrontendChannel join(ChannelId id, Function<ChannelId, RingListener> frames) {
        return channels.computeIfAbsent(
                id, key -> new FrontendChannel(key, region, limits, budget, effects, frames.apply(key), this::emptied));
    }

    public Optional<FrontendChannel> find(ChannelId id) {
        return Optional.ofNullable(channels.get(id));
    }

    /// An entry from the owner; handed over by the next [#pump].
    public void entered(ChannelId id, Entry entry, boolean logged) {
        FrontendChannel channel = channels.get(id);
        if (channel != null) {
            channel.entered(entry, logged);
            dirty.add(channel);
        }
    }

    /// Entries up to `lastLsn` are not coming, but can be read; told by the next [#pump].
    public void missed(ChannelId id, long lastLsn) {
        FrontendChannel channel = channels.get(id);
        if (channel != null) {
            channel.missed(lastLsn);
            dirty.add(channel);
        }
    }

    /// The channel has another owner: subscribes again from where it stands.
    public void ownerChanged(ChannelId id) {
        FrontendChannel channel = channels.get(id);
        if (channel != null) {
            channel.subscribeAgain();
        }
    }

    /// Hands over everything that has come since the last call.
    public void pump() {
        while (!dirty.isEmpty()) {
            FrontendChannel channel = dirty.getFirst();
            dirty.remove(channel);
            channel.handOver();
        }
    }

    private void emptied(FrontendChannel channel) {
        channels.remove(channel.id());
        dirty.remove(channel);
        effects.unsubscribe(channel.id());
    }
}
