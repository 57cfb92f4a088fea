package io.hark.loadtest;

import io.hark.protocol.Format;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Value: what all scenarios need to know.
///
/// @param targets     nodes of one cluster; connections are dealt out to them in turn
/// @param key         a secret
/// @param headers     of each WebSocket's request
/// @param warmUp      of the load before it is measured
/// @param measured    of the load, as long as it is measured
/// @param drain       how long what was sent may take to arrive afterwards
/// @param threads     that drive sockets
/// @param concurrency connections that are being opened at one time
/// @param prefix      of channel names; a number of the run's own follows
/// @param server      the process to look at
record Setting(
        List<Target> targets,
        String key,
        Format format,
        Map<String, String> headers,
        Duration warmUp,
        Duration measured,
        Duration drain,
        int threads,
        int concurrency,
        String prefix,
        OptionalLong server) {
    Setting {
        targets = List.copyOf(targets);
        headers = Map.copyOf(headers);
        positive("--threads", threads, 64);
        positive("--concurrency", concurrency, 10_000);
        if (measured.toMillis() < 100 || measured.toDays() >= 1) {
            throw new IllegalArgumentException("--seconds must be 0.1 to 86400, was " + measured.toMillis() / 1e3);
        }
        if (warmUp.isNegative() || drain.isNegative()) {
            throw new IllegalArgumentException("--warm-up and --drain must not be negative");
        }
        if (key.indexOf(':') < 0) {
            throw new IllegalArgumentException("--key must be app.id:secret; it is also read from HARK_KEY");
        }
    }

    /// @throws IllegalArgumentException with the option's name and range
    static void positive(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException("%s must be 1 to %d, was %d".formatted(option, max, value));
        }
    }

    /// The targets as reports name them.
    String targetNames() {
        return String.join(",", targets.stream().map(Target::toString).toList());
    }

    /// Without the key, which is a secret.
    @Override
    public String toString() {
        return "Setting[targets=%s, format=%s]".formatted(targets, format);
    }
}
