package io.hark.launcher;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The `hark admin` command: what operators ask of a running region, over HTTP.
@Command(name = "admin", description = "Shows and changes a running region.", mixinStandardHelpOptions = true)
final class AdminCommand {
    @Option(
            names = "--url",
            defaultValue = "http://localhost:8080",
            scope = picocli.CommandLine.ScopeType.INHERIT,
            description = "Any node of the region (default: ${DEFAULT-VALUE}).")
    private String url;

    @Option(
            names = "--token",
            scope = picocli.CommandLine.ScopeType.INHERIT,
            description = "The node's admin.token; or in the variable HARK_ADMIN_TOKEN.")
    private String token;

    @Spec
    private CommandSpec spec;

    @Command(description = "Shows nodes, who owns how many slots, and how far behind copies are.")
    int state() throws InterruptedException {
        Map<String, Object> state = ask("GET", "/admin/state");
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "version %s, %s copies of each slot, at least %s in sync; asked %s%n%n",
                state.get("version"), state.get("replicas"), state.get("minIsr"), state.get("node"));
        out.printf("%-20s %-9s %6s %9s %8s  %s%n", "node", "status", "owns", "in sync", "copies", "address");
        Map<String, int[]> counts = counts(state);
        for (Map<?, ?> node : maps(state, "nodes")) {
            int[] count = counts.getOrDefault(String.valueOf(node.get("id")), new int[3]);
            out.printf(
                    "%-20s %-9s %6d %9d %8d  %s%n",
                    node.get("id"), node.get("status"), count[0], count[1], count[2], node.get("address"));
        }
        long unowned = maps(state, "slots").stream()
                .filter(slot -> String.valueOf(slot.get("owner")).isEmpty())
                .count();
        long behind =
                maps(state, "held").stream().mapToLong(AdminCommand::lag).max().orElse(0);
        out.printf(
                "%nslots without an owner: %d%nentries that a copy of %s's slots is behind at most: %d%n",
                unowned, state.get("node"), behind);
        out.flush();
        return 0;
    }

    private static Map<String, int[]> counts(Map<String, Object> state) {
        Map<String, int[]> counts = new TreeMap<>();
        for (Map<?, ?> slot : maps(state, "slots")) {
            counts.computeIfAbsent(String.valueOf(slot.get("owner")), id -> new int[3])[0]++;
            list(slot.get("isr")).forEach(id -> counts.computeIfAbsent(String.valueOf(id), key -> new int[3])[1]++);
            list(slot.get("replicas"))
                    .forEach(id -> counts.computeIfAbsent(String.valueOf(id), key -> new int[3])[2]++);
        }
        return counts;
    }

    /// Entries that the slowest copy of a slot that is owned there has not confirmed.
    private static long lag(Map<?, ?> held) {
        if (!(held.get("confirmed") instanceof Map<?, ?> confirmed) || !(held.get("lastLsn") instanceof Number last)) {
            return 0;
        }
        return confirmed.values().stream()
                .mapToLong(lsn -> last.longValue() - Math.max(0, ((Number) lsn).longValue()))
                .max()
                .orElse(0);
    }

    @Command(description = "Has a node give away what it owns, before it is stopped.")
    int drain(@Parameters(paramLabel = "NODE") String node) throws InterruptedException {
        return decide("/admin/drain", Map.of("node", node));
    }

    @Command(description = "Takes a node out for good: its copies are made elsewhere.")
    int remove(@Parameters(paramLabel = "NODE") String node) throws InterruptedException {
        return decide("/admin/remove", Map.of("node", node));
    }

    @Command(
            description = "Gives a slot whose in-sync nodes are lost for good to NODE, which may have less."
                    + " Clients are told that they may have missed messages.")
    int elect(@Parameters(paramLabel = "SLOT") int slot, @Parameters(paramLabel = "NODE") String node)
            throws InterruptedException {
        return decide("/admin/elect", Map.of("slot", Integer.toString(slot), "node", node));
    }

    @Command(
            name = "elect-all",
            description = "Gives every slot without an owner to the survivor that has most of it: for when all nodes"
                    + " that were in sync with those slots are lost for good. Clients are told that they may have"
                    + " missed messages.")
    int electAll(
            @Option(
                            names = "--survivors",
                            required = true,
                            split = ",",
                            paramLabel = "URL",
                            description = "Where the nodes answer that may hold copies.")
                    List<String> survivors)
            throws InterruptedException {
        List<Map<String, Object>> states = new ArrayList<>();
        for (String survivor : survivors) {
            states.add(ask(survivor, "GET", "/admin/state"));
        }
        LostSlots lost = LostSlots.of(states);
        for (Map.Entry<Integer, String> slot : lost.successors().entrySet()) {
            ask(survivors.getFirst(), "POST", "/admin/elect?slot=%d&node=%s".formatted(slot.getKey(), slot.getValue()));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("slots that had no owner: %d%n", lost.successors().size());
        new TreeMap<>(lost.successors().values().stream().collect(Collectors.groupingBy(node -> node)))
                .forEach((node, slots) -> out.printf("%-20s has %d of them now%n", node, slots.size()));
        out.printf("of which nobody had anything, so that they begin empty: %d%n", lost.empty());
        out.flush();
        return 0;
    }

    private int decide(String path, Map<String, String> params) throws InterruptedException {
        StringBuilder query = new StringBuilder(path);
        String separator = "?";
        for (Map.Entry<String, String> param : new TreeMap<>(params).entrySet()) {
            query.append(separator)
                    .append(param.getKey())
                    .append('=')
                    .append(URLEncoder.encode(param.getValue(), StandardCharsets.UTF_8));
            separator = "&";
        }
        Map<String, Object> answer = ask("POST", query.toString());
        spec.commandLine().getOut().printf("decided, version %s%n", answer.get("version"));
        return 0;
    }

    private Map<String, Object> ask(String method, String path) throws InterruptedException {
        return ask(url, method, path);
    }

    private Map<String, Object> ask(String url, String method, String path) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(15))
                .method(method, HttpRequest.BodyPublishers.noBody());
        Optional.ofNullable(token)
                .or(() -> Optional.ofNullable(System.getenv("HARK_ADMIN_TOKEN")))
                .ifPresent(given -> request.header("Authorization", "Bearer " + given));
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, Object> body = new LinkedHashMap<>();
            if (ProtocolCodec.of(Format.JSON).decodeValue(response.body()) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> body.put(String.valueOf(name), value));
            }
            if (response.statusCode() != 200) {
                throw new ConfigException("%s answered %d: %s"
                        .formatted(url, response.statusCode(), body.getOrDefault("error", "not what was asked for")));
            }
            return body;
        } catch (IOException | MalformedFrame e) {
            throw new ConfigException("%s cannot be asked: %s. Is it a node, and is --url right?".formatted(url, e));
        }
    }

    private static List<Map<?, ?>> maps(Map<String, Object> tree, String key) {
        return list(tree.get(key)).stream()
                .<Map<?, ?>>map(each -> (Map<?, ?>) each)
                .toList();
    }

    private static List<?> list(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }
}
