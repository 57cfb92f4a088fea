package io.hark.loadtest;

import io.hark.protocol.ChannelMode;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Confined to its lane: a connection that publishes to its streams in turn, each message when it
/// is due.
final class Publisher implements LoadConnection.Owner {
    private static final long LOOK_AGAIN_NANOS = 100_000;

    /// What a member does again and again.
    private static final List<PresenceAction> TURNS =
            List.of(PresenceAction.ENTER, PresenceAction.UPDATE, PresenceAction.LEAVE);

    private final TrafficPlan plan;
    private final int number;
    private final Measurements measured;
    private final Watcher watcher;
    private final LoadConnection connection;
    private final List<Stream> streams = new ArrayList<>();
    private final byte[] data;

    /// When the unanswered were due, by msgSerial; the window bounds them.
    private final long[] dueMicros;

    private final int[] streamOf;
    private Optional<Timetable> timetable = Optional.empty();
    private Pacer pacer = new Pacer.Closed();
    private long nextMsgSerial;
    private long answered;
    private boolean over;
    private boolean waking;
    private boolean gone;

    /// Confined to the publisher: what it sends to one channel.
    private static final class Stream {
        private final int number;
        private final String channel;
        private long count;
        private long refused;

        Stream(int number, String channel) {
            this.number = number;
            this.channel = channel;
        }
    }

    /// Who wants to know of a publisher's connection.
    interface Watcher {
        void ready(Publisher publisher);

        void ended(Publisher publisher, String why);

        /// Whether so much is on its way to subscribers that a closed loop is to wait.
        boolean isFull();
    }

    Publisher(Sockets sockets, Setting setting, TrafficPlan plan, int number, Measurements measured, Watcher watcher) {
        this.plan = plan;
        this.number = number;
        this.measured = measured;
        this.watcher = watcher;
        for (int stream = number; stream < plan.streams(); stream += plan.publishers()) {
            streams.add(new Stream(stream, plan.channel(plan.channelOf(stream))));
        }
        data = new byte[plan.size()];
        Arrays.fill(data, (byte) 'x');
        dueMicros = new long[plan.window()];
        streamOf = new int[plan.window()];
        // Behind the subscribers', so that these do not share a lane or node with all of the first of them.
        connection = new LoadConnection(sockets, setting, plan.subscribers() + number, purpose(), this);
    }

    private LoadConnection.Purpose purpose() {
        return plan.presence()
                ? new LoadConnection.Purpose(
                        Optional.of("member-" + number),
                        Optional.of(streams.getFirst().channel),
                        Map.of(),
                        ChannelMode.PRESENCE.flag(),
                        false)
                : LoadConnection.Purpose.publisher();
    }

    LoadConnection connection() {
        return connection;
    }

    /// Publishes as the timetable says.
    void begin(Timetable next) {
        double perSecond = plan.perSecond() / plan.publishers();
        timetable = Optional.of(next);
        pacer = Pacer.of(perSecond, (double) number / plan.publishers(), next.begin());
        run();
    }

    private void run() {
        if (timetable.isEmpty() || over || gone) {
            return;
        }
        Timetable times = timetable.get();
        boolean sent = false;
        while (true) {
            long now = System.nanoTime();
            long due = Math.max(pacer.due(now), times.begin());
            if (due >= times.end()) {
                over = true;
                break;
            }
            if (due > now) {
                wakeIn(due - now);
                break;
            }
            if (nextMsgSerial - answered == plan.window()) {
                break; // The next answer goes on.
            }
            if (plan.perSecond() == 0 && watcher.isFull()) {
                wakeIn(LOOK_AGAIN_NANOS);
                break;
            }
            publish(times, due, now);
            sent = true;
        }
        if (sent) {
            connection.flush();
        }
    }

    private void wakeIn(long nanos) {
        if (!waking) {
            waking = true;
            connection
                    .lane()
                    .loop()
                    .schedule(
                            () -> {
                                waking = false;
                                run();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
    }

    private void publish(Timetable times, long due, long now) {
        Stream stream = streams.get((int) (nextMsgSerial % streams.size()));
        int slot = (int) (nextMsgSerial % plan.window());
        dueMicros[slot] = times.micros(due);
        streamOf[slot] = (int) (nextMsgSerial % streams.size());
        Mark.write(data, dueMicros[slot], stream.count, plan.firstStream() + stream.number);
        connection.send(frame(stream, Payload.text(new String(data, StandardCharsets.ISO_8859_1))), false);
        stream.count++;
        nextMsgSerial++;
        pacer.sent();
        measured.published.increment();
        if (due >= times.measuredFrom()) {
            measured.lateness.record(connection.lane(), (now - due) / 1_000);
        }
    }

    private ClientMessage frame(Stream stream, Payload payload) {
        return plan.presence()
                ? new ClientMessage.Presence(
                        stream.channel,
                        nextMsgSerial,
                        List.of(new PresenceMessage(
                                TURNS.get((int) (stream.count % TURNS.size())),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                0,
                                payload,
                                Optional.empty(),
                                Map.of())))
                : new ClientMessage.Publish(
                        stream.channel, nextMsgSerial, List.of(Message.of(Optional.empty(), payload)), Map.of());
    }

    @Override
    public void answered(long msgSerial, int count, Optional<ErrorInfo> refusal) {
        if (msgSerial != answered || count < 1 || answered + count > nextMsgSerial) {
            measured.problem("the server answered %d publishes from %d on, while %d to %d were unanswered"
                    .formatted(count, msgSerial, answered, nextMsgSerial - 1));
            return;
        }
        Timetable times = timetable.orElseThrow();
        long nowMicros = times.micros(System.nanoTime());
        long measuredFrom = times.micros(times.measuredFrom());
        for (int i = 0; i < count; i++) {
            int slot = (int) ((answered + i) % plan.window());
            if (refusal.isPresent()) {
                streams.get(streamOf[slot]).refused++;
            } else if (dueMicros[slot] >= measuredFrom) {
                measured.acknowledgement.record(connection.lane(), nowMicros - dueMicros[slot]);
            }
        }
        answered += count;
        if (refusal.isPresent()) {
            measured.refused.add(count);
            measured.problem("publishes were refused: %d %s"
                    .formatted(refusal.get().code(), refusal.get().message()));
        } else {
            measured.acknowledged.add(count);
        }
        run();
    }

    /// Whether everything that was due is sent and answered.
    boolean isDone() {
        return over && answered == nextMsgSerial;
    }

    long unanswered() {
        return nextMsgSerial - answered;
    }

    /// What was due and is not sent.
    long unsent() {
        return timetable.map(times -> pacer.unsent(times.end())).orElse(0L);
    }

    /// Calls for each stream with what was sent and not refused.
    void eachStream(Consumer<Sent> consumer) {
        streams.forEach(stream -> consumer.accept(new Sent(stream.number, stream.count, stream.refused)));
    }

    /// Value: how much was sent to a stream.
    record Sent(int stream, long count, long refused) {}

    @Override
    public void ready(boolean continuous) {
        watcher.ready(this);
    }

    @Override
    public void marked(byte[] bytes, int at, long nanos) {
        // A member hears of itself whatever it subscribes to, so that it can enter again (RTP17).
        int stream = Mark.stream(bytes, at) - plan.firstStream();
        if (!plan.presence() || stream < 0 || stream >= plan.streams() || plan.publisherOf(stream) != number) {
            measured.misrouted.increment();
        }
    }

    @Override
    public void ended(String why) {
        gone = true;
        watcher.ended(this, why);
    }
}
