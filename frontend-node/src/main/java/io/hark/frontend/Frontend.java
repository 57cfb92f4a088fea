package io.hark.frontend;

import io.hark.auth.AppDirectory;
import io.hark.auth.Authenticator;
import io.hark.channel.ChannelRouter;
import io.hark.protocol.ChannelSerials;
import io.hark.rest.ChannelPolicies;
import io.hark.rest.PublishAdmission;
import io.hark.rest.Rates;
import io.hark.stats.NodeStats;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Value: what a frontend is wired to.
///
/// @param nodeId    shown to clients for debugging
/// @param region    this region's code, `a-z0-9`
/// @param stats     where it is counted what clients do
/// @param cutOff    why this node can serve nobody at the moment, if so: it has lost the rest of its region.
///                  Cheap
/// @param clock     milliseconds that only go forward, for what is due after a while
/// @param wallClock milliseconds since the epoch, for what a token or a client says of time
/// @param randomIds gives connection ids: unguessable is not needed, unique is; no colon in them
public record Frontend(
        String nodeId,
        String region,
        FrontendConfig config,
        ChannelRouter router,
        AppDirectory apps,
        Authenticator authenticator,
        PublishAdmission admission,
        Rates rates,
        ChannelPolicies policies,
        ChannelSerials serials,
        ConnectionKeys keys,
        FrontendMetrics metrics,
        NodeStats stats,
        Supplier<Optional<String>> cutOff,
        LongSupplier clock,
        LongSupplier wallClock,
        Supplier<String> randomIds) {
    Instant wallTime() {
        return Instant.ofEpochMilli(wallClock.getAsLong());
    }
}
