package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hark.launcher.jepsen.NodeProcess;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two of the official clients and a REST writer change the same objects at random, with transports
/// that break again and again.
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ObjectsInteropTest {
    static final int FEW = 500;
    static final int MANY = 10_000;

    @TempDir
    Path dir;

    @Test
    void everybodyHasTheSameObjectsAfterOperationsAtOnce() throws Exception {
        performOnOneNode(FEW);
    }

    @Test
    @Tag("long")
    void everybodyHasTheSameObjectsAfterManyOperationsAtOnce() throws Exception {
        performOnOneNode(MANY);
    }

    private static void performOnOneNode(int operations) throws Exception {
        JsProject project = JsProject.ready();
        try (TestNode node = TestNode.start()) {
            String key = node.makeApp(TestNode.EVERYTHING).getFirst();
            String port = Integer.toString(node.port());
            Process clients = clients(project, List.of(key, port, port, port, "objects"), operations);
            assertAgreed(LocalClusterTest.awaitLine(clients.inputReader(), "done"), operations);
            assertThat(clients.waitFor()).isZero();
        }
    }

    @Test
    void objectsAreTheSameAfterTheirNodeIsKilledAndStartedAgain() throws Exception {
        JsProject project = JsProject.ready();
        try (NodeProcess node = NodeProcess.start(dir, List.of())) {
            String port = Integer.toString(node.port());
            List<String> where = List.of(node.key(), port, port, port, "objects");
            Process clients = clients(project, where, FEW, "untilTold");
            BufferedReader story = clients.inputReader();
            LocalClusterTest.awaitLine(story, "\"tenth\":3");
            node.kill();
            node.start();
            tell(clients);
            JsonObject before = assertAgreed(LocalClusterTest.awaitLine(story, "done"), FEW);
            assertThat(clients.waitFor()).isZero();
            node.kill();
            node.start();
            Process readers = clients(project, where, 0);
            JsonObject after = assertAgreed(LocalClusterTest.awaitLine(readers.inputReader(), "done"), 0);
            assertThat(after.get("digest")).isEqualTo(before.get("digest"));
            assertThat(readers.waitFor()).isZero();
        }
    }

    /// @param where key, ports and channel
    static Process clients(JsProject project, List<String> where, int operations, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("lib/objects.mjs"));
        arguments.addAll(where);
        arguments.add(Integer.toString(operations));
        arguments.addAll(List.of(more));
        return project.node(arguments, Map.of(), 7);
    }

    /// What was to happen has.
    static void tell(Process clients) {
        new PrintWriter(clients.outputWriter(), true).println("go on to the end");
    }

    /// @param line what `objects.mjs` says at the end
    static JsonObject assertAgreed(String line, int operations) {
        System.out.println("objects.mjs " + line);
        JsonObject done = JsonParser.parseString(line).getAsJsonObject();
        assertThat(done.get("agreed").getAsBoolean()).as(line).isTrue();
        assertThat(done.get("performed").getAsInt()).isGreaterThanOrEqualTo(operations);
        if (operations > 0) {
            // What was acknowledged was done once, and what was not at most once.
            int acknowledged = done.get("hits").getAsInt();
            assertThat(done.get("hitsCounted").getAsInt())
                    .isBetween(
                            acknowledged, acknowledged + done.get("unsureHits").getAsInt());
        }
        return done;
    }
}
