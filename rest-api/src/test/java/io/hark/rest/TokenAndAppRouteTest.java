package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.ApiKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class TokenAndAppRouteTest {
    private final TestServer server = new TestServer();

    private String signed(ApiKey key, String nonce) throws GeneralSecurityException {
        String text = "%s\n\n\n\n%d\n%s\n".formatted(key.name(), server.now, nonce);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.secret().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        String signature = Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        return "{\"keyName\":\"%s\",\"timestamp\":%d,\"nonce\":\"%s\",\"mac\":\"%s\"}"
                .formatted(key.name(), server.now, nonce, signature);
    }

    @Test
    void signedRequestGivesATokenWhateverTheHeadersSay() throws GeneralSecurityException {
        String path = "/keys/" + server.key(0).name() + "/requestToken";
        List<String> headers = List.of(
                "Bearer bm9uc2Vuc2U=",
                "Basic !",
                "Basic " + TestServer.base64(server.key(1).text()));
        int n = 0;
        for (String authorization : headers) {
            TestResponse response = server.post(path, signed(server.key(0), "nonce-of-16-chars" + n++))
                    .header("authorization", authorization)
                    .header("x-ably-clientid", "?")
                    .plain()
                    .send()
                    .is(201);
            assertThat(response.object().keySet().toString())
                    .isEqualTo("[token, keyName, issued, expires, capability]");
            assertThat(response.at("keyName")).isEqualTo(server.key(0).name());
            assertThat(response.at("issued")).isEqualTo(server.now);
        }
    }

    @Test
    void unknownKeyIsNotFoundWithAnyMethodAndWithCors() {
        for (String method : List.of("GET", "POST")) {
            TestResponse response = server.request(method, "/keys/no.key/requestToken")
                    .json("{}")
                    .header("origin", "https://site")
                    .send()
                    .fails(404, 40400);
            assertThat(response.header("Access-Control-Allow-Origin")).contains("https://site");
        }
        server.get("/keys/" + server.key(0).name() + "/requestToken").send().fails(405, 40500);
    }

    @Test
    void unsignedRequestNeedsItsKey() {
        String path = "/keys/" + server.key(0).name() + "/requestToken";
        String body =
                "{\"keyName\":\"%s\",\"timestamp\":%d}".formatted(server.key(0).name(), server.now);
        server.post(path, body).send().is(201);
        server.post(path, body).anonymous().send().fails(401, 40101);
        server.post(path, "[]").send().fails(400, 40001);
    }

    @Test
    void appsAreMadeWithoutCredentialsAndRemovedWithTheirKey() {
        TestResponse made = server.post("/apps", "{\"keys\":[{},{}],\"namespaces\":[{\"id\":\"n\"}],\"unknown\":1}")
                .header("authorization", "Basic " + TestServer.base64("none:none"))
                .send()
                .is(201);
        assertThat((List<?>) made.at("keys")).hasSize(2);
        String key = (String) made.at("keys.0.keyStr");
        server.get("/channels?key=" + key).anonymous().send().is(200);

        String path = "/apps/" + made.at("appId");
        server.request("DELETE", path).send().fails(401, 40102);
        server.request("DELETE", path + "?key=" + key).anonymous().send().is(204);
        server.get("/channels?key=" + key).anonymous().send().fails(401, 40101);
    }

    @Test
    void tokenDoesNotRemoveAnApp() {
        String path = "/keys/" + server.key(0).name() + "/requestToken";
        String body =
                "{\"keyName\":\"%s\",\"timestamp\":%d}".formatted(server.key(0).name(), server.now);
        Object token = server.post(path, body).send().object().get("token");
        server.request("DELETE", "/apps/" + server.app.id() + "?accessToken=" + token)
                .anonymous()
                .send()
                .fails(401, 40162);
    }

    @Test
    void appsCannotBeMadeWhereThatIsNotWanted() {
        TestServer production = new TestServer(false);
        production.post("/apps", "{}").send().fails(404, 40400);
        production.request("DELETE", "/apps/" + production.app.id()).send().fails(404, 40400);
        assertThat(production.apps).isEqualTo(Map.of(production.app.id(), production.app));
    }
}
