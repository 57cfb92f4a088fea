package io.hark.rest;

import io.hark.auth.AppDirectory;
import io.hark.auth.Authenticator;
import io.hark.auth.TokenIssuer;
import io.hark.channel.ChannelRouter;
import io.hark.protocol.ChannelSerials;
import io.hark.push.Push;
import io.hark.stats.NodeStats;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Value: everything that the routes work with.
///
/// @param region    the region whose channelSerials can be used here
/// @param stats     where it is counted what the routes do
/// @param appAdmin  empty when apps are not made over HTTP: those routes then do not exist
/// @param wallClock milliseconds since the epoch
/// @param randomIds some ten URL-safe characters, never the same twice: the base of ids of messages that bring
///                  none
public record RestServices(
        String region,
        AppDirectory apps,
        Authenticator authenticator,
        TokenIssuer tokens,
        TokenRevoker revoker,
        ChannelRouter router,
        ChannelSerials serials,
        PublishAdmission admission,
        Rates rates,
        ChannelPolicies policies,
        LiveConnections connections,
        NodeStats stats,
        Push push,
        Optional<AppAdmin> appAdmin,
        LongSupplier wallClock,
        Supplier<String> randomIds) {}
