package io.hark.launcher;

import io.hark.auth.App;
import io.hark.auth.AppDirectory;
import io.hark.auth.AppEditor;
import io.hark.auth.AppProvisioner;
import io.hark.auth.ChannelFixture;
import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.AppAdmin;
import io.hark.rest.AppControl;
import io.hark.rest.ChannelPolicies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the apps of the region: those of the configuration and those in the control log. Any thread.
final class AppStore implements AppDirectory, AppAdmin, AppControl {
    private static final Logger LOG = LoggerFactory.getLogger(AppStore.class);

    /// Apps that operators make.
    private static final int APPS_MAX = 100;

    /// How often a change is made anew because somebody else was faster.
    private static final int ATTEMPTS = 5;

    private final ControlLog control;
    private final AppProvisioner provisioner;
    private final AppEditor editor;
    private final ChannelPolicies policies;
    private final LongSupplier wallClock;
    private final Supplier<String> randomIds;
    private final Map<String, ProvisionedApp> configured;
    private volatile Map<String, ProvisionedApp> apps;
    private volatile Optional<ChannelRouter> router = Optional.empty();
    private volatile int port;

    AppStore(
            ControlLog control,
            AppProvisioner provisioner,
            AppEditor editor,
            ChannelPolicies policies,
            List<ProvisionedApp> configured,
            LongSupplier wallClock,
            Supplier<String> randomIds) {
        this.control = control;
        this.provisioner = provisioner;
        this.editor = editor;
        this.policies = policies;
        this.wallClock = wallClock;
        this.randomIds = randomIds;
        this.configured = new LinkedHashMap<>();
        configured.forEach(app -> this.configured.put(app.app().id(), app));
        changed(control.state());
        control.onChange(this::changed);
    }

    /// Where fixtures of apps are entered.
    void use(ChannelRouter channels) {
        router = Optional.of(channels);
    }

    /// Where clients of apps that are made over HTTP are told to connect.
    void servedOn(int listeningPort) {
        port = listeningPort;
    }

    private void changed(ControlState state) {
        Map<String, ProvisionedApp> all = new LinkedHashMap<>();
        state.apps().forEach((id, document) -> read(document).ifPresent(app -> all.put(id, app)));
        all.putAll(configured);
        apps = Map.copyOf(all);
    }

    @SuppressWarnings("unchecked")
    private static Optional<ProvisionedApp> read(byte[] document) {
        try {
            Object tree = ProtocolCodec.of(Format.JSON).decodeValue(document);
            if (tree instanceof Map<?, ?> map
                    && ProvisionedApp.fromTree((Map<String, Object>) map)
                            instanceof Outcome.Ok<ProvisionedApp>(var app)) {
                return Optional.of(app);
            }
        } catch (MalformedFrame damaged) {
            LOG.error("a stored app cannot be read and is left out: {}", damaged.getMessage());
        }
        return Optional.empty();
    }

    @Override
    public Optional<App> app(String appId) {
        return Optional.ofNullable(apps.get(appId)).map(ProvisionedApp::app);
    }

    @Override
    public CompletionStage<Outcome<Map<String, Object>>> create(Map<String, Object> request) {
        return provision(request).thenApply(outcome -> outcome.map(this::response));
    }

    private Map<String, Object> response(ProvisionedApp app) {
        Map<String, Object> response = new LinkedHashMap<>(AppProvisioner.response(app));
        response.put("endpoint", "localhost");
        response.put("port", (long) port);
        response.put("tls", false);
        return response;
    }

    CompletionStage<Outcome<ProvisionedApp>> provision(Map<String, Object> request) {
        return switch (provisioner.provision(request, Instant.ofEpochMilli(wallClock.getAsLong()))) {
            case Outcome.Refused<ProvisionedApp>(ErrorInfo error) ->
                CompletableFuture.completedStage(Outcome.refused(error));
            // Ids are random; the rare one that exists already is thrown again.
            case Outcome.Ok<ProvisionedApp>(ProvisionedApp app)
            when apps.containsKey(app.app().id()) -> provision(request);
            case Outcome.Ok<ProvisionedApp>(ProvisionedApp app) ->
                control.propose(new ControlCommand.PutApp(
                                app.app().id(), ProtocolCodec.of(Format.JSON).encodeValue(app.toTree())))
                        .thenAccept(this::changed)
                        .thenCompose(done -> enterFixtures(app))
                        .thenApply(done -> Outcome.ok(app));
        };
    }

    private CompletionStage<Void> enterFixtures(ProvisionedApp app) {
        String connectionId = randomIds.get();
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (ChannelFixture fixture : app.channels()) {
            CompletableFuture<PublishResult> entered = new CompletableFuture<>();
            router.orElseThrow()
                    .presence(
                            new PresenceUpdate(
                                    ChannelId.of(app.app().id(), fixture.name()),
                                    connectionId,
                                    Member.PERMANENT,
                                    connectionId + ":0",
                                    events(fixture),
                                    false,
                                    policies.of(app.app(), fixture.name()),
                                    Integer.MAX_VALUE),
                            new ReplyTo<>((Executor) Runnable::run, entered::complete));
            all = all.thenCombine(entered, (done, result) -> null);
        }
        return all;
    }

    private static List<PresenceMessage> events(ChannelFixture fixture) {
        List<PresenceMessage> events = new ArrayList<>();
        for (ChannelFixture.Member member : fixture.members()) {
            events.add(new PresenceMessage(
                    PresenceAction.ENTER,
                    Optional.empty(),
                    Optional.of(member.clientId()),
                    Optional.empty(),
                    0,
                    member.data().map(Payload::text).orElse(Payload.NONE),
                    member.encoding(),
                    Map.of()));
        }
        return events;
    }

    @Override
    public List<ProvisionedApp> all() {
        return apps.values().stream()
                .sorted(Comparator.comparing(app -> app.app().id()))
                .toList();
    }

    @Override
    public Optional<ProvisionedApp> find(String appId) {
        return Optional.ofNullable(apps.get(appId));
    }

    @Override
    public CompletionStage<Outcome<ProvisionedApp>> make(Map<String, Object> request) {
        long made = apps.values().stream().filter(ProvisionedApp::isLasting).count();
        if (made >= APPS_MAX) {
            return refused(ErrorCode.APP_LIMIT.info("%d apps were made, the limit; remove one".formatted(made)));
        }
        return switch (editor.create(request, now())) {
            case Outcome.Refused<ProvisionedApp>(ErrorInfo error) -> refused(error);
            // Ids are random; the rare one that exists already is thrown again.
            case Outcome.Ok<ProvisionedApp>(ProvisionedApp app)
            when apps.containsKey(app.app().id()) -> make(request);
            case Outcome.Ok<ProvisionedApp>(ProvisionedApp app) -> put(app, new byte[0], () -> make(request));
        };
    }

    @Override
    public CompletionStage<Outcome<ProvisionedApp>> change(
            String appId, Function<ProvisionedApp, Outcome<ProvisionedApp>> edit) {
        return change(appId, edit, ATTEMPTS);
    }

    private CompletionStage<Outcome<ProvisionedApp>> change(
            String appId, Function<ProvisionedApp, Outcome<ProvisionedApp>> edit, int attempts) {
        byte[] before = control.state().apps().get(appId);
        Optional<ProvisionedApp> known = before == null ? Optional.empty() : read(before);
        if (configured.containsKey(appId)) {
            return refused(inConfiguration(appId));
        }
        if (known.isEmpty()) {
            return refused(ErrorCode.NOT_FOUND.info("there is no app '%s'".formatted(appId)));
        }
        return switch (edit.apply(known.get())) {
            case Outcome.Refused<ProvisionedApp>(ErrorInfo error) -> refused(error);
            case Outcome.Ok<ProvisionedApp>(ProvisionedApp after) ->
                put(
                        after,
                        before,
                        () -> attempts > 1
                                ? change(appId, edit, attempts - 1)
                                : refused(ErrorCode.CONFLICT.info(
                                        "app %s is being changed by others; try again".formatted(appId))));
        };
    }

    private CompletionStage<Outcome<ProvisionedApp>> put(
            ProvisionedApp app, byte[] before, Supplier<CompletionStage<Outcome<ProvisionedApp>>> otherwise) {
        String appId = app.app().id();
        byte[] after = ProtocolCodec.of(Format.JSON).encodeValue(app.toTree());
        return control.propose(new ControlCommand.ChangeApp(appId, before, after))
                .thenCompose(state -> {
                    changed(control.state());
                    return Arrays.equals(state.apps().get(appId), after)
                            ? CompletableFuture.completedStage(Outcome.ok(app))
                            : otherwise.get();
                })
                .exceptionally(failure -> {
                    LOG.warn("a change of app {} could not be decided", appId, failure);
                    return Outcome.refused(
                            ErrorCode.OVERLOADED.info("the region could not decide in time; look what the app is now"));
                });
    }

    private static CompletionStage<Outcome<ProvisionedApp>> refused(ErrorInfo error) {
        return CompletableFuture.completedStage(Outcome.refused(error));
    }

    private static ErrorInfo inConfiguration(String appId) {
        return ErrorCode.UNPROCESSABLE.info(
                "app %s is in the configuration of the nodes; change it there".formatted(appId));
    }

    private Instant now() {
        return Instant.ofEpochMilli(wallClock.getAsLong());
    }

    @Override
    public CompletionStage<Optional<ErrorInfo>> remove(String appId) {
        return configured.containsKey(appId)
                ? CompletableFuture.completedStage(Optional.of(inConfiguration(appId)))
                : delete(appId).exceptionally(failure -> {
                    LOG.warn("the removal of app {} could not be decided", appId, failure);
                    return Optional.of(ErrorCode.OVERLOADED.info("the region could not decide in time; try again"));
                });
    }

    @Override
    public CompletionStage<Optional<ErrorInfo>> delete(String appId) {
        return control.propose(new ControlCommand.DeleteApp(appId)).thenApply(state -> {
            changed(state);
            return Optional.empty();
        });
    }

    /// Removes apps that were made over HTTP and have outlived their purpose.
    ///
    /// @param kept an app that stays whatever its age
    void expire(String kept, Duration lifetime) {
        Instant before = Instant.ofEpochMilli(wallClock.getAsLong()).minus(lifetime);
        for (ProvisionedApp app : apps.values()) {
            boolean expired = app.created().isBefore(before);
            if (expired
                    && !app.isLasting()
                    && !configured.containsKey(app.app().id())
                    && !app.app().id().equals(kept)) {
                delete(app.app().id());
            }
        }
    }
}
