package io.hark.loadtest;

import io.hark.protocol.ChannelMode;
import io.hark.protocol.ErrorInfo;
import java.util.Optional;

/// Confined to its lane: a connection on a channel, and the account of what came.
final class Subscriber implements LoadConnection.Owner {
    private final TrafficPlan plan;
    private final int number;
    private final int channel;
    private final Measurements measured;
    private final SequenceCheck[] streams;
    private final LoadConnection connection;
    private Timetable timetable = Timetable.NONE;
    private Watcher watcher;
    private boolean timed = true;

    /// Who wants to know of a subscriber's connection.
    interface Watcher {
        void ready(Subscriber subscriber, boolean continuous);

        void ended(Subscriber subscriber, String why);
    }

    /// @param number of the connection
    Subscriber(Sockets sockets, Setting setting, TrafficPlan plan, int number, Measurements measured, Watcher watcher) {
        this.plan = plan;
        this.number = number;
        this.channel = number % plan.channels();
        this.measured = measured;
        this.watcher = watcher;
        this.streams = new SequenceCheck[plan.streamsPerChannel()];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = new SequenceCheck(0);
        }
        ChannelMode mode = plan.presence() ? ChannelMode.PRESENCE_SUBSCRIBE : ChannelMode.SUBSCRIBE;
        LoadConnection.Purpose purpose =
                LoadConnection.Purpose.subscriber(plan.channel(channel), mode.flag(), plan.resumes());
        this.connection = new LoadConnection(sockets, setting, number, purpose, this);
    }

    LoadConnection connection() {
        return connection;
    }

    void follow(Timetable next) {
        timetable = next;
    }

    /// From now on its messages are checked and not timed.
    void timeNoMore() {
        timed = false;
    }

    void watch(Watcher next) {
        watcher = next;
    }

    @Override
    public void ready(boolean continuous) {
        watcher.ready(this, continuous);
    }

    @Override
    public void marked(byte[] bytes, int at, long nanos) {
        int stream = Mark.stream(bytes, at) - plan.firstStream();
        if (stream < 0 || stream >= plan.streams() || plan.channelOf(stream) != channel) {
            measured.misrouted.increment();
            return;
        }
        switch (streams[stream / plan.channels()].arrived(Mark.sequence(bytes, at))) {
            case IN_ORDER -> {}
            case LATE -> measured.reordered.increment();
            case DOUBLE -> {
                measured.doubled.increment();
                return;
            }
        }
        measured.delivered.increment();
        long due = Mark.dueMicros(bytes, at);
        if (timed && due >= timetable.micros(timetable.measuredFrom())) {
            measured.delivery.record(connection.lane(), timetable.micros(nanos) - due);
        }
    }

    /// How many of a stream's messages have not come.
    ///
    /// @param published of the stream
    long lost(int stream, long published) {
        return streams[stream / plan.channels()].lost(published);
    }

    /// Of the traffic's subscribers.
    int number() {
        return number;
    }

    int channel() {
        return channel;
    }

    @Override
    public void answered(long msgSerial, int count, Optional<ErrorInfo> refusal) {
        measured.problem("the server answered a publish that was not sent");
    }

    @Override
    public void ended(String why) {
        watcher.ended(this, why);
    }
}
