package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.sdk.examples.GoOnWhereYouStopped;
import io.hark.sdk.examples.OrdersOfOneType;
import io.hark.sdk.examples.PublishAndSubscribe;
import io.hark.sdk.examples.WhoIsThere;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The examples of `sdk-java` do against a node what they say.
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HarkSdkExamplesTest extends OnOneNode {
    private final List<String> said = new CopyOnWriteArrayList<>();
    private String endpoint;

    @BeforeEach
    void nameEndpoint() {
        endpoint = "http://localhost:" + node.port();
    }

    @Test
    void publishAndSubscribe() throws Exception {
        PublishAndSubscribe.run(endpoint, key, said::add);
        assertThat(said).containsExactly("subscribed", "received hello");
    }

    @Test
    void goOnWhereYouStopped() throws Exception {
        GoOnWhereYouStopped.run(endpoint, key, said::add);
        assertThat(said).containsExactly("did one", "goes on", "did two");
    }

    @Test
    void ordersOfOneType() {
        OrdersOfOneType.run(endpoint, key, said::add);
        assertThat(said).containsExactly("1 tea", "2 cake");
    }

    @Test
    void whoIsThere() {
        WhoIsThere.run(endpoint, key, said::add);
        assertThat(said).containsExactly("ann is reading");
    }
}
