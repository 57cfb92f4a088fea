package io.hark.launcher;

import io.hark.auth.ProvisionedApp;
import io.hark.channel.FrontendLimits;
import io.hark.channel.SlotLimits;
import io.hark.frontend.FrontendConfig;
import io.hark.frontend.SocketEngine;
import io.hark.frontend.TlsConfig;
import io.hark.history.HistoryConfig;
import io.hark.push.PushConfig;
import io.hark.rest.ChannelPolicies;
import io.hark.rest.ControlConfig;
import io.hark.rest.PublishLimits;
import io.hark.rest.RateLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/// Value: a node's whole configuration, checked.
///
/// @param dev          a developer's own machine: keys are accepted without TLS, apps can be made over
///                     HTTP, the quickstart page is served
/// @param secret       signs tokens and connection keys; when empty, one is made and kept under `data`
/// @param slots        what a slot keeps of its channels
/// @param queuedBytesMax entries that wait for the disk; beyond it publishes are refused
/// @param drainTimeout how long a node that stops waits for what it owes its clients
/// @param apps         apps that exist by configuration
/// @param cluster      when the node is one of several of its region
/// @param adminToken    what operators show over HTTP; empty: there is nothing for them, but on a developer's
///                      machine
/// @param servesClients whether it has the role of a frontend
public record NodeConfig(
        boolean dev,
        String node,
        String region,
        Path data,
        Optional<String> secret,
        FrontendConfig frontend,
        HistoryConfig history,
        ChannelPolicies policies,
        PublishLimits publishes,
        RateLimits rates,
        StatsConfig stats,
        PushConfig push,
        SlotLimits slots,
        long queuedBytesMax,
        Duration drainTimeout,
        boolean jsonLogs,
        List<ProvisionedApp> apps,
        Optional<ClusterConfig> cluster,
        Optional<String> adminToken,
        ControlConfig control,
        boolean servesClients) {
    private static final String ANY_ADDRESS = "0.0.0.0";
    private static final Pattern REGION = Pattern.compile("[a-z0-9]{1,16}");
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /// A node for development on `port` (0 for any free one), with all else as it comes.
    public static NodeConfig dev(Path data, int port) {
        return of(Map.of("dev", true, "data", data.toString(), "listen", Map.of("port", port)), Map.of());
    }

    /// @param file        YAML
    /// @param environment overrides, see [Settings]
    public static NodeConfig read(Path file, Map<String, String> environment) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            Object tree = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
            if (tree == null) {
                return of(Map.of(), environment);
            }
            if (!(tree instanceof Map<?, ?> map)) {
                throw new ConfigException("%s must hold keys and values".formatted(file));
            }
            return of(map, environment);
        } catch (IOException unreadable) {
            throw new ConfigException("the configuration file %s cannot be read: %s".formatted(file, unreadable));
        } catch (YAMLException malformed) {
            throw new ConfigException("%s is not valid YAML: %s".formatted(file, problem(malformed)));
        }
    }

    /// Without the lines around it, which the parser quotes: there may be secrets in them.
    private static String problem(YAMLException malformed) {
        return malformed instanceof MarkedYAMLException marked && marked.getProblemMark() != null
                ? "line %d, column %d: %s"
                        .formatted(
                                marked.getProblemMark().getLine() + 1,
                                marked.getProblemMark().getColumn() + 1,
                                marked.getProblem())
                : malformed.getMessage();
    }

    static NodeConfig of(Map<?, ?> tree, Map<String, String> environment) {
        Settings settings = new Settings(tree, environment);
        String node = settings.text("node", "hark-1", NODE);
        NodeConfig config = new NodeConfig(
                settings.flag("dev", false),
                node,
                settings.text("region", "local", REGION),
                Path.of(settings.text("data", "./data")),
                settings.text("secret"),
                frontend(settings),
                history(settings),
                new ChannelPolicies(
                        settings.duration("history.persistedRetention", "72h", "2m", "365d"),
                        settings.duration("history.resumeWindow", "2m", "10s", "72h")),
                new PublishLimits(
                        settings.number("limits.messagesPerPublishMax", 1000, 1, 1000),
                        (int) settings.bytes("limits.messageBytesMax", "64 KiB", "1 KiB", "512 KiB"),
                        settings.bytes("limits.objectsBytesMax", "6656 KiB", "64 KiB", "64 MiB")),
                RateSettings.of(settings),
                StatsConfig.of(settings),
                PushSettings.of(settings),
                SlotLimits.DEFAULTS.withPresenceBytesMax(
                        settings.bytes("limits.presenceBytesMax", "32 MiB", "64 KiB", "1 GiB")),
                settings.bytes("limits.queuedBytesMax", "64 MiB", "1 MiB", "4 GiB"),
                settings.duration("drainTimeout", "10s", "0s", "10m"),
                settings.flag("log.json", false),
                settings.maps("apps").stream().map(ConfiguredApp::of).toList(),
                ClusterConfig.of(settings, node),
                settings.text("admin.token"),
                ControlSettings.of(settings, settings.flag("dev", false)),
                ClusterConfig.roles(settings).contains("frontend"));
        settings.refuseUnknown();
        if (config.adminToken().filter(token -> token.length() < 16).isPresent()) {
            throw new ConfigException("admin.token must be 16 characters or more");
        }
        if (config.cluster().isPresent() && config.secret().isEmpty()) {
            throw new ConfigException(
                    "secret must be set, to the same text on every node of the cluster: it signs what clients resume"
                            + " with");
        }
        return config;
    }

    private static FrontendConfig frontend(Settings settings) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new FrontendConfig(
                settings.text("listen.host", ANY_ADDRESS),
                settings.number("listen.port", 8080, 0, 65_535),
                engine(settings.text("listen.engine", "auto")),
                settings.number("listen.loops", cores, 1, 256),
                tls(settings),
                settings.flag("tls.inFront", false),
                settings.flag("listen.deflate", false),
                (int) settings.bytes("limits.messageBytesMax", "64 KiB", "1 KiB", "512 KiB"),
                (int) settings.bytes("limits.frameBytesMax", "512 KiB", "4 KiB", "64 MiB"),
                (int) settings.bytes("limits.bodyBytesMax", "2 MiB", "4 KiB", "64 MiB"),
                settings.duration("connections.stateTtl", "2m", "1s", "72h"),
                settings.duration("connections.maxIdleInterval", "15s", "5s", "30m"),
                settings.duration("connections.remainPresentFor", "15s", "1s", "2m"),
                settings.number("limits.channelsPerConnectionMax", 10_000, 1, 100_000),
                settings.number("limits.pendingPublishesMax", 1_000, 1, 100_000),
                (int) settings.bytes("limits.outboundBytesMax", "256 KiB", "16 KiB", "64 MiB"),
                settings.number("limits.connectionsMax", 1_000_000, 1, 10_000_000),
                settings.number("limits.lostConnectionsMax", 200_000, 1, 10_000_000),
                settings.number("limits.presenceMembersMax", 20_000, 1, 1_000_000),
                FrontendLimits.DEFAULTS);
    }

    private static Optional<TlsConfig> tls(Settings settings) {
        Optional<String> chain = settings.text("tls.chain");
        Optional<String> key = settings.text("tls.key");
        boolean other = settings.text("tls.port").isPresent()
                || settings.text("tls.host").isPresent()
                || settings.text("tls.checkEvery").isPresent();
        if (chain.isEmpty() && key.isEmpty() && !other) {
            return Optional.empty();
        }
        if (chain.isEmpty() || key.isEmpty()) {
            throw new ConfigException("tls.chain and tls.key must both be set for the node to speak TLS: PEM files");
        }
        return Optional.of(new TlsConfig(
                settings.text("tls.host", settings.text("listen.host", ANY_ADDRESS)),
                settings.number("tls.port", 8443, 0, 65_535),
                Path.of(chain.get()),
                Path.of(key.get()),
                settings.duration("tls.checkEvery", "10s", "100ms", "1d")));
    }

    private static SocketEngine engine(String word) {
        return Arrays.stream(SocketEngine.values())
                .filter(engine -> engine.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> Settings.wrong("listen.engine", word, "auto, io_uring, epoll or nio"));
    }

    private static HistoryConfig history(Settings settings) {
        return HistoryConfig.defaults()
                .withDedupeWindow(settings.duration("history.dedupeWindow", "5m", "3m", "72h"))
                .withMemory(
                        settings.bytes("history.blockCacheBytes", "64 MiB", "1 MiB", "64 GiB"),
                        settings.bytes("history.writeBufferBytes", "16 MiB", "4 MiB", "16 GiB"))
                .withReaders(settings.number("history.readers", 2, 1, 64), 20_000)
                .withPowerSafeWal(settings.flag("history.powerSafeWal", false))
                .withAcceptLostTail(settings.flag("history.acceptLostTail", false));
    }

    /// Without its secrets.
    @Override
    public String toString() {
        return "NodeConfig[%s of %s]".formatted(node, region);
    }
}
