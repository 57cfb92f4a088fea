package io.hark.launcher.interop;

import static io.hark.launcher.interop.ErrorsNode.HTTP;
import static io.hark.launcher.interop.ErrorsNode.json;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hark.launcher.interop.ErrorsNode.Row;
import io.hark.launcher.interop.ErrorsNode.Told;
import io.hark.protocol.ErrorCode;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// Every code of push and of the control API, each by a request that brings it about.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PushAndControlErrorsTest {
    private static final String TOKEN = "an access token of more than 32 characters";
    private static final String APPS = "/v1/accounts/hark/apps";
    private static final int ITEMS_MAX = 100;

    private static ErrorsNode node;

    @BeforeAll
    static void start() throws Exception {
        node = ErrorsNode.start(
                Map.of("HARK_CONTROL_TOKEN", TOKEN, "HARK_PUSH_LIMITS_SUBSCRIPTIONSPERCHANNELMAX", "1"));
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    @TestFactory
    Stream<DynamicTest> ofPush() {
        String subscription = "{'channel':'%s','clientId':'%s'}";
        Call first = node.post("/push/channelSubscriptions", subscription.formatted("pushed:a", "ann"));
        Call second = node.post("/push/channelSubscriptions", subscription.formatted("pushed:a", "bob"));
        return tests(
                row(
                        ErrorCode.UNAUTHORIZED,
                        "a subscription where push is not enabled",
                        node.post("/push/channelSubscriptions", subscription.formatted("plain", "ann"))),
                row(
                        ErrorCode.INVALID_PUSH_RECIPIENT,
                        "a recipient of no known kind",
                        node.post("/push/publish", "{'recipient':{'foo':'bar'},'notification':{'title':'t'}}")),
                row(
                        ErrorCode.PUSH_NOT_CONFIGURED,
                        "a broadcast channel of APNs",
                        node.post("/push/apnsBroadcastChannels", "{}")),
                new Row(HTTP, ErrorCode.PUSH_LIMIT, "one subscription too many", () -> {
                    node.answer(first);
                    return node.refused(second);
                }));
    }

    @TestFactory
    Stream<DynamicTest> ofTheControlApi() {
        return tests(
                new Row(HTTP, ErrorCode.UNPROCESSABLE, "an app without a name", () -> refused("POST", APPS, "{}")),
                new Row(HTTP, ErrorCode.CONFLICT, "a namespace that is there", () -> {
                    String namespaces = makeApp() + "/namespaces";
                    answer(namespaces, "{'id':'orders'}");
                    return refused("POST", namespaces, "{'id':'orders'}");
                }),
                new Row(HTTP, ErrorCode.NAMESPACE_LIMIT, "one namespace too many", () -> {
                    String namespaces = makeApp() + "/namespaces";
                    for (int made = 0; made < ITEMS_MAX; made++) {
                        answer(namespaces, "{'id':'n%d'}".formatted(made));
                    }
                    return refused("POST", namespaces, "{'id':'more'}");
                }),
                new Row(HTTP, ErrorCode.KEY_LIMIT, "one key too many", () -> {
                    String keys = makeApp() + "/keys";
                    String key = "{'name':'k','capability':{'*':['*']}}";
                    for (int made = 0; made < ITEMS_MAX; made++) {
                        answer(keys, key);
                    }
                    return refused("POST", keys, key);
                }),
                new Row(HTTP, ErrorCode.APP_LIMIT, "one app too many", () -> {
                    for (int made = 0; made < ITEMS_MAX; made++) {
                        HttpResponse<String> response = node.send(control("POST", APPS, "{'name':'more'}"));
                        if (response.statusCode() != 201) {
                            return unwrapped(response);
                        }
                    }
                    throw new AssertionError("there is no end to apps");
                }));
    }

    private static Stream<DynamicTest> tests(Row... rows) {
        return Stream.of(rows)
                .map(row -> DynamicTest.dynamicTest("%d %s".formatted(row.code().code(), row.what()), row::check));
    }

    private static Row row(ErrorCode code, String what, Call call) {
        return new Row(HTTP, code, what, () -> node.refused(call));
    }

    private static Call control(String method, String path, String body) {
        return new Call(method, path, json(body)).bearer(TOKEN);
    }

    private static JsonObject answer(String path, String body) throws Exception {
        return node.answer(control("POST", path, body)).getAsJsonObject();
    }

    /// @return its path
    private static String makeApp() throws Exception {
        return "/v1/apps/" + answer(APPS, "{'name':'Shop'}").get("id").getAsString();
    }

    private static Told refused(String method, String path, String body) throws Exception {
        return unwrapped(node.send(control(method, path, body)));
    }

    /// Errors of the control API are not members of anything.
    private static Told unwrapped(HttpResponse<String> response) {
        JsonObject error = JsonParser.parseString(response.body()).getAsJsonObject();
        return new Told(HTTP, response.statusCode(), error);
    }
}
