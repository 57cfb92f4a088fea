package io.hark.loadtest;

/// Value: who publishes how much on which channels, and who listens.
///
/// A stream is what one publisher sends to one channel, with numbers of its own. Publishers are
/// dealt out to channels, or channels to publishers if there are more of those, so each channel and
/// each publisher has a stream.
///
/// @param name        what channels are named by
/// @param firstStream number of the first stream; streams of one run have numbers of their own
/// @param size        of the data, in bytes
/// @param perSecond   messages of all publishers together; 0 for as many as are acknowledged
/// @param window      publishes of one publisher that may be unanswered; what is due beyond waits
/// @param resumes     whether subscribers are to go on after a cut where they were
/// @param presence    whether members enter, update and leave in place of messages; then there is a
///                    publisher or more for each channel, as a connection is one member
record TrafficPlan(
        String name,
        int firstStream,
        int channels,
        int subscribersPerChannel,
        int publishers,
        int size,
        double perSecond,
        int window,
        boolean resumes,
        boolean presence) {
    private static final int SIZE_MAX = 1 << 20;
    private static final int CONNECTIONS_MAX = 1_000_000;

    TrafficPlan {
        Setting.positive("--channels", channels, Mark.STREAMS_MAX / 2);
        Setting.positive("--subscribers", subscribersPerChannel, CONNECTIONS_MAX);
        Setting.positive("--publishers", publishers, CONNECTIONS_MAX);
        Setting.positive("--window", window, 100_000);
        if (size < Mark.LENGTH || size > SIZE_MAX) {
            throw new IllegalArgumentException("--size must be %d to %d, was %d; the first %d bytes are the mark"
                    .formatted(Mark.LENGTH, SIZE_MAX, size, Mark.LENGTH));
        }
        if (!(perSecond >= 0 && perSecond <= 1e7)) {
            throw new IllegalArgumentException("--rate must be 0 to 10000000, was " + perSecond);
        }
        if (presence && publishers < channels) {
            throw new IllegalArgumentException(
                    "--members must be at least --channels, %d, was %d".formatted(channels, publishers));
        }
        if ((long) channels * subscribersPerChannel > CONNECTIONS_MAX) {
            throw new IllegalArgumentException("%d channels with %d subscribers each are more than %d connections"
                    .formatted(channels, subscribersPerChannel, CONNECTIONS_MAX));
        }
    }

    /// Of messages.
    TrafficPlan(
            String name,
            int firstStream,
            int channels,
            int subscribersPerChannel,
            int publishers,
            int size,
            double perSecond,
            int window,
            boolean resumes) {
        this(name, firstStream, channels, subscribersPerChannel, publishers, size, perSecond, window, resumes, false);
    }

    /// The same with members in place of messages.
    TrafficPlan ofMembers() {
        return new TrafficPlan(
                name, firstStream, channels, subscribersPerChannel, publishers, size, perSecond, window, resumes, true);
    }

    int streams() {
        return Math.max(channels, publishers);
    }

    int streamsPerChannel() {
        return (streams() + channels - 1) / channels;
    }

    int subscribers() {
        return channels * subscribersPerChannel;
    }

    int connections() {
        return subscribers() + publishers;
    }

    String channel(int number) {
        return name + "-" + number;
    }

    int channelOf(int stream) {
        return stream % channels;
    }

    int publisherOf(int stream) {
        return stream % publishers;
    }
}
