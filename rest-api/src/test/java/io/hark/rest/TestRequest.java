package io.hark.rest;

import io.hark.auth.ApiKey;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A request being put together, and sent by the call that asks for its response.
final class TestRequest {
    private final TestServer server;
    private final String method;
    private final String target;
    private final Map<String, String> headers = new HashMap<>();
    private byte[] body = {};
    private boolean secure = true;

    TestRequest(TestServer server, String method, String target) {
        this.server = server;
        this.method = method;
        this.target = target;
        headers.put("x-ably-version", "6");
    }

    TestRequest header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    TestRequest basic(ApiKey key) {
        return header("authorization", "Basic " + TestServer.base64(key.text()));
    }

    TestRequest anonymous() {
        headers.remove("authorization");
        return this;
    }

    TestRequest version(String version) {
        return header("x-ably-version", version);
    }

    TestRequest plain() {
        secure = false;
        return this;
    }

    TestRequest json(String json) {
        return body("application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    TestRequest body(String type, byte[] bytes) {
        body = bytes;
        return header("content-type", type);
    }

    TestResponse send() {
        return TestResponse.of(ask());
    }

    /// For requests that another thread answers.
    TestResponse await() {
        CompletableFuture<RestResponse> answer = ask().toCompletableFuture();
        answer.orTimeout(10, TimeUnit.SECONDS).join();
        return TestResponse.of(answer);
    }

    /// For requests that are not answered at once.
    CompletionStage<RestResponse> ask() {
        return server.api.handle(RestRequest.of(method, target, headers, body, secure));
    }
}
