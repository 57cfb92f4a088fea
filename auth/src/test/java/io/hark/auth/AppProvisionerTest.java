package io.hark.auth;

import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.error;
import static io.hark.auth.Fixtures.granted;
import static io.hark.auth.Fixtures.tree;
import static io.hark.auth.Fixtures.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.Interpolation;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppProvisionerTest {
    private static final String REQUEST = """
        {
          "_comment": "ignored", "notes": null, "id": "ignored", "appId": "ignored", "connections": [{}],
          "limits": { "presence": { "maxMembers": 250 } },
          "keys": [
            {},
            { "capability": "{ \\"cansubscribe:*\\": [\\"subscribe\\"], \\"canpublish:*\\":[\\"publish\\"] }" },
            { "revocableTokens": true, "privileged": true }
          ],
          "namespaces": [
            { "id": "persisted", "persisted": true },
            { "id": "mutable", "mutableMessages": true },
            { "id": "pushenabled", "pushEnabled": true, "authenticated": true, "tlsOnly": true, "persistLast": true }
          ],
          "channels": [
            { "name": "persisted:fixtures", "presence": [
              { "clientId": "bool", "data": "true" },
              { "clientId": "encoded", "data": "AAAA", "encoding": "json/utf-8/cipher+aes-128-cbc/base64" },
              { "clientId": "nothing" }
            ] },
            { "name": "empty" }
          ]
        }
        """;

    private final AppProvisioner provisioner = new AppProvisioner(new SecureRandom());

    @Test
    void anAppHasTheKeysThatWereAskedFor() {
        App app = value(provision(REQUEST)).app();
        assertThat(app.id()).matches("[A-Za-z0-9]{6}");
        assertThat(app.presenceMembersMax()).isEqualTo(OptionalInt.of(250));
        assertThat(app.keys()).extracting(ApiKey::revocableTokens).containsExactly(false, false, true);
        assertThat(app.keys())
                .extracting(key -> key.capability().canonical())
                .containsExactly(
                        "{\"*\":[\"*\"]}",
                        "{\"canpublish:*\":[\"publish\"],\"cansubscribe:*\":[\"subscribe\"]}",
                        "{\"*\":[\"*\"]}");
        assertThat(app.keys()).allSatisfy(key -> {
            assertThat(key.text()).matches(app.id() + "\\.[A-Za-z0-9]{6}:[A-Za-z0-9_-]{43}");
            var credentials = new Credentials.Basic(key.text());
            var authenticator = new Authenticator(id -> Optional.of(app), Fixtures.SIGNER, false);
            assertThat(granted(authenticator.authenticate(credentials, true, NOW))
                            .keyName())
                    .isEqualTo(key.name());
        });
    }

    @Test
    void anAppHasTheNamespacesAndFixturesThatWereAskedFor() {
        ProvisionedApp provisioned = value(provision(REQUEST));
        assertThat(provisioned.app().namespaces())
                .containsExactly(
                        Map.entry("persisted", new Namespace("persisted", true, false, false, false, false, false)),
                        Map.entry("mutable", new Namespace("mutable", false, false, false, false, true, false)),
                        Map.entry("pushenabled", new Namespace("pushenabled", false, true, true, true, false, true)));
        assertThat(provisioned.channels())
                .containsExactly(
                        new ChannelFixture(
                                "persisted:fixtures",
                                List.of(
                                        new ChannelFixture.Member("bool", Optional.of("true"), Optional.empty()),
                                        new ChannelFixture.Member(
                                                "encoded",
                                                Optional.of("AAAA"),
                                                Optional.of("json/utf-8/cipher+aes-128-cbc/base64")),
                                        new ChannelFixture.Member("nothing", Optional.empty(), Optional.empty()))),
                        new ChannelFixture("empty", List.of()));
    }

    @Test
    void liveMessagesAreBatchedOrConflatedWhereTheRulesSaySo() throws MalformedFrame {
        ProvisionedApp provisioned = value(provision("""
            { "namespaces": [
                { "id": "batched", "batchingEnabled": true, "batchingInterval": 100 },
                { "id": "default", "batchingEnabled": true },
                { "id": "conflated", "conflationEnabled": true, "conflationInterval": 500,
                  "conflationKey": "#{message.clientId}", "exposeTimeserial": true, "populateChannelRegistry": true }
            ] }
            """));
        assertThat(provisioned.app().namespaces().values())
                .extracting(Namespace::delivery)
                .containsExactly(
                        new Delivery.Batched(Duration.ofMillis(100)),
                        new Delivery.Batched(Duration.ofMillis(20)),
                        new Delivery.Conflated(Duration.ofMillis(500), Interpolation.parse("#{message.clientId}")));
        assertThat(value(ProvisionedApp.fromTree(provisioned.toTree()))).isEqualTo(provisioned);
        assertThat(maps(AppProvisioner.response(provisioned), "namespaces").getLast())
                .containsEntry("conflationKey", "#{message.clientId}")
                .containsEntry("exposeTimeserial", true)
                .containsEntry("populateChannelRegistry", true);
    }

    @Test
    void rulesThatContradictThemselvesOrAreOutOfRangeAreRefused() {
        for (String rules : List.of(
                "\"batchingEnabled\": true, \"conflationEnabled\": true",
                "\"batchingEnabled\": true, \"batchingInterval\": 19",
                "\"batchingEnabled\": true, \"batchingInterval\": 1001",
                "\"conflationEnabled\": true, \"conflationInterval\": 60001",
                "\"conflationEnabled\": true, \"conflationKey\": \"#{nonsense}\"")) {
            assertThat(provision("{ \"namespaces\": [{ \"id\": \"a\", %s }] }".formatted(rules)))
                    .as(rules)
                    .isInstanceOf(Outcome.Refused.class);
        }
    }

    @Test
    void theReplyHasWhatProvisioningClientsRead() {
        ProvisionedApp provisioned = value(provision(REQUEST));
        App app = provisioned.app();
        Map<String, Object> reply = AppProvisioner.response(provisioned);
        assertThat(reply)
                .containsEntry("appId", app.id())
                .containsEntry("id", "hark:" + app.id())
                .containsEntry("accountId", "hark")
                .containsEntry("status", 1)
                .containsEntry("tlsOnly", false)
                .containsEntry("created", NOW.toEpochMilli());
        assertThat(maps(reply, "keys")).hasSize(3);
        ApiKey second = app.keys().get(1);
        assertThat(maps(reply, "keys").get(1))
                .containsEntry("id", second.keyId())
                .containsEntry("keyName", second.name())
                .containsEntry("keySecret", second.secret())
                .containsEntry("value", second.secret())
                .containsEntry("keyStr", second.text())
                .containsEntry("capability", second.capability().canonical())
                .containsEntry("privileged", false)
                .containsEntry("expires", NOW.toEpochMilli() + 3_600_000);
        assertThat(maps(reply, "namespaces"))
                .extracting(namespace -> namespace.get("id"))
                .containsExactly("persisted", "mutable", "pushenabled");
        assertThat(maps(reply, "channels")).hasSize(2);
        assertThat(maps(reply, "connections"))
                .containsExactly(
                        Map.of("name", "sole", "key", app.keys().getFirst().text()));
    }

    @Test
    void anEmptyRequestGivesAnAppWithOneKey() {
        App app = value(provision("{}")).app();
        assertThat(app.keys()).hasSize(1);
        assertThat(app.presenceMembersMax()).isEmpty();
    }

    @Test
    void anAppIsStoredAsJsonAndReadBackEqual() throws MalformedFrame {
        ProtocolCodec json = ProtocolCodec.of(Format.JSON);
        for (String request : List.of(REQUEST, "{}", "{\"tlsOnly\":true}")) {
            ProvisionedApp provisioned = value(provision(request));
            Object stored = json.decodeValue(json.encodeValue(provisioned.toTree()));
            assertThat(value(ProvisionedApp.fromTree(members(stored)))).isEqualTo(provisioned);
        }
    }

    @Test
    void aStoredAppNeedsOnlyItsIdAndKeys() {
        Map<String, Object> tree =
                tree("id", "demo", "keys", List.of(tree("id", "k", "secret", "s", "enabled", false)));
        App app = value(ProvisionedApp.fromTree(tree)).app();
        assertThat(app.enabled()).isTrue();
        assertThat(app.keys()).containsExactly(new ApiKey("demo", "k", "s", Capability.DEFAULT, false, false));
    }

    @Test
    void aStoredAppThatIsWrongIsRefusedNamingThePlace() {
        assertError(error(ProvisionedApp.fromTree(Map.of())), 400, 40000);
        assertError(error(ProvisionedApp.fromTree(tree("id", "a.b"))), 400, 40000);
        var badKey = tree("id", "demo", "keys", List.of(tree("id", "k:", "secret", "s")));
        assertThat(error(ProvisionedApp.fromTree(badKey)).message()).startsWith("app.keys[0].id must be ");
        var noSecret = tree("id", "demo", "keys", List.of(tree("id", "k")));
        assertThat(error(ProvisionedApp.fromTree(noSecret)).message()).startsWith("app.keys[0].secret must be ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"keys\":{}}",
                "{\"keys\":[7]}",
                "{\"keys\":[{\"capability\":{}}]}",
                "{\"keys\":[{\"capability\":\"{\\\"a\\\":[]}\"}]}",
                "{\"keys\":[{\"revocableTokens\":1}]}",
                "{\"limits\":7}",
                "{\"limits\":{\"presence\":{\"maxMembers\":-1}}}",
                "{\"limits\":{\"presence\":{\"maxMembers\":\"9\"}}}",
                "{\"namespaces\":[{}]}",
                "{\"namespaces\":[{\"id\":\"\"}]}",
                "{\"namespaces\":[{\"id\":\"a\",\"persisted\":\"yes\"}]}",
                "{\"channels\":[{\"name\":\"a\",\"presence\":[{}]}]}",
                "{\"channels\":[{\"presence\":[]}]}",
                "{\"channels\":[{\"name\":\"a\",\"presence\":[{\"clientId\":\"c\",\"data\":7}]}]}",
                "{\"tlsOnly\":\"no\"}",
            })
    void aMalformedRequestIsRefusedWith40000(String request) {
        assertError(error(provision(request)), 400, 40000);
    }

    @Test
    void moreKeysThanTheLimitAreRefused() {
        String keys = IntStream.rangeClosed(0, 100).mapToObj(i -> "{}").collect(Collectors.joining(","));
        assertThat(error(provision("{\"keys\":[" + keys + "]}")).message())
                .isEqualTo("request.keys must be a list of at most 100 objects");
    }

    private Outcome<ProvisionedApp> provision(String json) {
        return provisioner.provision(members(Json.object(json).orElseThrow()), NOW);
    }

    private static List<Map<String, Object>> maps(Map<String, Object> tree, String name) {
        return Stream.of(tree.get(name))
                .flatMap(list -> ((List<?>) list).stream())
                .map(AppProvisionerTest::members)
                .toList();
    }

    private static Map<String, Object> members(Object tree) {
        Map<String, Object> members = tree();
        ((Map<?, ?>) tree).forEach((name, value) -> members.put((String) name, value));
        return members;
    }
}
