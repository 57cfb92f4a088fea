package io.hark.jepsen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/// Value: how a run went, second by second and fault by fault.
///
/// @param seconds  from the first on
/// @param faults   in the order of their beginning
/// @param publish  from the application's call to the acknowledgement, in microseconds
/// @param delivery from the application's call to each subscriber, in microseconds
/// @param longestSilenceMillis between two acknowledgements
record Timeline(
        List<Second> seconds,
        List<FaultSpan> faults,
        Percentiles publish,
        Percentiles delivery,
        long longestSilenceMillis) {

    record Percentiles(long count, long p50, long p95, long p99, long max) {
        static Percentiles of(Histogram histogram) {
            return new Percentiles(
                    histogram.getTotalCount(),
                    histogram.getValueAtPercentile(50),
                    histogram.getValueAtPercentile(95),
                    histogram.getValueAtPercentile(99),
                    histogram.getTotalCount() == 0 ? 0 : histogram.getMaxValue());
        }

        @Override
        public String toString() {
            return "p50=%.1fms p95=%.1fms p99=%.1fms max=%.1fms".formatted(p50 / 1e3, p95 / 1e3, p99 / 1e3, max / 1e3);
        }
    }

    record Second(int invoked, int acked, int refused, int delivered, Percentiles publish, Percentiles delivery) {}

    /// @param pauseMillis the longest time without any acknowledgement from its beginning to 20 s after its
    ///                    end
    /// @param waits       of publishes that were called for in that time
    record FaultSpan(long fromMicros, long toMicros, String fault, long pauseMillis, Percentiles waits) {}

    static Timeline of(History history) {
        Builder builder = new Builder();
        history.forEach(builder::add);
        return builder.build();
    }

    /// Confined: goes through the history once.
    private static final class Builder {
        private static final long AFTERMATH_MICROS = 20_000_000;
        private static final long SECOND_MICROS = 1_000_000;
        private static final int SECONDS_MAX = 3 * 3_600;

        private final Messages messages = new Messages();
        private final List<Second> seconds = new ArrayList<>();
        private final List<Open> faults = new ArrayList<>();
        private final Histogram allPublishes = histogram();
        private final Histogram allDeliveries = histogram();
        private final Histogram publishes = histogram();
        private final Histogram deliveries = histogram();
        private long lastAck = -1;
        private long longestSilence;
        private int invoked;
        private int acked;
        private int refused;
        private int delivered;

        /// A fault and what is counted of it so far.
        private static final class Open {
            private final long from;
            private final String fault;
            private final Histogram waits = histogram();
            private long to = Long.MAX_VALUE;
            private long pause;

            Open(long from, String fault) {
                this.from = from;
                this.fault = fault;
            }

            boolean covers(long micros) {
                return micros >= from && (to == Long.MAX_VALUE || micros <= to + AFTERMATH_MICROS);
            }
        }

        private static Histogram histogram() {
            Histogram histogram = new Histogram(3);
            histogram.setAutoResize(true);
            return histogram;
        }

        void add(Event event) {
            while (event.micros() >= (seconds.size() + 1) * SECOND_MICROS && seconds.size() < SECONDS_MAX) {
                endSecond();
            }
            switch (event) {
                case Event.Invoked publish -> {
                    messages.add(publish);
                    invoked++;
                }
                case Event.Accepted answer -> accepted(answer);
                case Event.Refused answer -> refused++;
                case Event.Received received -> received(received);
                case Event.Faulted(long micros, boolean begins, String fault) -> faulted(micros, begins, fault);
                case Event.Reissued ignored -> {}
                case Event.Attached ignored -> {}
                case Event.Logged ignored -> {}
                case Event.Connected ignored -> {}
                case Event.Disconnected ignored -> {}
                case Event.Present ignored -> {}
                case Event.Violated ignored -> {}
                case Event.Ended ignored -> {}
                case Event.Unread ignored -> {}
            }
        }

        private void endSecond() {
            seconds.add(new Second(
                    invoked, acked, refused, delivered, Percentiles.of(publishes), Percentiles.of(deliveries)));
            invoked = 0;
            acked = 0;
            refused = 0;
            delivered = 0;
            publishes.reset();
            deliveries.reset();
        }

        private void accepted(Event.Accepted answer) {
            acked++;
            long begun = messages.invokedMicros(messages.row(answer.message()));
            long waited = answer.micros() - begun;
            publishes.recordValue(waited);
            allPublishes.recordValue(waited);
            long silence = lastAck < 0 ? 0 : answer.micros() - lastAck;
            longestSilence = Math.max(longestSilence, silence);
            for (Open fault : faults) {
                if (fault.covers(begun)) {
                    fault.waits.recordValue(waited);
                }
                if (fault.covers(answer.micros())) {
                    fault.pause = Math.max(fault.pause, Math.min(silence, answer.micros() - fault.from));
                }
            }
            lastAck = answer.micros();
        }

        private void received(Event.Received received) {
            delivered++;
            int row = messages.row(received.message());
            if (row != Messages.UNKNOWN) {
                long waited = received.micros() - messages.invokedMicros(row);
                deliveries.recordValue(waited);
                allDeliveries.recordValue(waited);
            }
        }

        private void faulted(long micros, boolean begins, String fault) {
            if (begins) {
                faults.add(new Open(micros, fault));
                return;
            }
            faults.stream()
                    .filter(open -> open.to == Long.MAX_VALUE && open.fault.equals(fault))
                    .findFirst()
                    .ifPresent(open -> open.to = micros);
        }

        Timeline build() {
            endSecond();
            long end = seconds.size() * SECOND_MICROS;
            List<FaultSpan> spans = faults.stream()
                    .map(open -> new FaultSpan(
                            open.from,
                            Math.min(open.to, end),
                            open.fault,
                            open.pause / 1_000,
                            Percentiles.of(open.waits)))
                    .toList();
            return new Timeline(
                    List.copyOf(seconds),
                    spans,
                    Percentiles.of(allPublishes),
                    Percentiles.of(allDeliveries),
                    longestSilence / 1_000);
        }
    }

    /// How many milliseconds publishes paused at faults whose text begins so: the value below which `share`
    /// of them are.
    long pauseMillis(String fault, double share) {
        long[] pauses = faults.stream()
                .filter(span -> span.fault().startsWith(fault))
                .mapToLong(FaultSpan::pauseMillis)
                .sorted()
                .toArray();
        return pauses.length == 0 ? 0 : pauses[(int) Math.min(pauses.length - 1, Math.ceil(share * pauses.length) - 1)];
    }

    @Override
    public String toString() {
        return "publish %s, delivery %s, longestSilenceMillis=%d, faults=%s"
                .formatted(
                        publish,
                        delivery,
                        longestSilenceMillis,
                        Arrays.toString(faults.stream()
                                .map(span -> "%s pause=%dms".formatted(span.fault(), span.pauseMillis()))
                                .toArray()));
    }
}
