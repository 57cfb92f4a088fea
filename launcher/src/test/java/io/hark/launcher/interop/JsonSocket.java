package io.hark.launcher.interop;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Blocking: a WebSocket that says whatever it is told, and hears the server's frames as JSON.
final class JsonSocket implements AutoCloseable {
    private static final int WAIT_SECONDS_MAX = 20;

    private final BlockingQueue<JsonObject> frames = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    /// @param query  without `format`
    /// @param secure whether it comes over TLS as far as a node behind a proxy can tell
    JsonSocket(HttpClient http, int port, String query, boolean secure) {
        WebSocket.Builder builder = http.newWebSocketBuilder();
        if (secure) {
            builder.header("x-forwarded-proto", "https");
        }
        URI uri = URI.create("ws://127.0.0.1:%d/?format=json&%s".formatted(port, query));
        socket = builder.buildAsync(uri, new Frames())
                .orTimeout(WAIT_SECONDS_MAX, TimeUnit.SECONDS)
                .join();
    }

    private final class Frames implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                frames.add(JsonParser.parseString(text.toString()).getAsJsonObject());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }

    void send(String frame) {
        socket.sendText(frame, true).join();
    }

    /// Waits for the next frame that is one; those before it are forgotten.
    JsonObject await(Predicate<JsonObject> wanted) throws InterruptedException {
        while (true) {
            JsonObject frame = frames.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            if (frame == null) {
                throw new IllegalStateException("the server says nothing more");
            }
            if (wanted.test(frame)) {
                return frame;
            }
        }
    }

    JsonObject await(int action) throws InterruptedException {
        return await(frame -> frame.get("action").getAsInt() == action);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
