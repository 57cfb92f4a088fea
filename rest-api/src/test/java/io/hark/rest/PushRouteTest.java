package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.ApiKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushRouteTest {
    private static final String DEVICES = "/push/deviceRegistrations";
    private static final String SUBSCRIPTIONS = "/push/channelSubscriptions";

    private final TestServer server = new TestServer();

    /// One that may subscribe to push in `pushenabled:*`, and nothing else.
    private final ApiKey subscriber = server.key(6);

    private static String device(String id, String more) {
        return """
            {"id": "%s", "platform": "ios", "formFactor": "phone", "deviceSecret": "s3cret", "clientId": null,
             "push": {"recipient": {"transportType": "apns", "deviceToken": "abc"}}%s}\
            """.formatted(id, more);
    }

    private static String device(String id) {
        return device(id, "");
    }

    /// Registers the device by itself, and gives its token.
    private String registered(String id) {
        return (String) server.post(DEVICES, device(id))
                .basic(subscriber)
                .await()
                .is(201)
                .at("deviceIdentityToken.token");
    }

    private TestRequest as(String token, String method, String target) {
        return server.request(method, target).anonymous().header("authorization", "Bearer " + TestServer.base64(token));
    }

    @Test
    void aDeviceThatRegistersItselfIsGivenATokenAndNotItsSecret() {
        TestResponse response =
                server.post(DEVICES, device("a")).basic(subscriber).await().is(201);

        assertThat(response.at("push.state")).isEqualTo("ACTIVE");
        assertThat(response.at("deviceIdentityToken.deviceId")).isEqualTo("a");
        assertThat(response.at("deviceIdentityToken.keyName")).isEqualTo(subscriber.name());
        assertThat(response.at("deviceIdentityToken.capability")).isEqualTo("{\"pushenabled:*\":[\"push-subscribe\"]}");
        assertThat(response.body().toString()).doesNotContain("deviceSecret", "clientId");
    }

    @Test
    void aDevicesTokenAloneLetsItLookAfterItself() {
        String token = registered("a");

        as(token, "PATCH", DEVICES + "/a")
                .json("{\"push\":{\"recipient\":{\"transportType\":\"fcm\",\"registrationToken\":\"x\"}}}")
                .await()
                .is(200);
        assertThat(as(token, "GET", DEVICES + "/a").await().is(200).at("push.recipient.transportType"))
                .isEqualTo("fcm");
        as(token, "POST", SUBSCRIPTIONS)
                .json("{\"channel\":\"pushenabled:a\",\"deviceId\":\"a\"}")
                .await()
                .is(201);
        assertThat(as(token, "GET", SUBSCRIPTIONS + "?deviceId=a")
                        .await()
                        .is(200)
                        .body())
                .isEqualTo(List.of(Map.of("channel", "pushenabled:a", "deviceId", "a")));
        as(token, "DELETE", DEVICES + "?deviceId=a").await().is(204);
        server.get(DEVICES + "/a").await().fails(404, 40400);
    }

    @Test
    void aDevicesTokenDoesNotReachOthers() {
        String token = registered("a");
        registered("b");

        as(token, "GET", DEVICES + "/b").await().fails(401, 40160);
        as(token, "PATCH", DEVICES + "/b").json("{}").await().fails(401, 40160);
        as(token, "DELETE", DEVICES + "/b").await().fails(401, 40160);
        as(token, "DELETE", DEVICES + "?deviceId=b").await().fails(401, 40160);
        as(token, "GET", DEVICES + "?deviceId=b").await().fails(401, 40160);
        as(token, "GET", DEVICES).await().fails(401, 40160);
        as(token, "GET", SUBSCRIPTIONS).await().fails(401, 40160);
        as(token, "POST", SUBSCRIPTIONS)
                .json("{\"channel\":\"pushenabled:a\",\"deviceId\":\"b\"}")
                .await()
                .fails(401, 40160);
        as(token, "GET", "/channels/pushenabled:a/messages").await().fails(401, 40160);
    }

    @Test
    void aTokenThatWasResetIsNoneAnyMore() {
        String token = registered("a");
        server.now += 1_000;
        String next = (String) server.request("POST", DEVICES + "/a/resetUpdateToken")
                .await()
                .is(200)
                .at("deviceIdentityToken.token");

        as(token, "PATCH", DEVICES + "/a").json("{}").await().fails(401, 40160);
        as(token, "GET", DEVICES + "?deviceId=a").await().fails(401, 40160);
        as(next, "PATCH", DEVICES + "/a").json("{}").await().is(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theTokenMayStandBesideOtherCredentialsRawOrNot(boolean raw) {
        String token = registered("a");

        server.request("POST", SUBSCRIPTIONS)
                .basic(subscriber)
                .header("x-ably-devicetoken", raw ? token : TestServer.base64(token))
                .json("{\"channel\":\"pushenabled:a\",\"deviceId\":\"a\"}")
                .await()
                .is(201);
    }

    @Test
    void theSecretProvesTheDevice() {
        registered("a");
        TestRequest request = server.request("POST", SUBSCRIPTIONS)
                .basic(subscriber)
                .json("{\"channel\":\"pushenabled:a\",\"deviceId\":\"a\"}");

        request.header("x-ably-devicesecret", "guessed").await().fails(401, 40160);
        request.header("x-ably-devicesecret", "s3cret").await().is(201);
    }

    @Test
    void whoKnowsTheSecretRegistersTheDeviceAnew() {
        registered("a");

        registered("a");
        server.post(DEVICES, device("a").replace("s3cret", "other"))
                .basic(subscriber)
                .await()
                .fails(401, 40100);
        server.post(DEVICES, device("b").replace("s3cret", "")).await().fails(400, 40000);
    }

    @Test
    void theSecretIsShownToAnAdminWhoAsksForTheDeviceOnly() {
        registered("a");

        assertThat(server.get(DEVICES + "/a").await().is(200).at("deviceSecret"))
                .isEqualTo("s3cret");
        assertThat(server.get(DEVICES).await().is(200).body().toString()).doesNotContain("s3cret");
        assertThat(server.request("PUT", DEVICES + "/a")
                        .json(device("a"))
                        .await()
                        .is(200)
                        .body()
                        .toString())
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "\"platform\":\"android\"|401|40100",
                "\"platform\":\"toaster\"|400|40000",
                "\"id\":\"b\"|401|40100",
                "\"deviceSecret\":\"b\"|401|40100",
                "\"push\":{\"state\":\"FAILED\"}|401|40100",
                "\"push\":{\"recipient\":{\"transportType\":\"pigeon\"}}|400|40000",
                "\"push\":{\"recipient\":{\"transportType\":\"apns\"}}|400|40000",
                "\"push\":{\"recipient\":[]}|400|40000",
                "\"metadata\":7|400|40001",
                "\"push\":{\"state\":\"ACTIVE\"}|200|0",
                "\"metadata\":{\"a\":1},\"clientId\":\"bob\"|200|0",
            })
    void onlySomeOfADeviceCanBeChanged(String member, int status, int code) {
        registered("a");
        TestResponse response =
                server.request("PATCH", DEVICES + "/a").json("{" + member + "}").await();

        if (code == 0) {
            response.is(status);
        } else {
            response.fails(status, code);
        }
    }

    @Test
    void aDeviceChangesNothingOfItselfButHowItIsReached() {
        String token = registered("a");

        as(token, "PATCH", DEVICES + "/a")
                .json("{\"metadata\":{\"a\":1}}")
                .await()
                .fails(401, 40100);
        as(token, "PATCH", DEVICES + "/a")
                .json("{\"clientId\":\"bob\"}")
                .await()
                .fails(401, 40100);
    }

    @Test
    void pagesSayWhereTheNextOneIs() {
        for (String id : List.of("a", "b", "c")) {
            registered(id);
        }
        TestResponse first = server.get(DEVICES + "?limit=2").await().is(200);
        String next = first.link("next").orElseThrow();

        assertThat((List<?>) first.body()).hasSize(2);
        assertThat(next).startsWith("./deviceRegistrations?limit=2&cursor=");
        TestResponse last =
                server.get(DEVICES + next.substring(next.indexOf('?'))).await().is(200);
        assertThat((List<?>) last.body()).hasSize(1);
        assertThat(last.link("next")).isEmpty();
        assertThat(last.link("first")).isPresent();
        server.get(DEVICES + "?limit=0").await().fails(400, 40003);
        server.get(DEVICES + "?cursor=x").await().fails(400, 40011);
        server.get(DEVICES + "?state=tired").await().fails(400, 40003);
        assertThat((List<?>)
                        server.get(DEVICES + "?state=active").await().is(200).body())
                .hasSize(3);
        assertThat((List<?>)
                        server.get(DEVICES + "?state=failed").await().is(200).body())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"channel\":\"pushenabled:a\"}",
                "{\"channel\":\"pushenabled:a\",\"deviceId\":\"a\",\"clientId\":\"b\"}",
                "{\"channel\":\"pushenabled:a\",\"clientId\":7}",
                "{\"channel\":\"pushenabled:a\",\"clientId\":\"\"}",
                "{\"channel\":\"pushenabled:a\",\"clientId\":\"a\\u0000b\"}",
                "{\"channel\":\"[meta]log\",\"clientId\":\"a\"}",
                "{\"channel\":\"pushenabled:a\\u0000b\",\"clientId\":\"a\"}",
                "{\"clientId\":\"a\"}",
                "[]",
                "nothing"
            })
    void whatIsNoSubscriptionIsRefused(String body) {
        assertThat(server.post(SUBSCRIPTIONS, body).await().status()).isEqualTo(400);
    }

    @Test
    void removalsNeedExactlyOneFilter() {
        server.request("DELETE", DEVICES).await().fails(400, 40000);
        server.request("DELETE", DEVICES + "?deviceId=a&clientId=b").await().fails(400, 40000);
        server.request("DELETE", SUBSCRIPTIONS + "?channel=pushenabled:a")
                .await()
                .fails(400, 40000);
        server.request("DELETE", DEVICES + "?clientId=nobody").await().is(204);
        server.request("DELETE", SUBSCRIPTIONS + "?clientId=nobody&channel=pushenabled:a")
                .await()
                .is(204);
    }

    @Test
    void notificationsAreForThoseWhoMayAndForWhoCanBeReached() {
        String fine = "{\"recipient\":{\"clientId\":\"bob\"},\"notification\":{\"title\":\"t\"}}";
        server.post("/push/publish", fine).await().is(204);
        server.post("/push/publish", fine).basic(subscriber).await().fails(401, 40160);
        server.post("/push/publish", fine.replace("{\"clientId\":\"bob\"}", "{\"foo\":\"bar\"}"))
                .await()
                .fails(400, 103002);
        server.post("/push/publish", fine.replace("{\"clientId\":\"bob\"}", "{}"))
                .await()
                .fails(400, 103002);
        server.post("/push/publish", fine.replace("clientId", "deviceId"))
                .await()
                .fails(404, 40400);
        server.post("/push/publish", fine.replace("{\"title\":\"t\"}", "\"t\""))
                .await()
                .fails(400, 40000);
    }

    @Test
    void aBatchOfTheOldDaysIsAListOrAnError() {
        String fine = "{\"recipient\":{\"clientId\":\"bob\"},\"payload\":{\"notification\":{\"title\":\"t\"}}}";
        String wrong = "{\"recipient\":{},\"payload\":{}}";

        assertThat(server.post("/push/batch/publish", "[" + fine + "]")
                        .version("2")
                        .await()
                        .is(201)
                        .body())
                .isEqualTo(List.of(Map.of()));
        TestResponse mixed = server.post("/push/batch/publish", "[" + fine + "," + wrong + "]")
                .version("2")
                .await();
        mixed.fails(400, 40020);
        assertThat(mixed.at("batchResponse.1.error.code")).isEqualTo(103002L);
        server.post("/push/batch/publish", "{}").await().fails(400, 40001);
    }

    @Test
    void whatIsNotOfferedSaysSo() {
        server.post("/push/apnsBroadcastChannels", "{\"messageStoragePolicy\":0}")
                .await()
                .fails(400, 103006);
    }

    @Test
    void byWhatADeviceProvesItselfIsNotPrinted() throws Refusal {
        Map<String, Object> recipient = Map.of("transportType", "fcm", "registrationToken", "hidden");
        Map<String, Object> body = Map.of("id", "a", "deviceSecret", "hidden", "push", Map.of("recipient", recipient));

        assertThat(DeviceBody.of(body).toString()).doesNotContain("hidden");
    }
}
