package io.hark.sdk;

import io.hark.protocol.Format;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// The world as the client needs it: time, chance, threads and the network. Any thread.
///
/// [SystemEnvironment] is the real one. Tests have one in which a day passes in a moment.
interface Environment {
    /// Counts on whatever happens to the clock.
    long nanos();

    long wallMillis();

    RandomGenerator random();

    /// Runs each task on a thread of its own, which may wait.
    Executor threads();

    Timer after(Duration delay, Runnable task);

    interface Timer {
        /// One that is not running.
        Timer NONE = () -> {};

        void cancel();
    }

    /// Begins to open a transport; the listener is told how it goes.
    Transport open(URI uri, Format format, int frameBytesMax, Transport.Listener listener);

    /// @param bytesMax of the answer's body
    CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request, int bytesMax);
}
