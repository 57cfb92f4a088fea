package io.hark.launcher.load;

import io.hark.launcher.jepsen.ClientListener;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// Handle: expects the messages of [NumberedPublisher] one after the other, and measures how old each is
/// when it comes. Any thread.
final class NumberedReader implements ClientListener {
    private static final int FAULTS_KEPT_MAX = 20;

    private final List<String> faults = new ArrayList<>();
    private Histogram micros = new Histogram(3);
    private int next;
    private int attached;
    private int connected;

    @Override
    public synchronized void connected(ServerMessage.Connected frame, boolean resumed) {
        connected++;
        if (!resumed) {
            fault("the connection could not be resumed: " + frame.error());
        }
    }

    @Override
    public synchronized void attached(ServerMessage.Attached frame, Optional<String> sent) {
        attached++;
        frame.error().ifPresent(error -> fault("continuity was lost: " + error));
    }

    @Override
    public synchronized void received(ServerMessage.Messages frame) {
        for (Message message : frame.messages()) {
            String name = message.name().orElse("");
            int colon = name.indexOf(':');
            int number = Integer.parseInt(name, 0, colon, 10);
            if (number != next) {
                fault("got message %d in place of %d".formatted(number, next));
            }
            next = number + 1;
            long sentNanos = Long.parseLong(name, colon + 1, name.length(), 10);
            micros.recordValue(Math.max(0, (System.nanoTime() - sentNanos) / 1000));
        }
    }

    @Override
    public synchronized void disconnected(ErrorInfo reason) {
        fault("disconnected: " + reason);
    }

    @Override
    public synchronized void failed(Optional<String> channel, ErrorInfo error) {
        fault("failed: " + error);
    }

    @Override
    public synchronized void violated(String rule) {
        fault(rule);
    }

    private void fault(String what) {
        if (faults.size() < FAULTS_KEPT_MAX) {
            faults.add(what);
        }
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /// Messages that have come, all of them in order if there are no faults.
    synchronized int count() {
        return next;
    }

    synchronized boolean isAttached() {
        return attached > 0;
    }

    /// How often it connected.
    synchronized int connects() {
        return connected;
    }

    /// The ages in microseconds since the last call.
    synchronized Histogram takeMicros() {
        Histogram taken = micros;
        micros = new Histogram(3);
        return taken;
    }
}
