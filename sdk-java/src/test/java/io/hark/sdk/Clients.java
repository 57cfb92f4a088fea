package io.hark.sdk;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Clients of a fake node, and what is asked of them in every test.
final class Clients {
    static final Duration SECOND = Duration.ofSeconds(1);

    private Clients() {}

    static HarkOptions options() {
        return HarkOptions.of("http://a:80", Credentials.key("app.id:secret"));
    }

    static HarkClient connected(VirtualEnvironment world) {
        return connected(world, options());
    }

    static HarkClient connected(VirtualEnvironment world, HarkOptions options) {
        HarkClient client = HarkClient.connect(options, world);
        world.settle();
        if (!(client.state() instanceof ConnectionState.Connected)) {
            throw new AssertionError("the client is " + client.state());
        }
        return client;
    }

    static Recorder<Delivery<String>> subscribed(VirtualEnvironment world, HarkClient client, String name, From from) {
        return subscribed(world, client, name, from, Recorder.greedy());
    }

    static Recorder<Delivery<String>> subscribed(
            VirtualEnvironment world, HarkClient client, String name, From from, Recorder<Delivery<String>> recorder) {
        client.channel(name, Codec.text()).messages(from).subscribe(recorder);
        world.settle();
        return recorder;
    }

    /// The code with which the future has failed.
    static int failureCode(CompletableFuture<?> future) {
        if (!future.isCompletedExceptionally()) {
            throw new AssertionError("it has not failed: " + future);
        }
        try {
            future.join();
        } catch (CompletionException failure) {
            return ((HarkException) failure.getCause()).code();
        }
        throw new AssertionError("it has not failed");
    }
}
