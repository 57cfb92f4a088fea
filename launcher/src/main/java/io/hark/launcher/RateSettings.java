package io.hark.launcher;

import io.hark.rest.RateLimits;
import java.util.Map;
import java.util.Optional;

/// Reads `limits.rates.*`: each rate by itself, 0 for none, and `limits.rates.preset` for those that are not given.
final class RateSettings {
    private static final int MAX = 100_000_000;
    private static final Map<String, RateLimits> PRESETS = Map.of("none", RateLimits.NONE, "hosted", RateLimits.HOSTED);

    private RateSettings() {}

    static RateLimits of(Settings settings) {
        String preset = settings.text("limits.rates.preset", "none");
        RateLimits base = Optional.ofNullable(PRESETS.get(preset))
                .orElseThrow(() -> Settings.wrong("limits.rates.preset", preset, "none or hosted"));
        return new RateLimits(
                settings.number("limits.rates.connectionMessages", base.connectionMessages(), 0, MAX),
                settings.number("limits.rates.connectionFrames", base.connectionFrames(), 0, MAX),
                settings.number("limits.rates.channelMessages", base.channelMessages(), 0, MAX),
                (int) settings.bytes("limits.rates.channelBytes", base.channelBytes() + " B", "0 B", "1 GiB"),
                settings.number("limits.rates.keyMessages", base.keyMessages(), 0, MAX),
                settings.number("limits.rates.appMessages", base.appMessages(), 0, MAX),
                settings.number("limits.rates.appRequests", base.appRequests(), 0, MAX),
                settings.number("limits.rates.appTokenRequests", base.appTokenRequests(), 0, MAX),
                settings.number("limits.rates.appConnections", base.appConnections(), 0, MAX),
                settings.number("limits.rates.appConnectionsMax", base.appConnectionsMax(), 0, MAX));
    }
}
