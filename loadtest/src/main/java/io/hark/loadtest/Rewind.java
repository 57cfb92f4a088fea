package io.hark.loadtest;

import io.hark.protocol.ChannelMode;
import io.hark.protocol.ErrorInfo;
import java.util.Map;
import java.util.Optional;

/// Confined to its lane: a new client that attaches with a rewind, and goes when it has its messages.
final class Rewind implements LoadConnection.Owner {
    private final int depth;
    private final Timetable times;
    private final Queries.Answer answer;
    private final LoadConnection connection;
    private long attachedMicros;
    private long next;
    private int count;
    private boolean over;

    /// @param number of the connection
    /// @param depth  how many messages it asks for
    Rewind(
            Sockets sockets,
            Setting setting,
            int number,
            String channel,
            int depth,
            Timetable times,
            Queries.Answer answer) {
        this.depth = depth;
        this.times = times;
        this.answer = answer;
        connection = new LoadConnection(
                sockets,
                setting,
                number,
                new LoadConnection.Purpose(
                        Optional.empty(),
                        Optional.of(channel),
                        Map.of("rewind", Integer.toString(depth)),
                        ChannelMode.SUBSCRIBE.flag(),
                        false),
                this);
    }

    void begin() {
        connection.open();
    }

    @Override
    public void ready(boolean continuous) {
        attachedMicros = times.micros(System.nanoTime());
    }

    @Override
    public void marked(byte[] bytes, int at, long nanos) {
        if (over) {
            return;
        }
        long sequence = Mark.sequence(bytes, at);
        if (count > 0 && sequence != next) {
            end(Optional.of(
                    "a rewind had a gap, a double or another order: %d came after %d".formatted(sequence, next - 1)));
            return;
        }
        next = sequence + 1;
        count++;
        if (count == depth) {
            // What was due after the attach came live, in place of something from before.
            end(
                    Mark.dueMicros(bytes, at) > attachedMicros
                            ? Optional.of("a rewind brought fewer than %d messages".formatted(depth))
                            : Optional.empty());
        }
    }

    private void end(Optional<String> problem) {
        over = true;
        answer.with(problem);
        connection.cut("the rewind is over");
    }

    @Override
    public void answered(long msgSerial, int count, Optional<ErrorInfo> refusal) {}

    @Override
    public void ended(String why) {
        if (!over) {
            over = true;
            answer.with(Optional.of("a rewind's connection ended: " + why));
        }
    }
}
