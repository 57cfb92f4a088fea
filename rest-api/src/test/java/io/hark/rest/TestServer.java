package io.hark.rest;

import io.hark.auth.ApiKey;
import io.hark.auth.App;
import io.hark.auth.AppProvisioner;
import io.hark.auth.Authenticator;
import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.auth.TokenIssuer;
import io.hark.auth.TokenSecret;
import io.hark.auth.TokenSigner;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelRouter;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Durability;
import io.hark.channel.InMemoryHistoryStore;
import io.hark.channel.MemberGrace;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.ReplyTo;
import io.hark.channel.SlotLimits;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.push.Push;
import io.hark.push.PushConfig;
import io.hark.slot.NodeRouter;
import io.hark.slot.SingleNode;
import io.hark.slot.SlotConfig;
import io.hark.stats.NodeStats;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The REST API over a real router and an in-memory store, with a clock that stands still. Everything
/// happens within the call that asks for it.
final class TestServer {
    static final String REGION = "eu";
    static final String CONNECTION_KEY = "conn1!secret";

    final Map<String, App> apps = new HashMap<>();
    final List<TokenRevoker.Tokens> revoked = new ArrayList<>();
    final InMemoryHistoryStore store = new InMemoryHistoryStore(Duration.ofMinutes(2), Duration.ofMinutes(2));
    final ChannelSerials serials = new ChannelSerials("serials".getBytes(StandardCharsets.UTF_8));
    final SameThreadLoop loop = new SameThreadLoop();
    final NodeStats stats = new NodeStats();
    final ChannelRouter router;
    final RestApi api;
    final App app;
    long now = 1_700_000_000_000L;
    private int ids;

    TestServer() {
        this(true);
    }

    TestServer(boolean makesApps) {
        this(makesApps, RateLimits.NONE);
    }

    TestServer(boolean makesApps, RateLimits rates) {
        MemberGrace grace = new MemberGrace(15_000, new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2)));
        SlotConfig config = SlotConfig.of(SlotLimits.DEFAULTS, grace, 64 << 20);
        NodeRouter node = SingleNode.router(List.of(loop), REGION, store, config, () -> now);
        router = node;
        TokenSigner signer = new TokenSigner(new TokenSecret(new byte[TokenSecret.LENGTH]));
        Authenticator authenticator = new Authenticator(id -> Optional.ofNullable(apps.get(id)), signer, false);
        TokenIssuer tokens = new TokenIssuer(id -> Optional.ofNullable(apps.get(id)), authenticator, signer);
        PublishAdmission admission = new PublishAdmission(PublishLimits.DEFAULTS, ChannelPolicies.DEFAULTS);
        Push push = new Push(
                PushConfig.DEFAULTS,
                node,
                node,
                id -> Optional.ofNullable(apps.get(id)),
                new OwnChannelPublisher(
                        id -> Optional.ofNullable(apps.get(id)),
                        authenticator,
                        admission,
                        node,
                        () -> now,
                        url -> true),
                () -> Instant.ofEpochMilli(now),
                () -> "notification" + ids++);
        api = new RestApi(new RestServices(
                REGION,
                id -> Optional.ofNullable(apps.get(id)),
                authenticator,
                tokens,
                new Revoker(),
                push.router(),
                serials,
                admission,
                new Rates(rates, () -> now * 1_000_000),
                ChannelPolicies.DEFAULTS,
                (appId, key) -> key.equals(CONNECTION_KEY)
                        ? Optional.of(new LiveConnections.Publisher("conn1", Optional.of("rita")))
                        : Optional.empty(),
                stats,
                push,
                makesApps ? Optional.of(new Apps()) : Optional.empty(),
                () -> now,
                () -> "random" + ids++));
        app = provision(Map.of(
                "keys",
                List.of(
                        Map.of(),
                        Map.of("capability", "{\"*\":[\"subscribe\"]}"),
                        Map.of("capability", "{\"[*]*\":[\"*\"]}"),
                        Map.of("capability", "{\"open:*\":[\"publish\",\"history\"]}"),
                        Map.of("revocableTokens", true),
                        Map.of("capability", "{\"mutable:*\":[\"publish\",\"message-update-own\"]}"),
                        Map.of("capability", "{\"pushenabled:*\":[\"push-subscribe\"]}")),
                "namespaces",
                List.of(
                        Map.of("id", "persisted", "persisted", true),
                        Map.of("id", "last", "persistLast", true),
                        Map.of("id", "named", "authenticated", true),
                        Map.of("id", "safe", "tlsOnly", true),
                        Map.of("id", "mutable", "mutableMessages", true),
                        Map.of("id", "pushenabled", "pushEnabled", true))));
    }

    private App provision(Map<String, Object> request) {
        AppProvisioner provisioner = new AppProvisioner(new SecureRandom());
        if (provisioner.provision(request, Instant.ofEpochMilli(now)) instanceof Outcome.Ok<ProvisionedApp>(var made)) {
            apps.put(made.app().id(), made.app());
            return made.app();
        }
        throw new AssertionError("not provisioned: " + request);
    }

    /// Makes apps as the launcher does, but without fixtures.
    private final class Apps implements AppAdmin {
        @Override
        public CompletionStage<Outcome<Map<String, Object>>> create(Map<String, Object> request) {
            Outcome<Map<String, Object>> outcome = new AppProvisioner(new SecureRandom())
                    .provision(request, Instant.ofEpochMilli(now))
                    .map(made -> {
                        apps.put(made.app().id(), made.app());
                        return AppProvisioner.response(made);
                    });
            return CompletableFuture.completedStage(outcome);
        }

        @Override
        public CompletionStage<Optional<ErrorInfo>> delete(String appId) {
            apps.remove(appId);
            return CompletableFuture.completedStage(Optional.empty());
        }
    }

    /// Keeps what it is asked to revoke, and has no room for the target `clientId:full`.
    private final class Revoker implements TokenRevoker {
        @Override
        public int targetCharsMax() {
            return 100;
        }

        @Override
        public CompletionStage<List<Optional<ErrorInfo>>> revoke(List<Tokens> revocations, Instant at) {
            revoked.addAll(revocations);
            return CompletableFuture.completedStage(revocations.stream()
                    .map(revocation -> revocation.target().equals("clientId:full")
                            ? Optional.of(ErrorCode.RATE_LIMITED.info())
                            : Optional.<ErrorInfo>empty())
                    .toList());
        }
    }

    ApiKey key(int index) {
        return app.keys().get(index);
    }

    ChannelId channel(String name) {
        return ChannelId.of(app.id(), name);
    }

    /// A request with the app's first key, over TLS.
    TestRequest request(String method, String target) {
        return new TestRequest(this, method, target).basic(key(0));
    }

    TestRequest get(String target) {
        return request("GET", target);
    }

    TestRequest post(String target, String json) {
        return request("POST", target).json(json);
    }

    long committedLsn(String channel) {
        if (router.status(channel(channel)).toCompletableFuture().join()
                instanceof Answer.Ok<ChannelStatus>(var status)) {
            return status.committedLsn();
        }
        throw new AssertionError("no status of " + channel);
    }

    /// Enters members by one frame of a connection.
    void enter(String channel, String connectionId, String... clientIds) {
        presence(channel, connectionId, PresenceAction.ENTER, clientIds);
    }

    void leave(String channel, String connectionId, String... clientIds) {
        presence(channel, connectionId, PresenceAction.LEAVE, clientIds);
    }

    private void presence(String channel, String connectionId, PresenceAction action, String... clientIds) {
        List<PresenceMessage> events = new ArrayList<>();
        for (String clientId : clientIds) {
            events.add(new PresenceMessage(
                    action,
                    Optional.empty(),
                    Optional.of(clientId),
                    Optional.empty(),
                    0,
                    Payload.text("data of " + clientId),
                    Optional.empty(),
                    Map.of()));
        }
        router.presence(
                new PresenceUpdate(
                        channel(channel),
                        connectionId,
                        1,
                        connectionId + ":" + ids++,
                        events,
                        false,
                        new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2)),
                        200),
                new ReplyTo<>(Runnable::run, ignored -> {}));
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
