package io.hark.stats;

/// Value: one measure of what goes one way.
public record Traffic(Flow flow, Kind kind, Measure measure) implements Metric {
    private static final int PER_FLOW = 32;
    private static final int PER_KIND = 8;

    /// Value: what goes. The stored number is made of the ordinal: add at the end only.
    public enum Kind {
        MESSAGES("messages"),
        PRESENCE("presence"),
        OBJECTS("objects");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /// Value: what is measured of it. The stored number is made of the ordinal: add at the end only.
    public enum Measure {
        COUNT("count"),

        /// Bytes as the limit of a publish counts them.
        DATA("data"),

        /// The same, of what was sent as a difference as if it had been sent whole.
        UNCOMPRESSED_DATA("uncompressedData"),
        FAILED("failed"),
        REFUSED("refused"),

        /// Of those the ones that were sent as differences.
        DELTA_COUNT("count"),
        DELTA_DATA("data"),
        DELTA_UNCOMPRESSED_DATA("uncompressedData");

        private final String word;

        Measure(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    @Override
    public int number() {
        return number(flow, kind, measure);
    }

    /// @param column the number of kind and measure, kind by kind
    public static int number(Flow flow, int column) {
        return flow.ordinal() * PER_FLOW + column;
    }

    /// The metric's number, without making it.
    public static int number(Flow flow, Kind kind, Measure measure) {
        return flow.ordinal() * PER_FLOW + kind.ordinal() * PER_KIND + measure.ordinal();
    }
}
