package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.ably.lib.realtime.Channel;
import io.ably.lib.types.Message;
import io.ably.lib.types.PaginatedResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The SDKs on channels that keep their last publish for longer than their log, which is as short as it
/// can be.
class PersistLastInteropTest {
    private static final int MINUTES_MAX = 2;

    private static JsProject project;
    private static TestNode node;
    private static String key;

    @BeforeAll
    static void start() throws Exception {
        project = JsProject.ready();
        node = TestNode.start(Map.of("HARK_HISTORY_RESUMEWINDOW", "10s"));
        key = node.makeApp(JsonParser.parseString("""
            {"keys": [{"capability": "{\\"*\\":[\\"*\\"]}"}],
             "namespaces": [{"id": "last", "persistLast": true}]}\
            """).getAsJsonObject()).getFirst();
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    @ParameterizedTest
    @CsvSource({"json", "msgpack"})
    void theLastPublishIsThereWhenTheLogHasExpired(String format) throws Exception {
        String name = "last:" + format;
        Process sdk = project.node(
                List.of("lib/persist-last.mjs", key, Integer.toString(node.port()), name, "other:" + format, format),
                Map.of(),
                MINUTES_MAX);
        String seen = sdk.inputReader().readLine();
        assertThat(sdk.waitFor()).isZero();
        assertThat(JsonParser.parseString(seen)).isEqualTo(JsonParser.parseString("""
            {"before": ["one", "two"], "rewound": ["one", "two"], "rewoundTwo": {"hasBacklog": false, "messages": []},
             "last": [["two"], ["one"]], "all": [[]]}\
            """));
        try (JavaClients clients = new JavaClients(node.port(), format.equals("msgpack"))) {
            theJavaSdkSeesIt(clients, name);
        }
    }

    private static void theJavaSdkSeesIt(JavaClients clients, String name) throws Exception {
        Channel channel = clients.connected(key).channels.get(name, JavaClients.params("rewind", "1"));
        List<Message> inbox = JavaClients.inbox(channel);
        eventually("the last publish", () -> inbox.size() == 2);
        assertThat(JavaClients.data(inbox)).containsExactly("one", "two");

        PaginatedResult<Message> page = clients.rest(key).channels.get(name).history(JavaClients.query("limit", "1"));
        assertThat(page.items()).extracting(message -> message.data).containsExactly("two");
        assertThat(page.next().items()).extracting(message -> message.data).containsExactly("one");
    }
}
