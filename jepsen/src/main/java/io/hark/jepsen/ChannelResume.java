package io.hark.jepsen;

import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/// Confined: how long channels whose owner goes take no publishes. First the disruptions are noted, while
/// they happen; then the history tells.
final class ChannelResume {
    private static final int SLOTS = 1_024;
    private static final int PAUSE_SECONDS_MAX = 120;

    private final List<Disruption> disruptions = new ArrayList<>();

    /// @param toMicros publishes that are called for later do not belong to it
    private record Disruption(long fromMicros, long toMicros, Set<Integer> channels) {}

    /// The channels of the load that are in `slots`.
    static Set<Integer> channels(Load load, Set<Integer> slots) {
        String app = ClusterSpec.KEY.substring(0, ClusterSpec.KEY.indexOf('.'));
        return IntStream.range(0, load.channels())
                .filter(channel -> slots.contains(slot(app, load.channel(channel))))
                .boxed()
                .collect(Collectors.toSet());
    }

    private static int slot(String app, String channel) {
        byte[] text = (app + '\0' + channel).getBytes(StandardCharsets.UTF_8);
        return (int) (Hashing.xxh3_128().hashBytesTo128Bits(text).getLeastSignificantBits() & (SLOTS - 1));
    }

    void disrupted(long fromMicros, long toMicros, Set<Integer> channels) {
        disruptions.add(new Disruption(fromMicros, toMicros, channels));
    }

    /// For each disruption and each of its channels, the milliseconds until the first acknowledgement of a
    /// message that was called for during it.
    Histogram untilFirstAnswer(History history) {
        return measure(history, (disruption, invoked, accepted) -> accepted - disruption.fromMicros(), Math::min);
    }

    /// For each disruption and each of its channels, the longest that a message waited that was called for
    /// during it.
    Histogram longestWait(History history) {
        return measure(history, (disruption, invoked, accepted) -> accepted - invoked, Math::max);
    }

    /// All in microseconds.
    private interface Measure {
        long of(Disruption disruption, long invoked, long accepted);
    }

    private Histogram measure(History history, Measure measure, BinaryOperator<Long> ofChannel) {
        Messages messages = new Messages();
        Map<Disruption, Map<Integer, Long>> measured = new HashMap<>();
        history.forEach(event -> {
            if (event instanceof Event.Invoked invoked) {
                messages.add(invoked);
            } else if (event instanceof Event.Accepted accepted) {
                int row = messages.row(accepted.message());
                for (Disruption disruption : disruptions) {
                    if (isOf(disruption, messages, row)) {
                        long micros = measure.of(disruption, messages.invokedMicros(row), accepted.micros());
                        measured.computeIfAbsent(disruption, key -> new HashMap<>())
                                .merge(messages.channel(row), micros, ofChannel);
                    }
                }
            }
        });
        Histogram millis = new Histogram(3);
        measured.values().forEach(channels -> channels.values().forEach(micros -> record(millis, micros)));
        return millis;
    }

    private static boolean isOf(Disruption disruption, Messages messages, int row) {
        long invoked = messages.invokedMicros(row);
        return invoked >= disruption.fromMicros()
                && invoked <= disruption.toMicros()
                && disruption.channels().contains(messages.channel(row));
    }

    private static void record(Histogram millis, long micros) {
        millis.recordValue(Math.min(PAUSE_SECONDS_MAX * 1_000L, micros / 1_000));
    }
}
