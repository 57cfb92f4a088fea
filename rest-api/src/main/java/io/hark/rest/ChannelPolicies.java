package io.hark.rest;

import io.hark.auth.App;
import io.hark.auth.Namespace;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.protocol.ChannelName;
import java.time.Duration;

/// Value: how the entries of channels are kept, by the rules of their namespaces.
///
/// @param persistedRetention how long the entries of a channel can be read that is `persisted`, or whose
///                           messages can be changed
/// @param resumeWindow       how long those of any other channel can: what a client may miss and still resume
public record ChannelPolicies(Duration persistedRetention, Duration resumeWindow) {
    public static final ChannelPolicies DEFAULTS = new ChannelPolicies(Duration.ofHours(72), Duration.ofMinutes(2));

    public ChannelPolicies {
        if (!resumeWindow.isPositive()) {
            throw new IllegalArgumentException("resumeWindow must be positive, was " + resumeWindow);
        }
        if (persistedRetention.compareTo(resumeWindow) < 0) {
            throw new IllegalArgumentException("persistedRetention must be at least the resume window %s, was %s"
                    .formatted(resumeWindow, persistedRetention));
        }
    }

    public ChannelPolicy of(App app, ChannelName channel) {
        return ChannelAccess.isMeta(channel) ? ofMeta() : of(app, channel.base());
    }

    /// Of what the server tells on its own channels and keeps.
    public ChannelPolicy ofMeta() {
        return new ChannelPolicy(Durability.REPLICATED, persistedRetention, true);
    }

    /// @param channelBaseName without qualifier
    public ChannelPolicy of(App app, String channelBaseName) {
        Namespace rules = app.namespaceOf(channelBaseName);
        boolean kept = rules.persisted() || rules.mutableMessages();
        return new ChannelPolicy(
                kept || rules.persistLast() ? Durability.FSYNC : Durability.REPLICATED,
                kept ? persistedRetention : resumeWindow,
                rules.persistLast());
    }
}
