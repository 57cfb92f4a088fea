package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.ApiKey;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationRouteTest {
    private final TestServer server = new TestServer();
    private final ApiKey key = server.key(4);
    private final Instant now = Instant.ofEpochMilli(server.now);

    private TestRequest revoke(String json) {
        return server.post("/keys/" + key.name() + "/revokeTokens", json).basic(key);
    }

    private TokenRevoker.Tokens revocation(String target, Instant issuedBefore, Instant appliesAt) {
        return new TokenRevoker.Tokens(key.name(), target, issuedBefore, appliesAt);
    }

    @Test
    void everyTargetIsRevokedFromNowOn() {
        TestResponse response = revoke("{\"targets\":[\"clientId:a:b\",\"revocationKey:k\",\"channel:x:*\"]}")
                .send()
                .is(201);

        assertThat(response.at("successCount")).isEqualTo(3L);
        assertThat(response.at("failureCount")).isEqualTo(0L);
        assertThat(response.at("results.2"))
                .isEqualTo(Map.of("target", "channel:x:*", "issuedBefore", server.now, "appliesAt", server.now));
        assertThat(server.revoked)
                .containsExactly(
                        revocation("clientId:a:b", now, now),
                        revocation("revocationKey:k", now, now),
                        revocation("channel:x:*", now, now));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%d", "\"%d\""})
    void issuedBeforeIsEchoedAndTheMarginIsMoreThanHalfAMinute(String form) {
        long issuedBefore = server.now - 1000;
        TestResponse response = revoke("{\"targets\":[\"clientId:a\"],\"issuedBefore\":%s,\"allowReauthMargin\":true}"
                        .formatted(form.formatted(issuedBefore)))
                .send()
                .is(201);

        assertThat(response.at("results.0.issuedBefore")).isEqualTo(issuedBefore);
        assertThat((Long) response.at("results.0.appliesAt")).isGreaterThan(server.now + 30_000);
    }

    @Test
    void whatFailsFailsAloneAndInItsPlace() {
        TestResponse response = revoke(
                        "{\"targets\":[\"user:a\",\"clientId:a\",\"clientId:full\",\"clientId:b\",\"x\"]}")
                .send()
                .is(201);

        assertThat(response.at("successCount")).isEqualTo(2L);
        assertThat(response.at("failureCount")).isEqualTo(3L);
        assertThat(response.at("results.0.target")).isEqualTo("user:a");
        assertThat(response.at("results.0.error.code")).isEqualTo(40003L);
        assertThat(response.at("results.0.error.statusCode")).isEqualTo(400L);
        assertThat(((Map<?, ?>) response.at("results.1")).containsKey("error")).isFalse();
        assertThat(response.at("results.2.error.code")).isEqualTo(42922L);
        assertThat(response.at("results.3.target")).isEqualTo("clientId:b");
        assertThat(response.at("results.4.error.code")).isEqualTo(40003L);
    }

    @Test
    void clientsOfVersion2GetAListAndAnErrorWhenSomethingFails() {
        TestResponse fine =
                revoke("{\"targets\":[\"clientId:a\"]}").version("2").send().is(201);
        assertThat(fine.list()).hasSize(1);

        TestResponse failed = revoke("{\"targets\":[\"clientId:a\",\"x\"]}")
                .version("2")
                .send()
                .fails(400, 40020);
        assertThat((List<?>) failed.object().get("batchResponse")).hasSize(2);
    }

    @Test
    void msgpackIsReadAndWritten() {
        byte[] body = ProtocolCodec.of(Format.MSGPACK).encodeValue(Map.of("targets", List.of("clientId:a")));
        TestResponse response = revoke("")
                .body(Format.MSGPACK.mediaType(), body)
                .header("accept", Format.MSGPACK.mediaType())
                .send()
                .is(201);

        assertThat(response.raw().contentType()).contains(Format.MSGPACK.mediaType());
        assertThat(response.at("successCount")).isEqualTo(1L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|40001",
                "{}|40001",
                "{\"targets\":\"clientId:a\"}|40001",
                "{\"targets\":[]}|40000",
                "{\"targets\":[1]}|40001",
                "{\"targets\":[\"clientId:a\"],\"issuedBefore\":1700000000001}|40003",
                "{\"targets\":[\"clientId:a\"],\"issuedBefore\":1699996399999}|40003",
                "{\"targets\":[\"clientId:a\"],\"issuedBefore\":-1}|40003",
                "{\"targets\":[\"clientId:a\"],\"issuedBefore\":1.5}|40003",
                "{\"targets\":[\"clientId:a\"],\"issuedBefore\":\"soon\"}|40003",
                "{\"targets\":[\"clientId:a\"],\"allowReauthMargin\":\"yes\"}|40003"
            })
    void aBodyOfAWrongFormRevokesNothing(String body, int code) {
        revoke(body).send().fails(400, code);
        assertThat(server.revoked).isEmpty();
    }

    @Test
    void targetsAreBounded() {
        String most = String.join(",", Collections.nCopies(RevocationRoute.TARGETS_MAX, "\"clientId:a\""));

        revoke("{\"targets\":[" + most + "]}").send().is(201);
        revoke("{\"targets\":[" + most + ",\"clientId:a\"]}").send().fails(400, 40000);
    }

    @Test
    void onlyTheKeyItselfRevokesItsTokens() {
        String body = "{\"targets\":[\"clientId:a\"]}";
        revoke(body).anonymous().send().fails(401, 40101);
        revoke(body).basic(server.key(0)).send().fails(401, 40133);
        server.post("/keys/no.key/revokeTokens", body).send().fails(404, 40400);
        server.post("/keys/" + server.key(0).name() + "/revokeTokens", body)
                .send()
                .fails(401, 40163);
        Object token = server.post(
                        "/keys/" + key.name() + "/requestToken",
                        "{\"keyName\":\"%s\",\"timestamp\":%d}".formatted(key.name(), server.now))
                .basic(key)
                .send()
                .object()
                .get("token");
        revoke(body).header("authorization", "Bearer " + token).send().fails(401, 40162);
        assertThat(server.revoked).isEmpty();
    }
}
