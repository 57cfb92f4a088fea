package io.hark.sdk;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/// Confined: what wants an acknowledgement, in its order: numbered when it is sent, kept until it is
/// answered, and sent again on the next transport (RTN7, RTN19a).
final class Outbox {
    private final Environment environment;
    private final Duration window;

    /// Sent and not answered; their numbers have no gap.
    private final Deque<Pending> sent = new ArrayDeque<>();

    private final Deque<Pending> waiting = new ArrayDeque<>();
    private long msgSerial;

    /// Something to be sent, and what becomes of it.
    interface Item {
        ClientMessage frame(long msgSerial);

        /// @param serials one for each entry of the frame
        void acknowledged(List<String> serials);

        void refused(ErrorInfo why);

        /// The connection in which it was sent is gone. Called for the latest first.
        ///
        /// @return whether it is to be sent again in the next one; if not, whoever made it sees to it
        boolean connectionLost();
    }

    private static final class Pending {
        private final Item item;
        private long msgSerial;
        private long firstSentNanos;
        private boolean wasSent;

        Pending(Item item) {
            this.item = item;
        }
    }

    /// @param window for how long after its first sending an item may be sent again
    Outbox(Environment environment, Duration window) {
        this.environment = environment;
        this.window = window;
    }

    /// Sends it if there is a transport, else with the next one.
    void add(Item item, Wire wire) {
        waiting.add(new Pending(item));
        if (wire.isUp()) {
            sendWaiting(wire);
        }
    }

    /// A client that recovered another's connection goes on counting where that one stopped (RTN16f).
    void countFrom(long next) {
        msgSerial = next;
    }

    long nextMsgSerial() {
        return msgSerial;
    }

    /// A transport is up: what was sent and not answered goes first.
    ///
    /// @param resumed whether it carries the connection in which the last frames were sent
    void up(Wire wire, boolean resumed) {
        expire();
        if (resumed) {
            for (Pending again : sent) {
                wire.send(again.item.frame(again.msgSerial));
            }
        } else {
            startOver();
        }
    }

    private void startOver() {
        msgSerial = 0;
        List<Pending> unanswered = new ArrayList<>(sent);
        sent.clear();
        for (Pending pending : unanswered.reversed()) {
            if (pending.item.connectionLost()) {
                waiting.addFirst(pending);
            }
        }
    }

    /// Sends all that has not been sent on this transport.
    void sendWaiting(Wire wire) {
        while (!waiting.isEmpty()) {
            Pending next = waiting.remove();
            next.msgSerial = msgSerial++;
            if (!next.wasSent) {
                next.wasSent = true;
                next.firstSentNanos = environment.nanos();
            }
            sent.add(next);
            wire.send(next.item.frame(next.msgSerial));
        }
    }

    /// Gives up what was sent so long ago that the server may not recognise it when it comes again.
    void expire() {
        long now = environment.nanos();
        List<Item> expired = new ArrayList<>();
        for (Deque<Pending> queue : List.of(sent, waiting)) {
            for (Iterator<Pending> all = queue.iterator(); all.hasNext(); ) {
                Pending pending = all.next();
                if (pending.wasSent && now - pending.firstSentNanos >= window.toNanos()) {
                    all.remove();
                    expired.add(pending.item);
                }
            }
        }
        expired.forEach(item -> item.refused(ClientErrors.outcomeUnknown(window)));
    }

    /// @return false when the server answers what it was not sent, so that the transport is not to be
    ///         trusted
    boolean acknowledged(ServerMessage.Ack ack) {
        int givenUp = givenUp(ack.msgSerial(), ack.count());
        if (!answersTheOldest(ack.msgSerial() + givenUp, ack.count() - givenUp)) {
            return false;
        }
        for (int i = givenUp; i < ack.count(); i++) {
            List<String> serials = i < ack.res().size() ? ack.res().get(i) : List.of();
            sent.remove().item.acknowledged(serials);
        }
        return true;
    }

    /// @return as [#acknowledged]
    boolean refused(ServerMessage.Nack nack) {
        int givenUp = givenUp(nack.msgSerial(), nack.count());
        if (!answersTheOldest(nack.msgSerial() + givenUp, nack.count() - givenUp)) {
            return false;
        }
        for (int i = givenUp; i < nack.count(); i++) {
            sent.remove().item.refused(nack.error());
        }
        return true;
    }

    /// How many of those answered are not waited for any more; they are the oldest.
    private int givenUp(long first, int count) {
        long oldest = sent.isEmpty() ? msgSerial : sent.element().msgSerial;
        return (int) Math.clamp(oldest - first, 0L, Math.max(0, count));
    }

    private boolean answersTheOldest(long first, int count) {
        return count == 0 || count > 0 && count <= sent.size() && sent.element().msgSerial == first;
    }

    /// Nothing will be sent any more.
    void fail(ErrorInfo why) {
        List<Pending> all = new ArrayList<>(sent);
        all.addAll(waiting);
        sent.clear();
        waiting.clear();
        all.forEach(pending -> pending.item.refused(why));
    }
}
