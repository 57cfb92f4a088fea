package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.data;
import static io.hark.launcher.interop.JavaClients.inbox;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ably.lib.realtime.Channel;
import io.ably.lib.types.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The Java SDK against a node: what a subscriber asks for on a channel.
class JavaSdkChannelParamsInteropTest extends WithJavaSdk {
    @Test
    void messagesComeAsDifferencesAndAreMadeWholeByTheSdk() throws Exception {
        Channel channel = clients.connected(key).channels.get(name, JavaClients.params("delta", "vcdiff"));
        List<Message> inbox = inbox(channel);
        List<Object> payloads = new ArrayList<>();
        for (int number = 0; number < 20; number++) {
            JsonObject record = new JsonObject();
            record.addProperty("text", "long enough for a difference to be worth its while");
            record.addProperty("number", number);
            payloads.add(number % 5 == 4 ? record.toString() : record);
        }
        for (Object payload : payloads) {
            complete(listener -> channel.publish("event", payload, listener));
        }
        eventually("20 messages", () -> inbox.size() == 20);
        assertThat(data(inbox)).isEqualTo(payloads);
        assertThat(inbox.stream().filter(JavaSdkChannelParamsInteropTest::wasDifference))
                .hasSize(19);
    }

    private static boolean wasDifference(Message message) {
        JsonElement delta =
                message.extras == null ? null : message.extras.asJsonObject().get("delta");
        return delta != null
                && delta.getAsJsonObject().get("format").getAsString().equals("vcdiff");
    }
}
