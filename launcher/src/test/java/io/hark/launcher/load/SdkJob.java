package io.hark.launcher.load;

import java.util.List;
import java.util.stream.IntStream;

/// A publisher and a subscriber of one SDK, and what they do.
interface SdkJob {
    /// Publishes that may be unacknowledged.
    int IN_FLIGHT_MAX = 200;

    String name();

    /// Two clients, one of them subscribed to a channel of their own.
    Pair open() throws Exception;

    interface Pair extends AutoCloseable {
        /// Publishes them all, and waits until all are acknowledged and received.
        ///
        /// @return what was received
        List<String> exchange(int messages) throws Exception;

        @Override
        void close();
    }

    static List<String> payloads(int count) {
        return IntStream.range(0, count).mapToObj(SdkJob::payload).toList();
    }

    static String payload(int number) {
        return "%08d".formatted(number) + "x".repeat(192);
    }
}
