package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.App;
import io.hark.auth.AppEditor;
import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.auth.Secrets;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlApiTest {
    private static final String SECRET = "a-secret-of-forty-characters-0123456789a";
    private static final String READER = "another-secret-of-forty-characters-01234";
    private static final String ACCOUNT = "/v1/accounts/acme/apps";

    private final TestServer server = new TestServer();
    private final AppEditor editor = new AppEditor(new Secrets(new SecureRandom()));
    private final Apps apps = new Apps();
    private ControlApi api = api(1_000, 3);

    private ControlApi api(int requests, int refused) {
        ControlConfig config = new ControlConfig(
                "acme",
                List.of(
                        new AccessToken("ci", "CI", SECRET, EnumSet.allOf(AccessToken.Scope.class)),
                        new AccessToken("look", "Look", READER, Set.of(AccessToken.Scope.READ_APP))),
                requests,
                refused,
                false);
        return new ControlApi(config, apps, editor, new StatsReader(server.router), () -> server.now);
    }

    /// Apps in memory; every change goes through the form in which they are stored.
    private final class Apps implements AppControl {
        private final Map<String, ProvisionedApp> byId = new TreeMap<>();

        @Override
        public List<ProvisionedApp> all() {
            return List.copyOf(byId.values());
        }

        @Override
        public Optional<ProvisionedApp> find(String appId) {
            return Optional.ofNullable(byId.get(appId));
        }

        @Override
        public CompletionStage<Outcome<ProvisionedApp>> make(Map<String, Object> request) {
            return CompletableFuture.completedStage(
                    editor.create(request, Instant.ofEpochMilli(server.now)).flatMap(this::stored));
        }

        @Override
        public CompletionStage<Outcome<ProvisionedApp>> change(
                String appId, Function<ProvisionedApp, Outcome<ProvisionedApp>> edit) {
            return CompletableFuture.completedStage(edit.apply(byId.get(appId)).flatMap(this::stored));
        }

        private Outcome<ProvisionedApp> stored(ProvisionedApp app) {
            Outcome<ProvisionedApp> read = ProvisionedApp.fromTree(app.toTree());
            assertThat(read).isEqualTo(Outcome.ok(app));
            byId.put(app.app().id(), app);
            return read;
        }

        @Override
        public CompletionStage<Optional<ErrorInfo>> remove(String appId) {
            return CompletableFuture.completedStage(
                    byId.remove(appId) == null ? Optional.of(ErrorCode.NOT_FOUND.info()) : Optional.empty());
        }
    }

    private TestResponse send(String method, String path, String body, String secret, boolean secure) {
        Map<String, String> headers = new HashMap<>(Map.of("content-type", "application/json"));
        if (!secret.isEmpty()) {
            headers.put("authorization", "Bearer " + secret);
        }
        RestRequest request = RestRequest.of(method, path, headers, body.getBytes(StandardCharsets.UTF_8), secure);
        return TestResponse.of(api.answer(request).orElseThrow());
    }

    private TestResponse send(String method, String path, String body) {
        return send(method, path, body, SECRET, true);
    }

    private TestResponse get(String path) {
        return send("GET", path, "");
    }

    private String makeApp() {
        return (String) send("POST", ACCOUNT, "{\"name\":\"Shop\"}").is(201).at("id");
    }

    /// A failure told as it is.
    private static void fails(TestResponse response, int status, int code) {
        response.is(status);
        assertThat(response.object().keySet()).isEqualTo(Set.of("message", "code", "statusCode", "href", "details"));
        assertThat(response.at("code")).as("%s", response).isEqualTo((long) code);
        assertThat(response.at("statusCode")).isEqualTo((long) status);
    }

    @Test
    void whatIsNoneOfItsPathsIsForOthers() {
        assertThat(api.answer(RestRequest.of("GET", "/channels/v1", Map.of(), new byte[0], true)))
                .isEmpty();
    }

    @Test
    void aTokenIsToldWhatItIs() {
        TestResponse me = get("/v1/me").is(200);
        assertThat(me.at("token.id")).isEqualTo("ci");
        assertThat(me.at("token.name")).isEqualTo("CI");
        assertThat((List<?>) me.at("token.capabilities")).hasSize(10);
        assertThat(me.at("account.id")).isEqualTo("acme");
        assertThat(me.at("token.last_used_at")).isEqualTo(server.now);
        assertThat(me.toString()).doesNotContain(SECRET);
    }

    @Test
    void onlyAKnownTokenOverTlsIsLetIn() {
        fails(send("GET", "/v1/me", "", "", true), 401, 40101);
        fails(send("GET", "/v1/me", "", SECRET + "x", true), 401, 40101);
        fails(send("GET", "/v1/me", "", SECRET, false), 403, 40311);
        fails(send("GET", "/v1/me", "", SECRET.substring(1), true), 401, 40101);
        fails(send("GET", "/v1/me", "", "guess", true), 429, 42922);
        get("/v1/me").is(200);
    }

    @Test
    void anHourHasRoomForSoManyRequestsOfAToken() {
        api = api(2, 3);
        get("/v1/me").is(200);
        get("/v1/me").is(200);
        fails(get("/v1/me"), 429, 42922);
        send("GET", "/v1/me", "", READER, true).is(200);
        server.now += 3_600_000;
        get("/v1/me").is(200);
    }

    @Test
    void aTokenDoesWhatItsScopesSay() {
        send("GET", ACCOUNT, "", READER, true).is(200);
        fails(send("POST", ACCOUNT, "{\"name\":\"x\"}", READER, true), 401, 40160);
        fails(send("GET", "/v1/apps/" + makeApp() + "/keys", "", READER, true), 401, 40160);
    }

    @Test
    void anAppIsMadeChangedAndRemoved() {
        String id = makeApp();
        assertThat(get(ACCOUNT).at("0.name")).isEqualTo("Shop");
        server.now += 5;
        TestResponse changed = send("PATCH", "/v1/apps/" + id, "{\"status\":\"disabled\",\"tlsOnly\":true}")
                .is(200);
        assertThat(changed.at("name")).isEqualTo("Shop");
        assertThat(changed.at("status")).isEqualTo("disabled");
        assertThat(changed.at("tlsOnly")).isEqualTo(true);
        assertThat(changed.at("accountId")).isEqualTo("acme");
        assertThat((long) changed.at("modified") - (long) changed.at("created")).isEqualTo(5);
        App app = apps.find(id).orElseThrow().app();
        assertThat(app.enabled()).isFalse();
        assertThat(apps.find(id).orElseThrow().isLasting()).isTrue();
        send("DELETE", "/v1/apps/" + id, "").is(204);
        fails(send("DELETE", "/v1/apps/" + id, ""), 404, 40400);
    }

    @Test
    void keysAreMadeChangedAndRevoked() {
        String keys = "/v1/apps/" + makeApp() + "/keys";
        TestResponse made = send(
                        "POST",
                        keys,
                        "{\"name\":\"web\",\"capability\":{\"a:*\":[\"subscribe\",\"publish\"]},\"revocableTokens\":true}")
                .is(201);
        String id = (String) made.at("id");
        assertThat(made.at("status")).isEqualTo(0L);
        assertThat((String) made.at("key")).contains("." + id + ":");
        assertThat(made.at("capability")).isEqualTo(Map.of("a:*", List.of("publish", "subscribe")));
        TestResponse changed = send("PATCH", keys + "/" + id, "{\"capability\":{\"*\":[\"*\"]}}")
                .is(200);
        assertThat(changed.at("name")).isEqualTo("web");
        assertThat(changed.at("revocableTokens")).isEqualTo(true);
        assertThat(changed.at("key")).isEqualTo(made.at("key"));
        assertThat(send("POST", keys + "/" + id + "/revoke", "").is(200).at("status"))
                .isEqualTo(1L);
        assertThat(get(keys).at("0.status")).isEqualTo(1L);
        fails(send("POST", keys + "/nope/revoke", ""), 404, 40400);
    }

    @Test
    void namespacesAreMadeChangedAndRemoved() {
        String app = makeApp();
        String namespaces = "/v1/apps/" + app + "/namespaces";
        TestResponse made = send("POST", namespaces, "{\"id\":\"orders\",\"persisted\":true}")
                .is(201);
        assertThat(made.at("appId")).isEqualTo(app);
        assertThat(made.at("persisted")).isEqualTo(true);
        assertThat(made.at("mutableMessages")).isEqualTo(false);
        fails(send("POST", namespaces, "{\"id\":\"orders\"}"), 409, 40900);
        TestResponse changed =
                send("PATCH", namespaces + "/orders", "{\"tlsOnly\":true}").is(200);
        assertThat(changed.at("persisted")).isEqualTo(true);
        assertThat(apps.find(app).orElseThrow().app().namespaceOf("orders:1").tlsOnly())
                .isTrue();
        fails(
                send("PATCH", namespaces + "/orders", "{\"batchingEnabled\":true,\"conflationEnabled\":true}"),
                422,
                42200);
        send("DELETE", namespaces + "/orders", "").is(204);
        fails(send("DELETE", namespaces + "/orders", ""), 404, 40400);
        assertThat(get(namespaces).list()).isEmpty();
    }

    @Test
    void thereIsAnEndToKeysAndNamespaces() {
        String app = "/v1/apps/" + makeApp();
        for (int number = 0; number < 100; number++) {
            send("POST", app + "/keys", "{\"name\":\"k\",\"capability\":{\"*\":[\"*\"]}}")
                    .is(201);
            send("POST", app + "/namespaces", "{\"id\":\"n" + number + "\"}").is(201);
        }
        fails(send("POST", app + "/keys", "{\"name\":\"k\",\"capability\":{\"*\":[\"*\"]}}"), 401, 40127);
        fails(send("POST", app + "/namespaces", "{\"id\":\"more\"}"), 401, 40126);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "keys | {\"capability\":{\"*\":[\"*\"]}}",
                "keys | {\"name\":\"k\"}",
                "keys | {\"name\":\"k\",\"capability\":{\"*\":[\"fly\"]}}",
                "keys | {\"name\":\"k\",\"capability\":\"x\"}",
                "namespaces | {}",
                "namespaces | {\"id\":\"[a\"}",
                "namespaces | {\"id\":\"a*\"}",
                "namespaces | {\"id\":\"a\",\"persisted\":\"yes\"}",
                "queues | {\"name\":\"q\"}",
            })
    void whatCannotBeIsRefused(String resource, String body) {
        fails(send("POST", "/v1/apps/" + makeApp() + "/" + resource, body), 422, 42200);
    }

    @Test
    void whatWouldHaveNoEffectIsRefused() {
        fails(send("POST", ACCOUNT, "{\"name\":\"x\",\"fcmServiceAccount\":\"{}\"}"), 422, 42200);
        send("POST", ACCOUNT, "{\"name\":\"x\",\"apnsUseSandboxEndpoint\":false,\"fcmKey\":\"\",\"apnsAuthType\":null}")
                .is(201);
        fails(send("POST", ACCOUNT, "{\"name\":\"\"}"), 422, 42200);
        fails(send("PATCH", "/v1/apps/" + makeApp(), "{\"status\":\"asleep\"}"), 422, 42200);
        assertThat(get("/v1/apps/" + makeApp() + "/queues").list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"ruleType\":\"carrier-pigeon\"}",
                "{\"ruleType\":\"http\",\"requestMode\":\"all\"}",
                "{\"ruleType\":\"http\",\"requestMode\":\"single\",\"source\":{\"type\":\"x\"}}",
                "{\"ruleType\":\"http\",\"requestMode\":\"single\",\"source\":{\"type\":\"channel.message\"},\"target\":{}}",
                "{\"ruleType\":\"http\",\"requestMode\":\"single\",\"source\":{\"type\":\"channel.message\","
                        + "\"channelFilter\":\"(\"},\"target\":{\"url\":\"http://a\"}}",
                "{\"ruleType\":\"http\",\"requestMode\":\"single\",\"source\":{\"type\":\"channel.message\"},"
                        + "\"target\":{\"url\":\"http://a\"}}"
            })
    void rulesAreCheckedAndNotTaken(String rule) {
        String rules = "/v1/apps/" + makeApp() + "/rules";
        fails(send("POST", rules, rule), 422, 42200);
        assertThat(get(rules).list()).isEmpty();
        fails(get(rules + "/r1"), 404, 40400);
    }

    @Test
    void placesThatAreNoneAreNotFound() {
        fails(get("/v1/nothing"), 404, 40400);
        fails(get("/v1/accounts/other/apps"), 404, 40400);
        fails(get("/v1/apps/none/keys"), 404, 40400);
        fails(send("PUT", ACCOUNT, ""), 405, 40500);
        fails(send("POST", ACCOUNT, "{"), 400, 40001);
        assertThat(send("OPTIONS", ACCOUNT, "", "", true).status()).isEqualTo(204);
    }

    @Test
    void statisticsAreOfAnAppOrOfAll() {
        server.post(
                        "/stats",
                        "[{\"intervalId\":\"2023-11-14:22:12\",\"inbound\":{\"rest\":{\"messages\":{\"count\":4}}}}]")
                .send()
                .is(201);
        apps.byId.put(server.app.id(), new ProvisionedApp(server.app, List.of(), Instant.EPOCH));
        makeApp();
        TestResponse stats =
                get("/v1/apps/" + server.app.id() + "/stats?unit=hour").is(200);
        assertThat(((Map<?, ?>) stats.at("0.entries")).get("messages.inbound.all.all.count"))
                .isEqualTo(4L);
        assertThat(stats.link("first")).isPresent();
        TestResponse all = get("/v1/accounts/acme/stats").is(200);
        assertThat(((Map<?, ?>) all.at("0.entries")).get("messages.inbound.all.all.count"))
                .isEqualTo(4L);
        fails(get("/v1/apps/" + server.app.id() + "/stats?unit=year"), 400, 40003);
    }
}
