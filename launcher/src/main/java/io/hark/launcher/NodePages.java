package io.hark.launcher;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.ControlApi;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Handle: what the node says of itself over HTTP: health, metrics and, on a developer's machine, the
/// quickstart page. Any thread.
final class NodePages implements Function<RestRequest, Optional<CompletionStage<RestResponse>>> {
    private static final Pattern FILE =
            Pattern.compile("/(?:[a-z0-9_-]+/)*[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*\\.(html|js|css|svg|png)");
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png");

    private static final Map<String, String> NO_FRONTEND =
            Map.of("error", "this node serves no clients; ask one whose roles include frontend");

    private final NodeMetrics metrics;
    private final Supplier<Optional<String>> unready;
    private final Optional<String> devKey;
    private final Optional<AdminPages> admin;
    private final Optional<ControlApi> control;
    private final boolean servesClients;

    /// @param unready why the node should get no new clients, or empty when it may
    /// @param devKey  on a developer's machine the key that the page uses
    /// @param admin   for operators, if they may
    /// @param control for operators who make apps, if they may
    /// @param servesClients whether others than operators get anything but these pages
    NodePages(
            NodeMetrics metrics,
            Supplier<Optional<String>> unready,
            Optional<String> devKey,
            Optional<AdminPages> admin,
            Optional<ControlApi> control,
            boolean servesClients) {
        this.servesClients = servesClients;
        this.metrics = metrics;
        this.unready = unready;
        this.devKey = devKey;
        this.admin = admin;
        this.control = control;
    }

    @Override
    public Optional<CompletionStage<RestResponse>> apply(RestRequest request) {
        if (request.rawPath().startsWith("/admin/")) {
            return admin.flatMap(pages -> pages.answer(request));
        }
        Optional<CompletionStage<RestResponse>> controlled = control.flatMap(api -> api.answer(request));
        if (controlled.isPresent()) {
            return controlled;
        }
        return page(request)
                .or(() -> servesClients ? Optional.empty() : Optional.of(json(503, NO_FRONTEND)))
                .map(CompletableFuture::completedStage);
    }

    private Optional<RestResponse> page(RestRequest request) {
        if (!request.method().equals("GET")) {
            return Optional.empty();
        }
        return switch (request.rawPath()) {
            case "/health/live" -> Optional.of(json(200, Map.of("status", "live")));
            case "/health/ready" ->
                Optional.of(unready.get()
                        .map(why -> json(503, Map.of("status", "not ready", "reason", why)))
                        .orElseGet(() -> json(200, Map.of("status", "ready"))));
            case "/metrics" ->
                Optional.of(response(
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        metrics.scrape().getBytes(StandardCharsets.UTF_8)));
            case "/dev/config.json" -> devKey.map(key -> json(200, Map.of("key", key)));
            case "/" -> devKey.flatMap(key -> file("/index.html"));
            default -> devKey.flatMap(key -> file(request.rawPath()));
        };
    }

    private static Optional<RestResponse> file(String path) {
        var matcher = FILE.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try (InputStream content = NodePages.class.getResourceAsStream("/web" + path)) {
            return content == null
                    ? Optional.empty()
                    : Optional.of(response(200, MEDIA_TYPES.get(matcher.group(1)), content.readAllBytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static RestResponse json(int status, Map<String, ?> values) {
        return response(
                status,
                Format.JSON.mediaType(),
                ProtocolCodec.of(Format.JSON).encodeValue(new LinkedHashMap<String, Object>(values)));
    }

    private static RestResponse response(int status, String mediaType, byte[] body) {
        return new RestResponse(
                status, Optional.of(mediaType), body, List.of(new RestResponse.Header("Cache-Control", "no-store")));
    }
}
