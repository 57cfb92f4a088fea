package io.hark.launcher.interop;

import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// Tests of a class that share one node; each has an app of its own.
abstract class OnOneNode {
    static TestNode node;

    /// Of a channel that nobody else uses.
    final String name = "channel-" + UUID.randomUUID();

    /// With every capability on the test's app.
    String key;

    @BeforeAll
    static void startNode() throws Exception {
        node = TestNode.start();
    }

    @AfterAll
    static void stopNode() throws Exception {
        node.close();
    }

    @BeforeEach
    final void makeApp() throws Exception {
        key = node.makeApp(TestNode.EVERYTHING).getFirst();
    }
}
