package io.hark.frontend;

import io.hark.channel.ChannelId;
import io.hark.channel.IdHash;
import io.hark.channel.Publish;
import io.hark.protocol.ContentSize;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: makes one append of those that a transport sends to a message within a window.
///
/// The first goes on at once and opens the window. What follows waits for its end, goes on as one, and opens the
/// next. An append may go on after appends to other messages that were sent after it, but never after anything
/// else on its channel.
///
/// @param <P> those who wait for answers
final class AppendRollup<P> {
    /// Of so many messages appends can wait at once; to others they go on one by one.
    static final int MESSAGES_MAX = 100;

    private final Duration window;
    private final Timer timer;
    private final Out<P> out;
    private final Map<Target, Waiting> open = new LinkedHashMap<>(0);

    /// Where publishes go on.
    interface Out<P> {
        /// @param pending all of those that are answered with this one's result
        void send(Publish publish, List<P> pending);
    }

    /// Runs a task on the transport's loop.
    interface Timer {
        void later(Duration delay, Runnable task);
    }

    private record Target(ChannelId channel, String serial) {}

    /// @param window zero for every append by itself
    AppendRollup(Duration window, Timer timer, Out<P> out) {
        this.window = window;
        this.timer = timer;
        this.out = out;
    }

    /// Takes the transport's next publish.
    void add(Publish publish, P pending) {
        Optional<Message> append = append(publish);
        if (append.isEmpty()) {
            flush(publish.channel());
            out.send(publish, List.of(pending));
            return;
        }
        Target target = new Target(publish.channel(), append.get().serial().orElseThrow());
        Waiting waiting = open.get(target);
        if (waiting != null) {
            if (!waiting.takes(publish)) {
                waiting.send();
            }
            waiting.add(publish, pending);
        } else {
            out.send(publish, List.of(pending));
            if (open.size() < MESSAGES_MAX) {
                open.put(target, new Waiting());
                timer.later(window, () -> ended(target));
            }
        }
    }

    /// The append that waits or makes others wait; empty when it is something else, or when its transport may
    /// repeat what was made one with others.
    private Optional<Message> append(Publish publish) {
        return !window.isZero() && !publish.mayRepeat() && publish.content() instanceof Publish.Change change
                ? Optional.of(message(change)).filter(message -> message.action() == MessageAction.APPEND)
                : Optional.empty();
    }

    private static Message message(Publish.Change change) {
        return change.batch().messages().getFirst();
    }

    /// Sends what waits on the channel, for something else that goes after it.
    void flush(ChannelId channel) {
        open.forEach((target, waiting) -> {
            if (target.channel().equals(channel)) {
                waiting.send();
            }
        });
    }

    /// Sends all that waits: nothing more comes.
    void flush() {
        open.values().forEach(Waiting::send);
    }

    private void ended(Target target) {
        Waiting waiting = open.get(target);
        if (waiting.publishes.isEmpty()) {
            open.remove(target);
        } else {
            waiting.send();
            timer.later(window, () -> ended(target));
        }
    }

    /// Appends to one message, alike in all but what they append.
    private final class Waiting {
        private final List<Publish> publishes = new ArrayList<>(0);
        private final List<P> pending = new ArrayList<>(0);
        private Payload data = Payload.NONE;

        /// Whether the publish can become one with those that wait.
        boolean takes(Publish publish) {
            if (publishes.isEmpty()) {
                return true;
            }
            Publish.Change first = (Publish.Change) publishes.getFirst().content();
            Publish.Change next = (Publish.Change) publish.content();
            return publishes.size() < Publish.IDS_MAX
                    && next.owner().equals(first.owner())
                    && message(next).data().getClass() == data.getClass()
                    && message(next).isOfParts()
                    && withoutData(message(next)).equals(withoutData(message(first)))
                    && ContentSize.of(message(next)) + data.size() <= next.bytesMax();
        }

        private static Message withoutData(Message message) {
            return message.withoutId().withData(Payload.NONE, message.encoding());
        }

        void add(Publish publish, P answeredTo) {
            publishes.add(publish);
            pending.add(answeredTo);
            data = data.then(message((Publish.Change) publish.content()).data());
        }

        void send() {
            if (publishes.isEmpty()) {
                return;
            }
            Publish publish = rolledUp();
            List<P> answeredTo = List.copyOf(pending);
            publishes.clear();
            pending.clear();
            data = Payload.NONE;
            out.send(publish, answeredTo);
        }

        private Publish rolledUp() {
            Publish first = publishes.getFirst();
            if (publishes.size() == 1) {
                return first;
            }
            List<IdHash> ids = new ArrayList<>(publishes.size());
            publishes.forEach(publish -> ids.addAll(publish.ids()));
            Publish.Change change = (Publish.Change) first.content();
            Message message = message(change).withData(data, message(change).encoding());
            MessageBatch batch = change.batch();
            return new Publish(
                    first.channel(),
                    ids,
                    false,
                    first.publisher(),
                    new Publish.Change(
                            new MessageBatch(batch.id(), batch.connectionId(), batch.timestamp(), List.of(message)),
                            change.owner(),
                            change.bytesMax()),
                    first.policy());
        }
    }
}
