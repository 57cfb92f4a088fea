package io.hark.launcher.interop;

import static io.hark.launcher.interop.AuthErrorsNode.ago;
import static io.hark.launcher.interop.AuthErrorsNode.jwt;
import static io.hark.launcher.interop.Call.base64;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// Every code for credentials, rights and limits, each by a request that brings it about.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuthErrorsTest {
    private static final String KEY = "app.key:secret-of-the-key";
    private static final String MESSAGES = "/channels/a/messages";
    private static final String TOKEN = "/keys/app.key/requestToken";

    private static final int DISCONNECTED = 6;
    private static final int ERROR = 9;

    private static AuthErrorsNode node;

    @BeforeAll
    static void start() throws Exception {
        node = AuthErrorsNode.start();
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    /// A row of the table.
    private record Case(int status, int code, String what, Call call) {}

    private static Call get(String path) {
        return new Call("GET", path, "").basic(KEY);
    }

    private static Call post(String path, String body) {
        return new Call("POST", path, body).basic(KEY);
    }

    private static Call ask(String members) {
        return post(
                TOKEN, "{\"keyName\":\"app.key\",\"timestamp\":%d%s}".formatted(System.currentTimeMillis(), members));
    }

    private static Call with(String token) {
        return get(MESSAGES).bearer(token);
    }

    private static List<Case> credentials() throws Exception {
        String disabled = "off.key:secret-of-the-key";
        String bob = node.token("app.key", ",\"clientId\":\"bob\"");
        return List.of(
                new Case(401, 40101, "no credentials", get(MESSAGES).anonymous()),
                new Case(401, 40101, "a wrong secret", get(MESSAGES).basic("app.key:wrong")),
                new Case(401, 40101, "an unknown app", get(MESSAGES).basic("none.key:wrong")),
                new Case(
                        401,
                        40400,
                        "an unknown key of a known app",
                        get(MESSAGES).basic("app.none:wrong")),
                new Case(400, 40005, "a key without a secret", get(MESSAGES).basic("app.key")),
                new Case(400, 40005, "a token that is none", with(base64("nonsense"))),
                new Case(401, 40103, "a key in the clear", get(MESSAGES).inTheClear()),
                new Case(
                        403,
                        40311,
                        "a token in the clear, for an app that wants TLS",
                        get(MESSAGES).bearer(jwt("tls.key", 0, 60, "")).inTheClear()),
                new Case(
                        403,
                        40311,
                        "a namespace that wants TLS",
                        new Call("GET", "/channels/safe:a/messages", "")
                                .bearer(bob)
                                .inTheClear()),
                new Case(401, 40120, "a disabled app", get(MESSAGES).basic(disabled)),
                new Case(401, 40131, "a revoked key", get(MESSAGES).basic("app.off:secret-of-the-key")),
                new Case(
                        400,
                        40012,
                        "a clientId header that is not base64",
                        get(MESSAGES).header("x-ably-clientid", "?")),
                new Case(400, 40012, "a wildcard as identity", get(MESSAGES).header("x-ably-clientid", base64("*"))),
                new Case(
                        401,
                        40102,
                        "a clientId that is not the token's",
                        with(bob).header("x-ably-clientid", base64("eve"))),
                new Case(
                        401,
                        40102,
                        "a clientId for an anonymous token",
                        with(node.token("app.key", "")).header("x-ably-clientid", base64("eve"))));
    }

    private static List<Case> tokens() throws Exception {
        String revoked = node.token("app.revocable", ",\"clientId\":\"revoked\"");
        node.revoke("app.revocable", "clientId:revoked");
        String damaged = node.token("app.key", "") + "AAAA";
        return List.of(
                new Case(401, 40141, "a revoked token", with(revoked)),
                new Case(401, 40142, "an expired JWT", with(jwt("app.key", 120, 60, ""))),
                new Case(401, 40143, "a token whose app is gone", with(node.tokenOfRemovedApp())),
                new Case(401, 40144, "a JWT of a wrong signature", with(jwt("app.key", 0, 60, "") + "AAAA")),
                new Case(400, 40144, "a JWT of a wrong iat", with(jwt("app.key", -600, 1200, ""))),
                new Case(
                        400,
                        40144,
                        "a user claim that is no text",
                        with(jwt("app.key", 0, 60, ",\"ably.channel.a\":1"))),
                new Case(400, 40003, "a JWT that lives too long", with(jwt("app.key", 0, 86_401, ""))),
                new Case(400, 40003, "a JWT of a revocable key that does", with(jwt("app.revocable", 0, 3_601, ""))),
                new Case(404, 40400, "a JWT of an unknown key", with(jwt("app.none", 0, 60, ""))),
                new Case(
                        400,
                        40012,
                        "a clientId that is no text",
                        with(jwt("app.key", 0, 60, ",\"x-ably-clientId\":1"))),
                new Case(
                        401,
                        40160,
                        "a JWT that shares nothing with its key",
                        with(jwt("app.narrow", 0, 60, ",\"x-ably-capability\":\"{\\\"b\\\":[\\\"*\\\"]}\""))),
                new Case(401, 40145, "a damaged token", with(damaged)));
    }

    private static List<Case> tokenRequests() throws Exception {
        String once = node.signed("app.key", System.currentTimeMillis(), "nonce-of-16-chars");
        assertThat(node.send(post(TOKEN, once)).statusCode()).isEqualTo(201);
        String old = node.signed("app.key", ago(180), "nonce-of-17-chars");
        String wrong = node.signed("app.key", System.currentTimeMillis(), "nonce-of-18-chars")
                .replace("\"mac\":\"", "\"mac\":\"A");
        return List.of(
                new Case(400, 40001, "no object", post(TOKEN, "[]")),
                new Case(404, 40400, "an unknown key", post("/keys/app.none/requestToken", "{}")),
                new Case(401, 40120, "a key of a disabled app", post("/keys/off.key/requestToken", "{}")),
                new Case(401, 40131, "a revoked key", post("/keys/app.off/requestToken", "{}")),
                new Case(400, 40012, "an empty clientId", ask(",\"clientId\":\"\"")),
                new Case(401, 40101, "a wrong mac", post(TOKEN, wrong)),
                new Case(401, 40162, "a token instead of the key", ask("").bearer(node.token("app.key", ""))),
                new Case(401, 40104, "an old timestamp", post(TOKEN, old)),
                new Case(401, 40105, "the same nonce again", post(TOKEN, once)),
                new Case(400, 40003, "a negative ttl", ask(",\"ttl\":-1")),
                new Case(400, 40003, "a ttl of more than a day", ask(",\"ttl\":86400001")),
                new Case(
                        400,
                        40000,
                        "a capability that is none",
                        ask(",\"capability\":\"{\\\"a\\\":[\\\"publish_\\\"]}\"")),
                new Case(
                        401,
                        40160,
                        "a capability that the key has not",
                        post(
                                        "/keys/app.narrow/requestToken",
                                        "{\"keyName\":\"app.narrow\",\"timestamp\":%d,\"capability\":\"{\\\"b\\\":[\\\"*\\\"]}\"}"
                                                .formatted(System.currentTimeMillis()))
                                .basic("app.narrow:secret-of-the-key")),
                new Case(405, 40500, "a GET", get(TOKEN)));
    }

    private static List<Case> rights() throws Exception {
        String anonymous = node.token("app.key", "");
        String bob = node.token("app.key", ",\"clientId\":\"bob\"");
        String targets = "{\"targets\":[\"clientId:a\"]}";
        return List.of(
                new Case(
                        401,
                        40160,
                        "a channel outside the capability",
                        get("/channels/b/messages").basic("app.narrow:secret-of-the-key")),
                new Case(
                        401,
                        40160,
                        "an operation outside the capability",
                        post(MESSAGES, "{\"data\":\"x\"}").basic("app.narrow:secret-of-the-key")),
                new Case(
                        401,
                        40160,
                        "privileged extras without the right",
                        post(MESSAGES, "{\"data\":\"x\",\"extras\":{\"privileged\":{\"skipRule\":\"*\"}}}")
                                .bearer(jwt(
                                        "app.key", 0, 60, ",\"x-ably-capability\":\"{\\\"a\\\":[\\\"publish\\\"]}\""))),
                new Case(
                        401,
                        40161,
                        "an anonymous client where identified ones are wanted",
                        new Call("GET", "/channels/named:a/messages", "").bearer(anonymous)),
                new Case(
                        400,
                        40012,
                        "a message of another clientId",
                        post(MESSAGES, "{\"data\":\"x\",\"clientId\":\"eve\"}").bearer(bob)),
                new Case(
                        400,
                        40012,
                        "a message with a clientId by an anonymous client",
                        post(MESSAGES, "{\"data\":\"x\",\"clientId\":\"eve\"}").bearer(anonymous)),
                new Case(
                        400,
                        40006,
                        "a connectionKey of nobody",
                        post(MESSAGES, "{\"data\":\"x\",\"connectionKey\":\"x\"}")),
                new Case(
                        400,
                        40032,
                        "a user claim of one's own",
                        post(MESSAGES, "{\"data\":\"x\",\"extras\":{\"userClaim\":\"admin\"}}")),
                new Case(
                        413,
                        40009,
                        "a message too large",
                        post(MESSAGES, "{\"data\":\"%s\"}".formatted("x".repeat(65_537)))),
                new Case(401, 40133, "revocation with another key", post("/keys/app.revocable/revokeTokens", targets)),
                new Case(
                        401,
                        40163,
                        "revocation of tokens that are not revocable",
                        post("/keys/app.key/revokeTokens", targets)),
                new Case(
                        401,
                        40162,
                        "revocation with a token",
                        post("/keys/app.revocable/revokeTokens", targets).bearer(node.token("app.revocable", ""))),
                new Case(
                        400,
                        40000,
                        "revocation of nothing",
                        post("/keys/app.revocable/revokeTokens", "{\"targets\":[]}")
                                .basic("app.revocable:secret-of-the-key")),
                new Case(
                        400,
                        40001,
                        "revocation without targets",
                        post("/keys/app.revocable/revokeTokens", "{}").basic("app.revocable:secret-of-the-key")),
                new Case(
                        400,
                        40003,
                        "revocation of what is to be issued",
                        post(
                                        "/keys/app.revocable/revokeTokens",
                                        "{\"targets\":[\"clientId:a\"],\"issuedBefore\":%d}".formatted(ago(-60)))
                                .basic("app.revocable:secret-of-the-key")));
    }

    @TestFactory
    Stream<DynamicTest> overHttp() throws Exception {
        List<Case> all = new ArrayList<>();
        all.addAll(credentials());
        all.addAll(tokens());
        all.addAll(tokenRequests());
        all.addAll(rights());
        return all.stream()
                .map(row -> DynamicTest.dynamicTest("%d %s".formatted(row.code(), row.what()), () -> {
                    check(row, node.send(row.call()));
                    HttpResponse<String> packed = node.send(row.call().inMsgpack());
                    assertThat(Call.isMsgpack(packed.headers()))
                            .as("%s", packed.headers())
                            .isTrue();
                    check(row, packed);
                }));
    }

    /// A row of the table for connections. Token errors come as DISCONNECTED, so that clients fetch another token.
    private record Opening(int status, int code, String what, String query, boolean secure) {
        Opening(int status, int code, String what, String query) {
            this(status, code, what, query, true);
        }
    }

    @TestFactory
    Stream<DynamicTest> overRealtime() throws Exception {
        String bob = node.token("app.key", ",\"clientId\":\"bob\"");
        String revoked = node.token("app.revocable", ",\"clientId\":\"cut\"");
        node.revoke("app.revocable", "clientId:cut");
        String removed = node.tokenOfRemovedApp();
        return Stream.of(
                        new Opening(401, 40101, "no credentials", ""),
                        new Opening(401, 40101, "a wrong secret", "key=app.key:wrong"),
                        new Opening(401, 40101, "an unknown app", "key=this.is:wrong"),
                        new Opening(401, 40400, "an unknown key", "key=app.none:wrong"),
                        new Opening(400, 40005, "no key at all", "key=nonsense"),
                        new Opening(400, 40005, "no token at all", "accessToken=nonsense"),
                        new Opening(401, 40103, "a key in the clear", "key=" + KEY, false),
                        new Opening(403, 40311, "TLS wanted", "accessToken=" + jwt("tls.key", 0, 60, ""), false),
                        new Opening(401, 40120, "a disabled app", "key=off.key:secret-of-the-key"),
                        new Opening(401, 40131, "a revoked key", "key=app.off:secret-of-the-key"),
                        new Opening(400, 40012, "a wildcard as identity", "clientId=*&key=" + KEY),
                        new Opening(401, 40102, "another's token", "clientId=eve&accessToken=" + bob),
                        new Opening(401, 40141, "a revoked token", "access_token=" + revoked),
                        new Opening(401, 40142, "an expired token", "accessToken=" + jwt("app.key", 120, 60, "")),
                        new Opening(401, 40143, "a token whose app is gone", "accessToken=" + removed),
                        new Opening(401, 40144, "a bad signature", "accessToken=" + jwt("app.key", 0, 60, "") + "AAAA"),
                        new Opening(401, 40145, "a damaged token", "accessToken=" + bob + "AAAA"),
                        new Opening(404, 40400, "a JWT of an unknown key", "accessToken=" + jwt("app.no", 0, 60, "")))
                .map(row -> DynamicTest.dynamicTest("%d %s".formatted(row.code(), row.what()), () -> {
                    JsonObject frame = node.firstFrame(row.query(), row.secure());
                    JsonObject error = frame.getAsJsonObject("error");
                    assertThat(error.get("statusCode").getAsInt() + "/"
                                    + error.get("code").getAsInt())
                            .as(frame.toString())
                            .isEqualTo(row.status() + "/" + row.code());
                    boolean token = row.status() == 401 && row.code() / 10 == 4014;
                    assertThat(frame.get("action").getAsInt()).isEqualTo(token ? DISCONNECTED : ERROR);
                }));
    }

    @Test
    void ofSeveralProxiesTheFirstSaysWhetherTheClientCameByTls() throws Exception {
        Call call = get(MESSAGES);
        assertThat(node.send(call.header("x-forwarded-proto", "HTTPS, http")).statusCode())
                .isEqualTo(200);
        HttpResponse<String> inTheClear = node.send(call.header("x-forwarded-proto", "http, https"));
        check(new Case(401, 40103, "a key in the clear", call), inTheClear);
    }

    @Test
    void aStreamWhoseTokenIsRevokedIsToldSoAndEnds() throws Exception {
        String token = node.token("app.revocable", ",\"clientId\":\"listener\"");
        Call call = new Call("GET", "/sse?v=1.2&channels=a&accessToken=" + token, "");
        try (Stream<String> lines = node.lines(call)) {
            node.revoke("app.revocable", "clientId:listener");
            assertThat(lines.filter(line -> line.startsWith("data:")).toList())
                    .singleElement()
                    .asString()
                    .contains("40141");
        }
        HttpResponse<String> again = node.send(call);
        assertThat(again.statusCode()).isEqualTo(401);
        assertThat(again.body()).contains("40141");
    }

    private static void check(Case row, HttpResponse<String> response) {
        JsonObject error =
                JsonParser.parseString(response.body()).getAsJsonObject().getAsJsonObject("error");
        assertThat(response.statusCode() + "/" + error.get("code").getAsInt())
                .as(response.body())
                .isEqualTo(row.status() + "/" + row.code());
        assertThat(error.get("statusCode").getAsInt()).isEqualTo(row.status());
        assertThat(error.get("message").getAsString()).isNotEmpty();
        boolean renewable = row.code() >= 40140 && row.code() <= 40143;
        assertThat(response.headers()
                        .firstValue("www-authenticate")
                        .filter("X-Ably-Token stale"::equals)
                        .isPresent())
                .isEqualTo(renewable && row.status() == 401);
    }
}
