package io.hark.loadtest;

import io.hark.protocol.Format;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Option;

/// What each scenario can be told.
final class SharedOptions {
    @Option(
            names = "--target",
            paramLabel = "URL[,URL...]",
            defaultValue = "http://localhost:8080",
            description = "Nodes of one cluster, or what balances them (default: ${DEFAULT-VALUE}).")
    private String target;

    @Option(
            names = "--key",
            defaultValue = "${env:HARK_KEY}",
            description = "An API key that may publish and subscribe; or in the variable HARK_KEY.")
    private String key;

    @Option(
            names = "--format",
            defaultValue = "MSGPACK",
            description = "On the wire: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "A header of each WebSocket's request, as a proxy in front would add it.")
    private Map<String, String> headers = new LinkedHashMap<>();

    @Option(names = "--seconds", defaultValue = "10", description = "How long is measured (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "How long there is load before (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long what was sent may take to arrive; then it is lost (default: ${DEFAULT-VALUE}).")
    private double drain;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "Threads of the generator that drive sockets (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--concurrency",
            defaultValue = "100",
            description = "Connections that are being opened at one time (default: ${DEFAULT-VALUE}).")
    private int concurrency;

    @Option(
            names = "--prefix",
            defaultValue = "load",
            description = "How the channels' names begin, such as a namespace (default: ${DEFAULT-VALUE}).")
    private String prefix;

    @Option(names = "--pid", description = "The server's process, to see what it uses.")
    private Long pid;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures as JSON.")
    private Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Writes a report with charts, one page on its own.")
    private Path html;

    /// As it was asked for; the channels' names have a part that no other run has.
    Setting setting() {
        return setting(target, Optional.empty());
    }

    /// Against another target, with another key if there is one.
    Setting setting(String targets, Optional<String> otherKey) {
        return new Setting(
                Target.parseAll(targets),
                otherKey.or(() -> Optional.ofNullable(key)).orElse(""),
                format,
                headers,
                duration(warmUp),
                duration(seconds),
                duration(drain),
                threads,
                concurrency,
                prefix + "-" + Integer.toHexString(ThreadLocalRandom.current().nextInt()),
                pid == null ? OptionalLong.empty() : OptionalLong.of(pid));
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    Optional<Path> json() {
        return Optional.ofNullable(json);
    }

    Optional<Path> html() {
        return Optional.ofNullable(html);
    }
}
