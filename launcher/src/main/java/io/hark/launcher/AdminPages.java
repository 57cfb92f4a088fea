package io.hark.launcher;

import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.control.SlotAssignment;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.hark.slot.NodeRouter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Handle: what operators see and do over HTTP, with the token of the configuration. Any thread.
///
/// | request                              | what it does                                                     |
/// |--------------------------------------|------------------------------------------------------------------|
/// | GET /admin/state                     | nodes, slots with owner and in-sync set, what this node holds    |
/// | POST /admin/drain?node=ID            | the node gives away what it owns; before it is stopped           |
/// | POST /admin/remove?node=ID           | the node is out for good: its copies are made elsewhere          |
/// | POST /admin/elect?slot=N&node=ID     | gives a slot whose in-sync nodes are lost to one that has less   |
final class AdminPages {
    private final String node;
    private final ControlLog control;
    private final NodeRouter router;
    private final Optional<byte[]> token;

    /// @param token empty on a developer's machine, where anybody may
    AdminPages(String node, ControlLog control, NodeRouter router, Optional<String> token) {
        this.node = node;
        this.control = control;
        this.router = router;
        this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    Optional<CompletionStage<RestResponse>> answer(RestRequest request) {
        if (!isAllowed(request)) {
            return done(401, Map.of("error", "the request needs the header authorization: Bearer <admin.token>"));
        }
        String route = request.method() + ' ' + request.rawPath();
        return switch (route) {
            case "GET /admin/state" -> Optional.of(router.report().thenApply(this::state));
            case "POST /admin/drain" ->
                withNode(request, entry -> new ControlCommand.Drain(entry.id(), entry.incarnation()));
            case "POST /admin/remove" -> withNode(request, entry -> new ControlCommand.Remove(entry.id()));
            case "POST /admin/elect" -> elect(request);
            default -> Optional.empty();
        };
    }

    private boolean isAllowed(RestRequest request) {
        if (token.isEmpty()) {
            return true;
        }
        String header = request.header("authorization").orElse("");
        byte[] given = header.startsWith("Bearer ")
                ? header.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8)
                : new byte[0];
        return MessageDigest.isEqual(given, token.get());
    }

    private Optional<CompletionStage<RestResponse>> withNode(
            RestRequest request, Function<NodeEntry, ControlCommand> command) {
        String id = request.param("node").orElse("");
        Optional<NodeEntry> entry = control.state().node(id);
        return entry.isEmpty()
                ? done(404, Map.of("error", "there is no node '%s'; the region has %s".formatted(id, nodeIds())))
                : propose(command.apply(entry.get()));
    }

    private List<String> nodeIds() {
        return control.state().nodes().keySet().stream().sorted().toList();
    }

    private Optional<CompletionStage<RestResponse>> elect(RestRequest request) {
        String id = request.param("node").orElse("");
        String number = request.param("slot").orElse("");
        ControlState state = control.state();
        if (!number.matches("\\d{1,4}")
                || Integer.parseInt(number) >= state.slots().size()
                || !state.isLive(id)) {
            return done(
                    400,
                    Map.of(
                            "error",
                            "slot is 0 to %d, node one that is up"
                                    .formatted(state.slots().size() - 1)));
        }
        SlotAssignment slot = state.slots().get(Integer.parseInt(number));
        if (slot.hasOwner()) {
            return done(409, Map.of("error", "slot %s is owned by %s".formatted(number, slot.owner())));
        }
        return propose(new ControlCommand.ForceElect(slot.slot(), id));
    }

    private Optional<CompletionStage<RestResponse>> propose(ControlCommand command) {
        return Optional.of(control.propose(command)
                .handle((state, failure) -> failure == null
                        ? NodePages.json(200, Map.of("status", "decided", "version", state.version()))
                        : NodePages.json(
                                503, Map.of("error", "the region did not decide in time; look at its state"))));
    }

    private static Optional<CompletionStage<RestResponse>> done(int status, Map<String, ?> body) {
        return Optional.of(CompletableFuture.completedStage(NodePages.json(status, body)));
    }

    private RestResponse state(List<NodeRouter.SlotReport> reports) {
        ControlState state = control.state();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("node", node);
        page.put("version", state.version());
        page.put("leads", control.leads());
        page.put("silentMillis", control.silentMillis());
        page.put("replicas", (long) state.replicasWanted());
        page.put("minIsr", (long) state.minIsr());
        page.put(
                "nodes",
                new TreeMap<>(state.nodes())
                        .values().stream().map(AdminPages::tree).toList());
        page.put("slots", state.slots().stream().map(AdminPages::tree).toList());
        page.put("held", held(reports));
        return NodePages.json(200, page);
    }

    private static Map<String, Object> tree(NodeEntry entry) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", entry.id());
        tree.put("status", entry.status().name());
        tree.put("incarnation", entry.incarnation());
        tree.put("address", entry.address());
        tree.put("weight", (long) entry.weight());
        return tree;
    }

    private static Map<String, Object> tree(SlotAssignment slot) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("slot", (long) slot.slot());
        tree.put("epoch", (long) slot.epoch());
        tree.put("owner", slot.owner());
        tree.put("isr", slot.isr());
        tree.put("replicas", slot.replicas());
        tree.put("lineage", (long) slot.lineage());
        tree.put("movingTo", slot.movingTo());
        return tree;
    }

    /// What this node holds of each slot that has entries, is owned here, or is waited for here.
    private static List<Map<String, Object>> held(List<NodeRouter.SlotReport> reports) {
        List<Map<String, Object>> held = new ArrayList<>();
        for (NodeRouter.SlotReport report : reports) {
            if (report.lastLsn() > 0 || report.owner() || report.waiting() > 0) {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("slot", (long) report.slot());
                tree.put("epoch", (long) report.epoch());
                tree.put("serving", report.serving());
                tree.put("lastLsn", report.lastLsn());
                tree.put("lastEpoch", (long) report.lastEpoch());
                tree.put("committedLsn", report.committedLsn());
                tree.put("waiting", (long) report.waiting());
                if (report.owner()) {
                    tree.put("confirmed", new TreeMap<String, Object>(report.confirmed()));
                }
                held.add(tree);
            }
        }
        return held;
    }
}
