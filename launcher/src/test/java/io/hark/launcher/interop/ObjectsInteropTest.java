package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;

import io.hark.launcher.jepsen.NodeProcess;
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
            try (Script clients = clients(project, List.of(key, port, port, port, "objects"), operations)) {
                assertAgreed(clients.end(), operations);
            }
        }
    }

    @Test
    void objectsAreTheSameAfterTheirNodeIsKilledAndStartedAgain() throws Exception {
        JsProject project = JsProject.ready();
        try (NodeProcess node = NodeProcess.start(dir, List.of())) {
            String port = Integer.toString(node.port());
            List<String> where = List.of(node.key(), port, port, port, "objects");
            Map<?, ?> before;
            try (Script clients = clients(project, where, FEW, "untilTold")) {
                clients.await("\"tenth\":3");
                node.kill();
                node.start();
                before = assertAgreed(clients.end(), FEW);
            }
            node.kill();
            node.start();
            try (Script readers = clients(project, where, 0)) {
                Map<?, ?> after = assertAgreed(readers.end(), 0);
                assertThat(after.get("digest")).isEqualTo(before.get("digest"));
            }
        }
    }

    /// @param where key, ports and channel
    static Script clients(JsProject project, List<String> where, int operations, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(where);
        arguments.add(Integer.toString(operations));
        arguments.addAll(List.of(more));
        return project.script("lib/objects.mjs", arguments.toArray(String[]::new));
    }

    /// @param done what `objects.mjs` says at the end
    static Map<?, ?> assertAgreed(Map<?, ?> done, int operations) {
        assertThat(done.get("agreed")).as("%s", done).isEqualTo(true);
        assertThat(done.get("performed")).asInstanceOf(LONG).isGreaterThanOrEqualTo(operations);
        if (operations > 0) {
            // What was acknowledged was done once, and what was not at most once.
            long acknowledged = (long) done.get("hits");
            assertThat(done.get("hitsCounted"))
                    .asInstanceOf(LONG)
                    .isBetween(acknowledged, acknowledged + (long) done.get("unsureHits"));
        }
        return done;
    }
}
