package io.hark.jepsen;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Blocking: what nodes answer over HTTP. Nodes are counted from 0.
final class NodeApi implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final int PAGE = 1_000;
    private static final Pattern NEXT = Pattern.compile("<\\./\\w+(\\?[^>]*)>; rel=\"next\"");
    private static final Pattern ALARMS = Pattern.compile("(?m)^hark_alarms_total(?:\\{[^}]*})? (\\S+)$");

    private final List<InetSocketAddress> nodes;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(SHORT)
            .build();

    NodeApi(List<InetSocketAddress> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /// What a node says of the region.
    ///
    /// @param live     nodes that are up
    /// @param draining nodes that give away what they own
    /// @param owners   slots that each node owns
    /// @param slots    how many there are
    /// @param full     slots whose in-sync set has all its replicas
    /// @param moving   slots that are on their way to another owner
    /// @param waiting  requests at this node that no owner has answered
    record RegionState(
            Set<String> live,
            Set<String> draining,
            Map<String, Set<Integer>> owners,
            int slots,
            int full,
            int moving,
            int waiting) {
        /// Whether every slot has an owner and `copies` in-sync nodes.
        boolean isWhole() {
            return slots > 0 && full == slots && moving == 0;
        }

        int owned(int node) {
            return owners.getOrDefault(ClusterSpec.name(node), Set.of()).size();
        }

        int unowned() {
            return slots - owners.values().stream().mapToInt(Set::size).sum();
        }
    }

    private HttpRequest.Builder request(int node, String pathAndQuery, Duration within) {
        InetSocketAddress address = nodes.get(node);
        String key = Base64.getEncoder().encodeToString(ClusterSpec.KEY.getBytes(StandardCharsets.UTF_8));
        return HttpRequest.newBuilder(URI.create(
                        "http://%s:%d%s".formatted(address.getHostString(), address.getPort(), pathAndQuery)))
                .header("Authorization", "Basic " + key)
                .header("X-Forwarded-Proto", "https")
                .timeout(within);
    }

    /// The request's timeout alone ends with the headers: a body can take for ever.
    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        Duration within = request.timeout().orElse(LONG).plus(SHORT);
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            return answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no whole answer within " + within, e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private HttpResponse<byte[]> get(int node, String pathAndQuery, Duration within)
            throws IOException, InterruptedException {
        return send(request(node, pathAndQuery, within).build());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    /// @return empty when it serves, else why it does not
    Optional<String> notReady(int node) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = get(node, "/health/ready", SHORT);
            return answer.statusCode() == 200 ? Optional.empty() : Optional.of(text(answer));
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /// Alarms that a node has raised since it started: promises that it found broken.
    long alarms(int node) throws IOException, InterruptedException {
        Matcher alarms = ALARMS.matcher(text(get(node, "/metrics", LONG)));
        long sum = 0;
        while (alarms.find()) {
            sum += (long) Double.parseDouble(alarms.group(1));
        }
        return sum;
    }

    /// The answer to one try of a publish.
    ///
    /// @param status 201 when it was accepted
    /// @param serial of the message; empty when there is none
    record Answer(int status, int code, String serial) {}

    /// @throws IOException when there is no answer: the publish may or may not take effect
    Answer publish(int node, String channel, String id, String name, String data, Duration within)
            throws IOException, InterruptedException {
        byte[] body = ProtocolCodec.of(Format.JSON).encodeValue(Map.of("id", id, "name", name, "data", data));
        HttpResponse<byte[]> answer = send(request(node, "/channels/" + encoded(channel) + "/messages", within)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
        Map<?, ?> tree = tree(answer);
        if (answer.statusCode() == 201) {
            String serial = tree.get("serials") instanceof List<?> serials && !serials.isEmpty()
                    ? String.valueOf(serials.getFirst())
                    : "";
            return new Answer(201, 0, serial);
        }
        int code = tree.get("error") instanceof Map<?, ?> error && error.get("code") instanceof Number number
                ? number.intValue()
                : 0;
        return new Answer(answer.statusCode(), code, "");
    }

    private static Map<?, ?> tree(HttpResponse<byte[]> answer) throws IOException {
        try {
            return answer.body().length > 0
                            && ProtocolCodec.of(Format.JSON).decodeValue(answer.body()) instanceof Map<?, ?> map
                    ? map
                    : Map.of();
        } catch (MalformedFrame notJson) {
            throw new IOException(
                    "the answer %d is not JSON: %s".formatted(answer.statusCode(), text(answer)), notJson);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Gives a channel's whole history as the node tells it, oldest first.
    void history(int node, String channel, Consumer<Message> consumer) throws IOException, InterruptedException {
        pages(node, "/channels/" + encoded(channel) + "/messages", "?direction=forwards&limit=" + PAGE, body -> {
            ProtocolCodec.of(Format.MSGPACK).decodeMessagePage(body).forEach(consumer);
        });
    }

    List<PresenceMessage> presence(int node, String channel) throws IOException, InterruptedException {
        List<PresenceMessage> members = new ArrayList<>();
        pages(
                node,
                "/channels/" + encoded(channel) + "/presence",
                "?limit=" + PAGE,
                body -> members.addAll(ProtocolCodec.of(Format.MSGPACK).decodePresencePage(body)));
        return members;
    }

    private interface PageReader {
        void read(byte[] body) throws MalformedFrame;
    }

    private void pages(int node, String path, String firstQuery, PageReader reader)
            throws IOException, InterruptedException {
        Optional<String> query = Optional.of(firstQuery + "&format=msgpack");
        while (query.isPresent()) {
            HttpResponse<byte[]> page = get(node, path + query.get(), LONG);
            if (page.statusCode() != 200) {
                throw new IOException("%s answers %d to %s%s: %s"
                        .formatted(ClusterSpec.name(node), page.statusCode(), path, query.get(), text(page)));
            }
            try {
                reader.read(page.body());
            } catch (MalformedFrame malformed) {
                throw new IOException(path + " cannot be read", malformed);
            }
            query = page.headers().allValues("link").stream()
                    .map(NEXT::matcher)
                    .filter(Matcher::find)
                    .map(link -> link.group(1))
                    .findFirst();
        }
    }

    RegionState state(int node) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = send(admin(node, "/admin/state", LONG).build());
        if (answer.statusCode() != 200) {
            throw new IOException("/admin/state answers %d: %s".formatted(answer.statusCode(), text(answer)));
        }
        Map<?, ?> tree = tree(answer);
        Set<String> live = new HashSet<>();
        Set<String> draining = new HashSet<>();
        for (Object entry : (List<?>) tree.get("nodes")) {
            Map<?, ?> nodeTree = (Map<?, ?>) entry;
            if ("UP".equals(nodeTree.get("status"))) {
                live.add(String.valueOf(nodeTree.get("id")));
            } else if ("DRAINING".equals(nodeTree.get("status"))) {
                draining.add(String.valueOf(nodeTree.get("id")));
            }
        }
        Map<String, Set<Integer>> owners = new HashMap<>();
        int slots = 0;
        int full = 0;
        int moving = 0;
        int copies = Math.min(((Number) tree.get("replicas")).intValue(), live.size());
        for (Object entry : (List<?>) tree.get("slots")) {
            Map<?, ?> slot = (Map<?, ?>) entry;
            String owner = slot.get("owner") == null ? "" : String.valueOf(slot.get("owner"));
            slots++;
            if (!owner.isEmpty()) {
                owners.computeIfAbsent(owner, name -> new HashSet<>()).add(((Number) slot.get("slot")).intValue());
                full += ((List<?>) slot.get("isr")).size() >= copies ? 1 : 0;
            }
            moving += slot.get("movingTo") instanceof String target && !target.isEmpty() ? 1 : 0;
        }
        int waiting = 0;
        for (Object held : (List<?>) tree.get("held")) {
            waiting += ((Number) ((Map<?, ?>) held).get("waiting")).intValue();
        }
        return new RegionState(live, draining, owners, slots, full, moving, waiting);
    }

    private HttpRequest.Builder admin(int node, String pathAndQuery, Duration within) {
        return request(node, pathAndQuery, within).setHeader("Authorization", "Bearer " + ClusterSpec.ADMIN_TOKEN);
    }

    /// Has the region take what `node` owns and hold no more there, or forget it; asked of `through`.
    ///
    /// @param what `drain` or `remove`
    void order(int through, String what, int node) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                send(admin(through, "/admin/%s?node=%s".formatted(what, ClusterSpec.name(node)), LONG)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build());
        if (answer.statusCode() != 200) {
            throw new IOException("/admin/%s answers %d: %s".formatted(what, answer.statusCode(), text(answer)));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
