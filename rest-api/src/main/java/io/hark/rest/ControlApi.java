package io.hark.rest;

import io.hark.auth.AppEditor;
import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.AccessToken.Scope;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the control API (`/v1`), with which operators make and change apps, their keys and
/// namespaces. Errors are told as they are, not within `error`. Any thread.
public final class ControlApi {
    private static final Logger LOG = LoggerFactory.getLogger(ControlApi.class);
    private static final String PREFIX = "/v1/";
    private static final String BEARER = "Bearer ";

    /// What tools put where their users said nothing.
    private static final Set<Object> ASKS_FOR_NOTHING = Set.of(false, "");

    private final ControlConfig config;
    private final AppControl apps;
    private final AppEditor editor;
    private final StatsReader stats;
    private final LongSupplier wallClock;
    private final Router router = new Router();
    private final Map<String, HourlyLimit> limits = new HashMap<>();
    private final HourlyLimit refusals;
    private final Map<String, Long> lastUsed = new ConcurrentHashMap<>();

    public ControlApi(
            ControlConfig config, AppControl apps, AppEditor editor, StatsReader stats, LongSupplier wallClock) {
        this.config = config;
        this.apps = apps;
        this.editor = editor;
        this.stats = stats;
        this.wallClock = wallClock;
        this.refusals = new HourlyLimit(config.refusedPerHour());
        config.tokens().forEach(token -> limits.put(token.id(), new HourlyLimit(config.requestsPerHour())));
        addRoutes();
    }

    private void addRoutes() {
        router.on("GET", "v1/me", this::me);
        on("GET", "v1/accounts/*/apps", Scope.READ_APP, this::listApps);
        on("POST", "v1/accounts/*/apps", Scope.WRITE_APP, this::makeApp);
        on("PATCH", "v1/apps/*", Scope.WRITE_APP, this::changeApp);
        on("DELETE", "v1/apps/*", Scope.WRITE_APP, this::removeApp);
        on("POST", "v1/apps/*/pkcs12", Scope.WRITE_APP, call -> {
            throw new Refusal(ErrorCode.UNPROCESSABLE, "certificates for push are not kept by this server");
        });
        on("GET", "v1/accounts/*/stats", Scope.READ_APP, this::accountStats);
        on("GET", "v1/apps/*/stats", Scope.READ_APP, this::appStats);
        on("GET", "v1/apps/*/keys", Scope.READ_KEY, call -> list(app(call).keyTrees()));
        on("POST", "v1/apps/*/keys", Scope.WRITE_KEY, this::makeKey);
        on("PATCH", "v1/apps/*/keys/*", Scope.WRITE_KEY, this::changeKey);
        on("POST", "v1/apps/*/keys/*/revoke", Scope.WRITE_KEY, this::revokeKey);
        on(
                "GET",
                "v1/apps/*/namespaces",
                Scope.READ_NAMESPACE,
                call -> list(app(call).namespaceTrees()));
        on("POST", "v1/apps/*/namespaces", Scope.WRITE_NAMESPACE, this::makeNamespace);
        on("PATCH", "v1/apps/*/namespaces/*", Scope.WRITE_NAMESPACE, this::changeNamespace);
        on("DELETE", "v1/apps/*/namespaces/*", Scope.WRITE_NAMESPACE, this::removeNamespace);
        on("GET", "v1/apps/*/queues", Scope.READ_QUEUE, this::none);
        on("POST", "v1/apps/*/queues", Scope.WRITE_QUEUE, call -> {
            app(call);
            throw new Refusal(ErrorCode.UNPROCESSABLE, "queues are not offered by this server");
        });
        on("DELETE", "v1/apps/*/queues/*", Scope.WRITE_QUEUE, call -> absent(call, "queue"));
        on("GET", "v1/apps/*/rules", Scope.READ_RULE, this::none);
        on("POST", "v1/apps/*/rules", Scope.WRITE_RULE, call -> {
            app(call);
            throw RuleCheck.refusal(Bodies.object(call.request()));
        });
        on("GET", "v1/apps/*/rules/*", Scope.READ_RULE, call -> absent(call, "rule"));
        on("PATCH", "v1/apps/*/rules/*", Scope.WRITE_RULE, call -> absent(call, "rule"));
        on("DELETE", "v1/apps/*/rules/*", Scope.WRITE_RULE, call -> absent(call, "rule"));
    }

    private void on(String method, String template, Scope scope, Router.Handler handler) {
        router.on(method, template, call -> {
            AccessToken token = token(call.request());
            if (!token.permits(scope)) {
                throw new Refusal(
                        ErrorCode.CAPABILITY_REFUSED,
                        "access token %s lacks the scope %s".formatted(token.id(), scope.word()));
            }
            return handler.handle(call);
        });
    }

    /// Answers what is asked of the control API; everything else is somebody else's.
    public Optional<CompletionStage<RestResponse>> answer(RestRequest request) {
        return request.rawPath().startsWith(PREFIX) ? Optional.of(answered(request)) : Optional.empty();
    }

    private CompletionStage<RestResponse> answered(RestRequest request) {
        try {
            if (request.method().equals("OPTIONS")) {
                router.requirePath(request.rawPath());
                return CompletableFuture.completedStage(Responses.preflight(request));
            }
            long now = wallClock.getAsLong();
            admit(request, now);
            return router.answer(request, now)
                    .thenApply(reply -> Responses.render(request, reply))
                    .exceptionally(failure -> internal(request, failure));
        } catch (Refusal refusal) {
            return CompletableFuture.completedStage(Responses.render(request, reply(refusal.error())));
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(internal(request, e));
        }
    }

    private static RestResponse internal(RestRequest request, Throwable failure) {
        LOG.error("{} failed, code {}", request, ErrorCode.INTERNAL.code(), failure);
        return Responses.render(request, reply(ErrorCode.INTERNAL.info()));
    }

    private void admit(RestRequest request, long now) throws Refusal {
        if (!request.secure() && !config.plainAllowed()) {
            throw new Refusal(ErrorCode.TLS_REQUIRED, "access tokens are accepted over TLS only");
        }
        AccessToken token;
        try {
            token = token(request);
        } catch (Refusal refused) {
            throw refusals.take(now) ? refused : tooMany(config.refusedPerHour() + " without a valid access token");
        }
        if (!limits.get(token.id()).take(now)) {
            throw tooMany("%d with access token %s".formatted(config.requestsPerHour(), token.id()));
        }
        lastUsed.put(token.id(), now);
    }

    private static Refusal tooMany(String what) {
        return new Refusal(ErrorCode.RATE_LIMITED, "too many requests: an hour has room for %s".formatted(what));
    }

    private AccessToken token(RestRequest request) throws Refusal {
        String header = request.header("authorization").orElse("");
        if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new Refusal(
                    ErrorCode.INVALID_CREDENTIALS, "the request needs the header Authorization: Bearer <access token>");
        }
        return AccessToken.find(
                        config.tokens(), header.substring(BEARER.length()).strip())
                .orElseThrow(() -> new Refusal(ErrorCode.INVALID_CREDENTIALS, "the access token is not known"));
    }

    private static Reply reply(ErrorInfo error) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("message", error.message());
        tree.put("code", error.code());
        tree.put("statusCode", error.statusCode());
        tree.put("href", error.href());
        tree.put("details", error.detail());
        return Reply.of(error.statusCode(), tree);
    }

    /// What is malformed is unprocessable here.
    private static ErrorInfo described(ErrorInfo error) {
        return error.statusCode() == 400 ? ErrorCode.UNPROCESSABLE.info(error.message()) : error;
    }

    private static CompletionStage<Reply> list(List<Map<String, Object>> trees) {
        return CompletableFuture.completedStage(Reply.of(200, trees));
    }

    private CompletionStage<Reply> none(Call call) throws Refusal {
        app(call);
        return list(List.of());
    }

    private CompletionStage<Reply> absent(Call call, String what) throws Refusal {
        app(call);
        throw new Refusal(
                ErrorCode.NOT_FOUND,
                "there is no %s '%s'".formatted(what, call.path().get(1)));
    }

    private CompletionStage<Reply> me(Call call) throws Refusal {
        AccessToken token = token(call.request());
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("id", token.id());
        described.put("name", token.name());
        described.put("capabilities", token.scopeWords());
        described.put("expires_at", null);
        described.put("last_used_at", lastUsed.get(token.id()));
        Map<String, Object> me = new LinkedHashMap<>();
        me.put("token", described);
        me.put("user", Map.of("id", token.id(), "email", ""));
        me.put("account", Map.of("id", config.account(), "name", config.account()));
        return CompletableFuture.completedStage(Reply.of(200, me));
    }

    private void requireAccount(Call call) throws Refusal {
        if (!call.path().getFirst().equals(config.account())) {
            throw new Refusal(
                    ErrorCode.NOT_FOUND,
                    "there is no account '%s'".formatted(call.path().getFirst()));
        }
    }

    private ProvisionedApp app(Call call) throws Refusal {
        String id = call.path().getFirst();
        return apps.find(id).orElseThrow(() -> new Refusal(ErrorCode.NOT_FOUND, "there is no app '%s'".formatted(id)));
    }

    private Map<String, Object> appTree(ProvisionedApp app) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("accountId", config.account());
        tree.putAll(app.controlTree());
        tree.put("_links", Map.of("self", PREFIX + "apps/" + app.app().id()));
        return tree;
    }

    private CompletionStage<Reply> listApps(Call call) throws Refusal {
        requireAccount(call);
        return list(apps.all().stream().map(this::appTree).toList());
    }

    private CompletionStage<Reply> makeApp(Call call) throws Refusal {
        requireAccount(call);
        return answer(apps.make(appRequest(call)), 201, this::appTree);
    }

    private CompletionStage<Reply> changeApp(Call call) throws Refusal {
        Map<String, Object> request = appRequest(call);
        return change(call, 200, app -> editor.edited(app, request, now(call)), this::appTree);
    }

    /// What would have no effect is refused, unless it asks for none.
    private static Map<String, Object> appRequest(Call call) throws Refusal {
        Map<String, Object> request = Bodies.object(call.request());
        for (Map.Entry<String, Object> member : request.entrySet()) {
            boolean push = member.getKey().startsWith("fcm") || member.getKey().startsWith("apns");
            if (push && member.getValue() != null && !ASKS_FOR_NOTHING.contains(member.getValue())) {
                throw new Refusal(
                        ErrorCode.UNPROCESSABLE,
                        "%s is not kept by this server, which delivers nothing by it".formatted(member.getKey()));
            }
        }
        return request;
    }

    private CompletionStage<Reply> removeApp(Call call) throws Refusal {
        return apps.remove(app(call).app().id())
                .thenApply(refusal -> refusal.map(ControlApi::reply).orElseGet(() -> new Reply.Empty(204)));
    }

    private CompletionStage<Reply> makeKey(Call call) throws Refusal {
        Map<String, Object> request = Bodies.object(call.request());
        return change(
                call,
                201,
                app -> editor.withNewKey(app, request, now(call)),
                app -> app.keyTrees().getLast());
    }

    private CompletionStage<Reply> changeKey(Call call) throws Refusal {
        Map<String, Object> request = Bodies.object(call.request());
        String key = call.path().get(1);
        return change(
                call,
                200,
                app -> editor.withKey(app, key, request, now(call)),
                app -> app.keyTree(key).orElseThrow());
    }

    private CompletionStage<Reply> revokeKey(Call call) throws Refusal {
        String key = call.path().get(1);
        return change(
                call,
                200,
                app -> editor.withRevokedKey(app, key, now(call)),
                app -> app.keyTree(key).orElseThrow());
    }

    private CompletionStage<Reply> makeNamespace(Call call) throws Refusal {
        Map<String, Object> request = Bodies.object(call.request());
        return change(
                call,
                201,
                app -> editor.withNewNamespace(app, request, now(call)),
                app -> app.namespaceTree(String.valueOf(request.get("id"))).orElseThrow());
    }

    private CompletionStage<Reply> changeNamespace(Call call) throws Refusal {
        Map<String, Object> request = Bodies.object(call.request());
        String id = call.path().get(1);
        return change(
                call,
                200,
                app -> editor.withNamespace(app, id, request, now(call)),
                app -> app.namespaceTree(id).orElseThrow());
    }

    private CompletionStage<Reply> removeNamespace(Call call) throws Refusal {
        String id = call.path().get(1);
        return apps.change(app(call).app().id(), app -> editor.withoutNamespace(app, id))
                .thenApply(outcome -> switch (outcome) {
                    case Outcome.Ok<ProvisionedApp>(var app) -> new Reply.Empty(204);
                    case Outcome.Refused<ProvisionedApp>(var error) -> reply(described(error));
                });
    }

    private CompletionStage<Reply> change(
            Call call,
            int status,
            Function<ProvisionedApp, Outcome<ProvisionedApp>> edit,
            Function<ProvisionedApp, Map<String, Object>> tree)
            throws Refusal {
        return answer(apps.change(app(call).app().id(), edit), status, tree);
    }

    private static CompletionStage<Reply> answer(
            CompletionStage<Outcome<ProvisionedApp>> changed,
            int status,
            Function<ProvisionedApp, Map<String, Object>> tree) {
        return changed.thenApply(outcome -> switch (outcome) {
            case Outcome.Ok<ProvisionedApp>(var app) -> Reply.of(status, tree.apply(app));
            case Outcome.Refused<ProvisionedApp>(var error) -> reply(described(error));
        });
    }

    private static Instant now(Call call) {
        return Instant.ofEpochMilli(call.nowMillis());
    }

    private CompletionStage<Reply> appStats(Call call) throws Refusal {
        String app = app(call).app().id();
        return StatsRoutes.page(call, List.of(app), stats, app, true, ControlApi::reply);
    }

    private CompletionStage<Reply> accountStats(Call call) throws Refusal {
        requireAccount(call);
        List<String> all = apps.all().stream().map(app -> app.app().id()).toList();
        return StatsRoutes.page(call, all, stats, config.account(), true, ControlApi::reply);
    }
}
