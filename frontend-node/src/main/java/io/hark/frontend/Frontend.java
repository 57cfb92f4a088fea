package io.hark.frontend;

import io.hark.auth.AppDirectory;
import io.hark.auth.Authenticator;
import io.hark.channel.ChannelRouter;
import io.hark.channel.HistoryStore;
import io.hark.protocol.ChannelSerials;
import io.hark.rest.ChannelPolicies;
import io.hark.rest.PublishAdmission;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Value: what a frontend is wired to.
///
/// @param nodeId    shown to clients for debugging
/// @param region    this region's code, `a-z0-9`
/// @param wallClock milliseconds since the epoch
/// @param randomIds gives connection ids: unguessable is not needed, unique is; no colon in them
public record Frontend(
        String nodeId,
        String region,
        FrontendConfig config,
        ChannelRouter router,
        HistoryStore store,
        AppDirectory apps,
        Authenticator authenticator,
        PublishAdmission admission,
        ChannelPolicies policies,
        ChannelSerials serials,
        ConnectionKeys keys,
        FrontendMetrics metrics,
        LongSupplier wallClock,
        Supplier<String> randomIds) {}
