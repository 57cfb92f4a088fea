package io.hark.cluster.link;

import io.grpc.Status;
import io.hark.slot.PeerMessage;
import io.hark.slot.Peers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Confined: one session with another node, from its up to its down. [#offer] and [#queuedBytes] can be
/// called by any thread; they only queue.
final class LinkSession implements LinkStream.Owner {
    /// Frames that may come while one is handled.
    private static final int INBOUND_FRAMES = 8;

    private final long number;
    private final PeerLink peer;
    private final LinkStream stream;
    private final LinkLimits limits;
    private final Peers.Listener listener;
    private final LinkCounters counters;

    private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean drainDue = new AtomicBoolean();
    private volatile boolean open = true;

    private Outgoing current = Outgoing.NONE;
    private Iterator<PeerMessage> rest = Collections.emptyIterator();
    private boolean finishing;
    private boolean completed;
    private boolean sentSinceHeartbeat;

    LinkSession(
            long number,
            PeerLink peer,
            LinkStream stream,
            LinkLimits limits,
            Peers.Listener listener,
            LinkCounters counters) {
        this.number = number;
        this.peer = peer;
        this.stream = stream;
        this.limits = limits;
        this.listener = listener;
        this.counters = counters;
    }

    /// What one call of send gave.
    ///
    /// @param bytes see [MessageSizes]
    private record Outgoing(List<PeerMessage> messages, long bytes) {
        static final Outgoing NONE = new Outgoing(List.of(), 0);
    }

    long number() {
        return number;
    }

    LinkStream stream() {
        return stream;
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    /// Queues them, in the order of the caller's calls; drops them when the session is over.
    void offer(List<PeerMessage> messages) {
        if (!open || messages.isEmpty()) {
            return;
        }
        List<PeerMessage> copy = List.copyOf(messages);
        long bytes = MessageSizes.of(copy);
        long queued = queuedBytes.addAndGet(bytes);
        if (queued > limits.queueBytesMax()) {
            open = false;
            Status why = Status.RESOURCE_EXHAUSTED.withDescription(
                    "about %d bytes wait to be sent, the limit is %d".formatted(queued, limits.queueBytesMax()));
            stream.post(() -> peer.end(this, why));
            return;
        }
        queue.add(new Outgoing(copy, bytes));
        if (drainDue.compareAndSet(false, true)) {
            stream.post(this::drain);
        }
    }

    /// Begins to hear the other node.
    void begin() {
        stream.request(INBOUND_FRAMES);
    }

    /// Shows that the link is alive when nothing else does.
    void heartbeat() {
        if (open && !sentSinceHeartbeat && stream.isReady()) {
            stream.send(Wire.Frame.getDefaultInstance());
        }
        sentSinceHeartbeat = false;
    }

    /// Sends what is queued, then closes.
    void finish() {
        open = false;
        finishing = true;
        drain();
    }

    /// Nothing more is taken or sent.
    void over() {
        open = false;
        queue.clear();
        queuedBytes.set(0);
    }

    @Override
    public void frame(Wire.Frame frame) {
        counters.received(frame);
        List<PeerMessage> messages;
        try {
            messages = decode(frame);
        } catch (MalformedPeerMessage e) {
            peer.end(this, Status.INVALID_ARGUMENT.withDescription("malformed: " + e.getMessage()));
            return;
        }
        if (!messages.isEmpty()) {
            listener.received(peer.id(), number, messages);
        }
        stream.request(1);
    }

    private static List<PeerMessage> decode(Wire.Frame frame) throws MalformedPeerMessage {
        if (frame.hasHello() || frame.hasChallenge()) {
            throw new MalformedPeerMessage("a handshake within a session");
        }
        List<PeerMessage> messages = new ArrayList<>(frame.getMessagesCount());
        for (Wire.PeerMessage message : frame.getMessagesList()) {
            messages.add(PeerMessageCodec.decode(message));
        }
        return messages;
    }

    @Override
    public void ready() {
        drain();
    }

    @Override
    public void halfClosed() {
        finish();
    }

    @Override
    public void closed(Status why) {
        peer.ended(this, why);
    }

    private void drain() {
        drainDue.set(false);
        while (!completed && stream.isReady()) {
            Optional<Wire.Frame> frame = nextFrame();
            if (frame.isEmpty()) {
                if (finishing) {
                    complete();
                }
                return;
            }
            int bytes = frame.get().getSerializedSize();
            if (bytes > limits.messageBytesMax()) {
                peer.end(
                        this,
                        Status.RESOURCE_EXHAUSTED.withDescription("a frame of %d bytes was to be sent, the limit is %d"
                                .formatted(bytes, limits.messageBytesMax())));
                return;
            }
            stream.send(frame.get());
            sentSinceHeartbeat = true;
            counters.sent(frame.get());
        }
    }

    private void complete() {
        completed = true;
        if (stream.complete()) {
            peer.ended(this, Status.OK.withDescription("closed"));
        }
    }

    /// What is queued, up to the frame size and to the end of the message that reaches it.
    private Optional<Wire.Frame> nextFrame() {
        Wire.Frame.Builder frame = Wire.Frame.newBuilder();
        long bytes = 0;
        while (bytes < limits.frameBytes() && advance()) {
            Wire.PeerMessage message = PeerMessageCodec.encode(rest.next());
            bytes += message.getSerializedSize();
            frame.addMessages(message);
        }
        return frame.getMessagesCount() == 0 ? Optional.empty() : Optional.of(frame.build());
    }

    private boolean advance() {
        while (!rest.hasNext()) {
            queuedBytes.addAndGet(-current.bytes());
            Outgoing next = queue.poll();
            if (next == null) {
                current = Outgoing.NONE;
                return false;
            }
            current = next;
            rest = next.messages().iterator();
        }
        return true;
    }
}
