package io.hark.sdk;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/// Confined, but for what its [Outlet] calls: one subscription to a channel's messages.
///
/// When its subscriber is behind and the buffer full, it takes no more: its place on the channel stays
/// where it is, and what follows is in the channel's log until there is room again.
final class MessageFeed<T> implements Outlet.Owner<MessageFeed.Item<T>, Delivery<T>> {
    private final Codec<T> codec;
    private final Executor loop;
    private final Place place;
    private final Outlet<Item<T>, Delivery<T>> outlet;
    private boolean started;
    private boolean full;

    /// Behind what the subscriber has had; empty until it was told where it begins.
    private volatile String toldCursor = "";

    /// What the feed does to its place on the channel. Called on the loop.
    interface Place {
        /// There is room for messages again.
        void changed();

        /// The subscriber wants no more.
        void left(MessageFeed<?> gone);
    }

    /// What waits for the subscriber.
    sealed interface Item<T> {
        String cursor();

        record Told<T>(Delivery<T> delivery) implements Item<T> {
            @Override
            public String cursor() {
                return delivery.cursor().value();
            }
        }

        /// A message, not read yet.
        record Unread<T>(ServerMessage.Messages frame, int index, String cursor) implements Item<T> {
            io.hark.protocol.Message wire() {
                return frame.messages().get(index);
            }

            Message.Inherited inherited() {
                return new Message.Inherited(frame.id() + ":" + index, frame.connectionId(), frame.timestamp());
            }
        }
    }

    MessageFeed(
            Codec<T> codec,
            Executor loop,
            Executor threads,
            Limits limits,
            Flow.Subscriber<? super Delivery<T>> subscriber,
            Place place) {
        this.codec = codec;
        this.loop = loop;
        this.place = place;
        this.outlet = new Outlet<>(subscriber, this, threads, limits.bufferMessagesMax(), limits.bufferBytesMax());
    }

    void begin() {
        outlet.begin();
    }

    /// Whether it takes messages now.
    boolean isFlowing() {
        return !full;
    }

    String toldCursor() {
        return toldCursor;
    }

    void attached(String channelSerial, Optional<ErrorInfo> gap) {
        Cursor cursor = new Cursor(channelSerial);
        if (!started) {
            started = true;
            outlet.push(new Item.Told<>(new Delivery.Started<>(cursor)));
        }
        gap.ifPresent(reason -> outlet.push(new Item.Told<>(new Delivery.Gap<>(reason, cursor))));
    }

    /// @param before the cursor behind the frame before
    /// @return false when the buffer is full: none of it was taken, and the place is to be kept
    boolean takes(ServerMessage.Messages frame, String before) {
        if (!outlet.accepting()) {
            full = true;
            return false;
        }
        int last = frame.messages().size() - 1;
        for (int i = 0; i <= last; i++) {
            outlet.push(new Item.Unread<>(frame, i, i == last ? frame.channelSerial() : before));
        }
        return true;
    }

    void complete() {
        outlet.complete();
    }

    void fail(ErrorInfo why) {
        outlet.fail(new HarkException(why));
    }

    @Override
    public Delivery<T> view(Item<T> item) {
        return switch (item) {
            case Item.Told<T>(Delivery<T> delivery) -> delivery;
            case Item.Unread<T> unread -> read(unread);
        };
    }

    private Delivery<T> read(Item.Unread<T> unread) {
        Cursor cursor = new Cursor(unread.cursor());
        try {
            return new Delivery.Received<>(Message.of(unread.wire(), unread.inherited(), codec), cursor);
        } catch (Exception unreadable) { // the application's codec, whatever it throws
            return new Delivery.Unreadable<>(Message.raw(unread.wire(), unread.inherited()), cursor, unreadable);
        }
    }

    @Override
    public int bytes(Item<T> item) {
        return item instanceof Item.Unread<T> unread ? unread.wire().data().size() : 0;
    }

    @Override
    public void told(Item<T> item) {
        toldCursor = item.cursor();
    }

    @Override
    public void room() {
        loop.execute(() -> {
            full = false;
            place.changed();
        });
    }

    @Override
    public void cancelled() {
        loop.execute(() -> place.left(this));
    }
}
