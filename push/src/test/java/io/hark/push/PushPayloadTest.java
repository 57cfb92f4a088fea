package io.hark.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What becomes of a notification on each way to a device.
class PushPayloadTest {
    private static PushPayload payload(String json) throws PushRefusal {
        return PushPayload.of(Trees.parse(json).orElseThrow(), 1_000);
    }

    @Test
    void aChannelIsGivenAllMembersOfANotificationInTheirOrder() throws PushRefusal {
        assertThat(payload("{\"notification\":{},\"data\":{\"foo\":\"bar\"}}").normalised())
                .isEqualTo("{\"data\":{\"foo\":\"bar\"},\"notification\":{\"body\":null,\"collapseKey\":null,"
                        + "\"icon\":null,\"sound\":null,\"title\":null,\"ttl\":null}}");
    }

    @Test
    void apnsIsGivenAnAlertAndTheData() throws PushRefusal {
        PushPayload payload = payload("""
            {"notification": {"title": "t", "body": "b", "sound": "s", "collapseKey": "c"}, "data": {"k": "v"},
             "apns": {"aps": {"badge": 1}, "apns-headers": {"apns-priority": "5"}}}\
            """);

        assertThat(Trees.json(payload.forApns()))
                .isEqualTo("{\"k\":\"v\",\"aps\":{\"alert\":{\"title\":\"t\",\"body\":\"b\"},\"sound\":\"s\","
                        + "\"thread-id\":\"c\",\"badge\":1},\"apns-headers\":{\"apns-priority\":\"5\"}}");
    }

    @Test
    void apnsWakesADeviceWithoutAnAlert() throws PushRefusal {
        assertThat(payload("{\"data\":{\"k\":\"v\"}}").forApns().get("aps")).isEqualTo(Map.of("content-available", 1L));
    }

    @Test
    void fcmIsGivenTextOnly() throws PushRefusal {
        PushPayload payload = payload("""
            {"notification": {"title": "t", "collapseKey": "c", "ttl": 60, "icon": "i"}, "data": {"n": 1, "s": "x"},
             "fcm": {"android": {"priority": "high"}}}\
            """);

        assertThat(Trees.json(payload.forFcm()))
                .isEqualTo("{\"notification\":{\"title\":\"t\"},\"data\":{\"n\":\"1\",\"s\":\"x\"},"
                        + "\"android\":{\"collapse_key\":\"c\",\"ttl\":\"60s\",\"notification\":{\"icon\":\"i\"},"
                        + "\"priority\":\"high\"}}");
    }

    @Test
    void aBrowserIsGivenWhatItsWorkerShows() throws PushRefusal {
        assertThat(Trees.json(payload("{\"notification\":{\"title\":\"t\",\"collapseKey\":\"c\"}}")
                        .forWeb()))
                .isEqualTo("{\"notification\":{\"title\":\"t\",\"tag\":\"c\"},\"data\":{}}");
    }

    @Test
    void aTtlThatIsNoneIsTheLongest() throws PushRefusal {
        for (String ttl : List.of("-1", "\"soon\"", "99999999999", "{}")) {
            assertThat(payload("{\"notification\":{\"ttl\":%s}}".formatted(ttl)).ttlSeconds())
                    .isEqualTo(28 * 24 * 60 * 60);
        }
        assertThat(payload("{\"notification\":{\"ttl\":\"60\"}}").ttlSeconds()).isEqualTo(60);
    }

    @Test
    void whatIsNoNotificationIsRefused() {
        assertThatThrownBy(() -> payload("{\"notification\":\"hello\"}")).isInstanceOf(PushRefusal.class);
        assertThatThrownBy(() -> payload("{\"data\":{\"a\":\"%s\"}}".formatted("x".repeat(1_000))))
                .isInstanceOf(PushRefusal.class)
                .hasMessageContaining("the limit is 1000");
    }

    @Test
    void byWhatARecipientIsReachedIsNotPrinted() throws PushRefusal {
        List<Map<String, Object>> recipients = List.of(Map.of("transportType", "ablyChannel", "ablyKey", "hidden"));

        assertThat(new Push.Notification(recipients, payload("{}")).toString()).doesNotContain("hidden");
        assertThat(new PushJob("id", new PushJob.Target.Named(recipients), payload("{}")).toString())
                .doesNotContain("hidden");
    }
}
