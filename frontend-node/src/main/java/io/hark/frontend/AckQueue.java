package io.hark.frontend;

import io.hark.channel.PublishResult;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Confined: the publishes of one transport whose answer is due, in the order in which they came.
///
/// Answers leave in that order only, whatever the order in which owners give them: clients match them from
/// their oldest
/// pending publish on (RTN7). Neighbours with consecutive numbers are acknowledged together.
final class AckQueue {
    private final ArrayDeque<Pending> queue = new ArrayDeque<>(0);

    /// One publish; its answer may come at any time.
    final class Pending {
        private final long msgSerial;
        private final long receivedNanos;
        private PublishResult result;

        private Pending(long msgSerial, long receivedNanos) {
            this.msgSerial = msgSerial;
            this.receivedNanos = receivedNanos;
        }

        void answer(PublishResult answer) {
            result = answer;
        }

        long receivedNanos() {
            return receivedNanos;
        }
    }

    Pending add(long msgSerial, long receivedNanos) {
        Pending pending = new Pending(msgSerial, receivedNanos);
        queue.add(pending);
        return pending;
    }

    int size() {
        return queue.size();
    }

    /// When the oldest publish that waits was received.
    OptionalLong oldestNanos() {
        return queue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(queue.peek().receivedNanos);
    }

    /// Hands every answer that is due to `out`, oldest first.
    void drain(Consumer<ServerMessage> out) {
        while (!queue.isEmpty() && queue.peek().result != null) {
            Pending first = queue.poll();
            if (first.result instanceof PublishResult.Refused(ErrorInfo error)) {
                out.accept(new ServerMessage.Nack(first.msgSerial, 1, error));
                continue;
            }
            List<List<String>> serials = new ArrayList<>(1);
            serials.add(serials(first.result));
            while (isNext(first.msgSerial + serials.size())) {
                serials.add(serials(queue.poll().result));
            }
            out.accept(new ServerMessage.Ack(first.msgSerial, serials.size(), serials));
        }
    }

    private boolean isNext(long msgSerial) {
        Pending next = queue.peek();
        return next != null
                && next.msgSerial == msgSerial
                && next.result != null
                && !(next.result instanceof PublishResult.Refused);
    }

    private static List<String> serials(PublishResult accepted) {
        return switch (accepted) {
            case PublishResult.Stored(var receipt) -> receipt.serials();
            case PublishResult.Accepted(var serials) -> serials;
            case PublishResult.Refused refused -> throw new IllegalArgumentException("a refusal has no serials");
        };
    }
}
