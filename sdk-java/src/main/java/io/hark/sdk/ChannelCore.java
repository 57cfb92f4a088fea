package io.hark.sdk;

import io.hark.protocol.ChannelMode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;

/// Confined: what a client does on one channel: its subscriptions, each at a place of its own, and its
/// presence.
///
/// The first subscription shares the channel's own attachment with presence. Another one that there is
/// at the same time gets an attachment under another spelling of the name, so that each has its own
/// place and pace (ADR 20).
final class ChannelCore {
    private final String name;
    private final ClientCore client;
    private final List<Line> lines = new ArrayList<>();
    private final PresenceCore presence;

    /// Where an earlier client was, whose places this one takes over.
    private Optional<String> recovered;

    ChannelCore(String name, ClientCore client, Optional<String> recovered) {
        this.name = name;
        this.client = client;
        this.recovered = recovered;
        this.presence = new PresenceCore(name, client);
        addLine();
    }

    private Line addLine() {
        Line line = new Line(lines.isEmpty());
        lines.add(line);
        client.route(line.attachment.name(), line);
        return line;
    }

    /// Another spelling of the name: the same channel, another attachment.
    static String spelled(String name, int number) {
        String param = "reader=" + number;
        int close = name.startsWith("[") ? name.indexOf(']') : -1;
        if (close < 0) {
            return "[?" + param + "]" + name;
        }
        String separator = name.substring(0, close).contains("?") ? "&" : "?";
        return name.substring(0, close) + separator + param + name.substring(close);
    }

    <T> void subscribe(From from, Codec<T> codec, Flow.Subscriber<? super Delivery<T>> subscriber) {
        Line line = lines.stream().filter(it -> it.feed.isEmpty()).findFirst().orElseGet(this::addLine);
        MessageFeed<T> feed = new MessageFeed<>(
                codec,
                client.loop(),
                client.environment().threads(),
                client.options().limits(),
                subscriber,
                line);
        feed.begin();
        client.over().ifPresentOrElse(feed::fail, () -> line.begin(feed, from));
    }

    /// What presence is to do; attaches for it.
    PresenceCore presence() {
        presence.use();
        lines.getFirst().attachment.revive();
        return presence;
    }

    void reconcile() {
        lines.forEach(line -> line.attachment.reconcile());
    }

    void up() {
        lines.forEach(line -> line.attachment.up());
    }

    void down() {
        lines.forEach(line -> line.attachment.down());
        presence.detached();
    }

    /// The place of the channel's first subscription; empty when it has none, or it has not begun.
    Optional<String> place() {
        return lines.getFirst()
                .feed
                .map(MessageFeed::toldCursor)
                .filter(cursor -> !cursor.isEmpty())
                .or(() -> recovered);
    }

    /// @param failure empty when the application wanted it
    void over(ErrorInfo why, Optional<ErrorInfo> failure) {
        for (Line line : lines) {
            line.feed.ifPresent(feed -> failure.ifPresentOrElse(feed::fail, feed::complete));
            line.feed = Optional.empty();
        }
        presence.over(why, failure);
    }

    /// One attachment, and the subscription that is on it.
    final class Line implements Attachment.Owner, MessageFeed.Place {
        private final boolean shared;
        private final Attachment attachment;
        private Optional<MessageFeed<?>> feed = Optional.empty();

        /// @param shared with presence: the channel under its own name
        Line(boolean shared) {
            this.shared = shared;
            attachment = new Attachment(
                    shared ? name : spelled(name, lines.size() + 1),
                    client.wire(),
                    client.environment(),
                    client.loop(),
                    client.options().timing(),
                    this);
        }

        void begin(MessageFeed<?> subscription, From from) {
            feed = Optional.of(subscription);
            boolean recovers = from instanceof From.Now && shared;
            Optional<String> cursor = from instanceof From.After(Cursor after)
                    ? Optional.of(after.value())
                    : recovers ? recovered : Optional.empty();
            attachment.startFrom(cursor, from.params());
            if (shared) {
                recovered = Optional.empty();
            }
        }

        @Override
        public int modes() {
            int modes = feed.filter(MessageFeed::isFlowing).isPresent() ? ChannelMode.SUBSCRIBE.flag() : 0;
            if (shared) {
                modes |= presence.modes();
                // Whoever asks for modes may publish only if that is one of them.
                return modes == 0 ? 0 : modes | ChannelMode.PUBLISH.flag();
            }
            // Detaching from one spelling makes the connection's members leave the channel, so this stays attached.
            return modes == 0 && presence.hasMembers() && attachment.isOpen()
                    ? ChannelMode.PRESENCE_SUBSCRIBE.flag()
                    : modes;
        }

        @Override
        public void attached(ServerMessage.Attached frame, Optional<ErrorInfo> gap, boolean anew) {
            int granted = frame.flags();
            boolean wanted = feed.filter(MessageFeed::isFlowing).isPresent();
            if (wanted && (granted & ChannelMode.SUBSCRIBE.flag()) == 0 && attachment.asked(ChannelMode.SUBSCRIBE)) {
                endFeed(ClientErrors.mayNotSubscribe(name));
            }
            feed.ifPresent(
                    subscription -> subscription.attached(attachment.cursor().orElseThrow(), gap));
            if (shared && attachment.asked(ChannelMode.PRESENCE_SUBSCRIBE)) {
                presence.attached(frame, anew);
            }
        }

        @Override
        public void failed(ErrorInfo why) {
            endFeed(why);
            if (shared) {
                presence.over(why, Optional.of(why));
            }
        }

        private void endFeed(ErrorInfo why) {
            feed.ifPresent(subscription -> subscription.fail(why));
            feed = Optional.empty();
        }

        @Override
        public void changed() {
            attachment.reconcile();
        }

        @Override
        public void left(MessageFeed<?> gone) {
            if (feed.filter(it -> it == gone).isPresent()) {
                feed = Optional.empty();
                attachment.reconcile();
            }
        }

        void received(ServerMessage.Messages frame) {
            if (!attachment.isAttached()) {
                return; // It comes again behind the ATTACHED that is awaited (RTL17).
            }
            if (feed.isEmpty()) {
                attachment.passed(frame.channelSerial());
            } else if (feed.get().isFlowing()) {
                if (feed.get().takes(frame, attachment.cursor().orElseThrow())) {
                    attachment.passed(frame.channelSerial());
                } else {
                    attachment.reconcile();
                }
            }
        }

        void received(ServerMessage.Presence frame) {
            if (!attachment.isAttached()) {
                return;
            }
            if (shared) {
                presence.received(frame);
            }
            // What follows the place of a subscription that is behind has not been dealt with.
            if (feed.isEmpty() || feed.get().isFlowing()) {
                attachment.passed(frame.channelSerial());
            }
        }

        void received(ServerMessage.Sync frame) {
            if (shared && attachment.isAttached()) {
                presence.received(frame);
            }
        }

        void received(ServerMessage.Attached frame) {
            attachment.received(frame);
        }

        void received(ServerMessage.Detached frame) {
            if (shared) {
                presence.detached();
            }
            attachment.received(frame);
        }

        void received(ServerMessage.Error frame) {
            attachment.received(frame);
        }
    }
}
