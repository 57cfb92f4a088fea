package io.hark.sdk;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Value: how long the client waits for what.
///
/// @param connect      until a transport is up and the server has said so, tokens included
/// @param request      for the answer to an attach, a detach or an HTTP request; and for a sign of life
///                     beyond what the server promised
/// @param retryFirst   before the second attempt to connect, or to attach, that failed; the first is at
///                     once
/// @param retryMax     between attempts; they are twice as far apart each time until then
/// @param idempotence  for how long the server recognises a publish that it is sent again. One that was
///                     sent and not acknowledged for longer fails instead of being doubled
public record Timing(Duration connect, Duration request, Duration retryFirst, Duration retryMax, Duration idempotence) {
    public static final Timing DEFAULTS = new Timing(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMillis(250),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2));

    private static final double JITTER = 0.2;
    private static final int DOUBLINGS_MAX = 30;

    public Timing {
        positive("connect", connect);
        positive("request", request);
        positive("retryFirst", retryFirst);
        positive("retryMax", retryMax);
        positive("idempotence", idempotence);
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("timing.%s must be positive, was %s".formatted(name, value));
        }
    }

    public Timing withRetries(Duration first, Duration max) {
        return new Timing(connect, request, first, max, idempotence);
    }

    /// The wait after so many failures in a row, some of it by chance so that clients do not come all
    /// at once (RTB1b).
    Duration retryAfter(int failures, RandomGenerator random) {
        if (failures == 0) {
            return Duration.ZERO;
        }
        double doubled = retryFirst.toNanos() * Math.pow(2, Math.min(failures - 1, DOUBLINGS_MAX));
        double longest = Math.min(doubled, retryMax.toNanos());
        return Duration.ofNanos((long) (longest * (1 - JITTER * random.nextDouble())));
    }
}
