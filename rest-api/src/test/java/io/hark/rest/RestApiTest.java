package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Capability;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RestApiTest {
    private final TestServer server = new TestServer();

    @Test
    void timeIsAnArrayOfOneAndAsksForNoCredentials() {
        assertThat(server.get("/time").anonymous().send().is(200).list()).isEqualTo(List.of(server.now));
        assertThat(server.get("/time")
                        .header("authorization", "Bearer nonsense")
                        .send()
                        .is(200)
                        .list())
                .isEqualTo(List.of(server.now));
    }

    @Test
    void connectivityCheckSaysYes() {
        RestResponse response =
                server.get("/is-the-internet-up.txt").anonymous().send().is(200).raw();
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo("yes");
        assertThat(response.contentType()).contains("text/plain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "", "/nothing", "/channels/a/b/c/d/e/f/g/h/i/j", "/keys", "/channels/x/messages/y/z"})
    void unknownPathIsNotFound(String path) {
        server.get(path).send().fails(404, 40400);
        server.get(path).header("origin", "https://site").send().fails(404, 40400);
    }

    @Test
    void wrongMethodOnAKnownPathIsNotAllowed() {
        server.request("PUT", "/channels/c/messages").send().fails(405, 40500);
        server.request("DELETE", "/time").send().fails(405, 40500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/channels/%/messages", "/channels/%zz/messages", "/channels/%ff%fe", "/channels/a%2"})
    void malformedPercentEncodingIsABadRequest(String path) {
        server.get(path).send().fails(400, 40000);
    }

    @Test
    void slashesTooManyAtTheEndsDoNoHarmAndWithinMakeAnEmptyName() {
        server.get("//time/").send().is(200);
        server.get("/channels//messages").send().fails(400, 40010);
    }

    @Test
    void namesAreSplitFirstAndDecodedThen() {
        server.post("/channels/a%2Fb%25%20%F0%9F%98%80/messages", "{\"name\":\"n\"}")
                .send()
                .is(201);
        TestResponse history =
                server.get("/channels/a%2Fb%25%20%F0%9F%98%80/messages").send();
        assertThat(history.list()).hasSize(1);
        assertThat(server.get("/channels").send().list()).isEqualTo(List.of("a/b% \uD83D\uDE00"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json                      |            | application/json",
                "application/x-msgpack                 |            | application/x-msgpack",
                "application/x-msgpack,application/json|            | application/x-msgpack",
                "application/x-msgpack;q=0.1, application/json |    | application/json",
                "application/json;q=0, APPLICATION/X-MSGPACK   |    | application/x-msgpack",
                "application/json                      | msgpack    | application/json",
                "*/*                                   | msgpack    | application/x-msgpack",
                "text/html                             |            | application/json",
                "                                      | msgpack    | application/x-msgpack",
                "                                      | nonsense   | application/json",
                ";q=x,,;                               |            | application/json",
            })
    void acceptDecidesThenFormatThenJson(String accept, String format, String expected) {
        TestRequest request = server.get("/time" + (format == null ? "" : "?format=" + format));
        TestResponse response = (accept == null ? request : request.header("accept", accept)).send();
        assertThat(response.raw().contentType()).contains(expected);
        assertThat(response.list()).isEqualTo(List.of(server.now));
    }

    @Test
    void errorsAreMsgpackForClientsThatWantIt() {
        TestResponse response =
                server.get("/nothing").header("accept", "application/x-msgpack").send();
        response.fails(404, 40400);
        assertThat(response.raw().contentType()).contains("application/x-msgpack");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "msgpack"})
    void envelopeHoldsStatusHeadersAndLinks(String format) {
        server.post("/channels/c/messages", "[{\"name\":\"a\"},{\"name\":\"b\"}]")
                .send()
                .is(201);
        TestResponse page = server.get("/channels/c/messages?limit=1&envelope=" + format)
                .send()
                .is(200);
        assertThat(page.raw().contentType())
                .contains(format.equals("json") ? "application/json" : "application/x-msgpack");
        assertThat(page.headers("Link")).isEmpty();
        assertThat(page.at("statusCode")).isEqualTo(200L);
        assertThat((List<?>) page.at("response")).hasSize(1);
        assertThat((List<?>) page.at("headers.Link")).hasSize(3);
        assertThat(page.at("headers.content-type"))
                .isEqualTo(page.raw().contentType().get());
        assertThat((String) page.at("rel.next")).startsWith("./messages?").contains("envelope=" + format);

        TestResponse failure =
                server.get("/channels/%5Bx/messages?envelope=" + format).send().is(200);
        assertThat(failure.at("statusCode")).isEqualTo(400L);
        assertThat(failure.at("response.error.code")).isEqualTo(40010L);
        assertThat(failure.at("headers.X-Ably-Errorcode")).isEqualTo("40010");
    }

    @Test
    void corsHeadersAreOnErrorsTooAndEchoTheOrigin() {
        for (String path : List.of("/time", "/nothing", "/channels")) {
            TestResponse response = server.get(path)
                    .anonymous()
                    .header("origin", "https://site")
                    .send();
            assertThat(response.header("Access-Control-Allow-Origin")).contains("https://site");
            assertThat(response.header("Access-Control-Allow-Credentials")).contains("true");
            assertThat(response.header("Access-Control-Expose-Headers").orElseThrow())
                    .contains("X-Ably-Errorcode");
            assertThat(response.header("Vary")).contains("Origin");
            assertThat(response.header("Cache-Control")).contains("no-store");
        }
        assertThat(server.get("/time").send().header("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void preflightNeedsNoCredentialsAndOnlyAnExistingPath() {
        TestResponse response = server.request("OPTIONS", "/keys/a.b/requestToken")
                .anonymous()
                .header("origin", "https://site")
                .header("access-control-request-headers", "x-ably-version, x-own")
                .send()
                .is(204);
        assertThat(response.raw().body()).isEmpty();
        assertThat(response.raw().contentType()).isEmpty();
        assertThat(response.header("Access-Control-Allow-Headers")).contains("x-ably-version, x-own");
        assertThat(response.header("Access-Control-Allow-Methods").orElseThrow())
                .contains("PATCH");
        assertThat(response.header("Access-Control-Allow-Origin")).contains("https://site");
        server.request("OPTIONS", "/nothing").send().fails(404, 40400);
    }

    @Test
    void onlyTokenErrorsThatANewTokenMendsSayStale() {
        TestResponse none = server.get("/channels").anonymous().send();
        assertThat(none.fails(401, 40101).header("WWW-Authenticate")).contains("X-Ably-Token realm=\"ably\"");

        String token = token("{}");
        TestRequest withToken = server.get("/channels").header("authorization", "Bearer " + TestServer.base64(token));
        withToken.send().is(200);
        server.now += 2 * 3_600_000;
        assertThat(withToken.send().fails(401, 40142).header("WWW-Authenticate"))
                .contains("X-Ably-Token stale");

        TestResponse invalid =
                server.get("/channels").header("authorization", "Bearer a.b").send();
        assertThat(invalid.status()).isEqualTo(401);
        assertThat(invalid.header("WWW-Authenticate").orElseThrow()).doesNotContain("stale");
        assertThat(server.get("/nothing").send().header("WWW-Authenticate")).isEmpty();
    }

    private String token(String members) {
        String keyName = server.key(0).name();
        String body = "{\"keyName\":\"%s\",\"timestamp\":%d%s"
                .formatted(keyName, server.now, members.equals("{}") ? "}" : "," + members.substring(1));
        return (String) server.post("/keys/" + keyName + "/requestToken", body)
                .send()
                .is(201)
                .object()
                .get("token");
    }

    @Test
    void keysAreRefusedWithoutTls() {
        server.get("/channels").plain().send().fails(401, 40103);
    }

    @Test
    void credentialsMayStandInTheQuery() {
        server.get("/channels?key=" + server.key(0).text()).anonymous().send().is(200);
        server.get("/channels?access_token=" + token("{}")).anonymous().send().is(200);
    }

    @Test
    void identityHeaderMustFitTheCredentials() {
        server.get("/channels/c/messages").header("x-ably-clientid", "?").send().fails(400, 40012);
        String bearer = "Bearer " + TestServer.base64(token("{\"clientId\":\"ann\"}"));
        TestRequest request = server.get("/channels/c/messages").header("authorization", bearer);
        request.header("x-ably-clientid", TestServer.base64("bob")).send().fails(401, 40102);
        request.header("x-ably-clientid", TestServer.base64("ann")).send().is(200);
    }

    @Test
    void errorMessageInAHeaderCannotStartAnotherHeader() {
        TestResponse response =
                server.get("/channels?by=%0D%0ASet-Cookie:%20x%E2%82%AC").send();
        response.fails(400, 40003);
        assertThat(response.header("X-Ably-Errormessage").orElseThrow()).matches("[ -~]+");
    }

    @Test
    void capabilityIsAskedForOnEveryRoute() {
        Map<String, String> routes = Map.of(
                "/channels/c/messages", "GET",
                "/channels/c/history", "GET",
                "/channels/c/presence", "GET",
                "/channels/c/presence/history", "GET",
                "/channels/c", "GET",
                "/channels", "GET");
        routes.forEach((path, method) ->
                server.request(method, path).basic(server.key(3)).send().fails(401, 40160));
        server.post("/channels/c/messages", "{}").basic(server.key(3)).send().fails(401, 40160);
        server.post("/channels/open:c/messages", "{}")
                .basic(server.key(3))
                .send()
                .is(201);
        assertThat(server.key(3).capability()).isNotEqualTo(Capability.DEFAULT);
    }

    @Test
    void metachannelsCanBeReadAreEmptyAndTakeNoPublish() {
        TestRequest history = server.get("/channels/%5Bmeta%5Dlog/messages");
        history.send().fails(401, 40160);
        assertThat(history.basic(server.key(2)).send().is(200).list()).isEmpty();
        server.post("/channels/%5Bmeta%5Dlog/messages", "{}")
                .basic(server.key(2))
                .send()
                .fails(401, 40160);
        server.get("/channels/%5Bmeta%5Dlog").basic(server.key(2)).send().is(200);
        assertThat(server.get("/channels").send().list()).isEmpty();
    }

    @Test
    void namespaceRulesHoldOverRest() {
        server.post("/channels/named:c/messages", "{}").send().fails(401, 40161);
        server.post("/channels/named:c/messages", "{}")
                .header("x-ably-clientid", TestServer.base64("ann"))
                .send()
                .is(201);
        server.get("/channels/safe:c/messages?accessToken=" + token("{}"))
                .anonymous()
                .plain()
                .send()
                .fails(403, 40311);
        server.get("/channels/safe:c/messages").send().is(200);
    }

    @Test
    void brokenUpstreamIsAnInternalErrorAndNothingMore() {
        RestServices nothing = new RestServices(
                "eu",
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                Optional.empty(),
                () -> 1,
                () -> "id");
        RestRequest request = RestRequest.of("GET", "/channels/c", Map.of(), new byte[0], true);
        TestResponse.of(new RestApi(nothing).handle(request)).fails(500, 50000);
    }
}
