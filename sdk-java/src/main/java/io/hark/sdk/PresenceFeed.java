package io.hark.sdk;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/// Confined, but for what its [Outlet] calls: one subscription to a channel's presence.
///
/// It knows what the subscriber was told of each member, and tells the difference to what is. So
/// nothing has to be kept for a subscriber that is behind.
final class PresenceFeed<T> implements Outlet.Owner<PresenceFeed.Change, PresenceEvent<T>> {
    private final Codec<T> codec;
    private final Executor loop;
    private final PresenceSet set;
    private final Consumer<PresenceFeed<T>> onCancel;
    private final Outlet<Change, PresenceEvent<T>> outlet;
    private final Map<PresenceSet.Key, PresenceMessage> told = new HashMap<>();
    private boolean behind;

    /// @param action PRESENT, ENTER, UPDATE or LEAVE
    record Change(PresenceAction action, PresenceMessage message) {}

    PresenceFeed(
            Codec<T> codec,
            Executor loop,
            Executor threads,
            Limits limits,
            PresenceSet set,
            Flow.Subscriber<? super PresenceEvent<T>> subscriber,
            Consumer<PresenceFeed<T>> onCancel) {
        this.codec = codec;
        this.loop = loop;
        this.set = set;
        this.onCancel = onCancel;
        this.outlet = new Outlet<>(subscriber, this, threads, limits.bufferMessagesMax(), limits.bufferBytesMax());
    }

    void begin() {
        outlet.begin();
        catchUp();
    }

    /// The member has changed, or gone with the message.
    void changed(PresenceSet.Key key, Optional<PresenceMessage> leave) {
        if (outlet.accepting()) {
            tell(key, leave);
        } else {
            behind = true;
        }
    }

    private void tell(PresenceSet.Key key, Optional<PresenceMessage> leave) {
        Optional<PresenceMessage> now = set.get(key);
        PresenceMessage before = told.get(key);
        if (now.isPresent()) {
            PresenceMessage message = now.get();
            if (message.equals(before)) {
                return;
            }
            told.put(key, message);
            outlet.push(new Change(action(message, before != null), message));
        } else if (before != null) {
            told.remove(key);
            outlet.push(new Change(PresenceAction.LEAVE, leave.orElse(before)));
        }
    }

    private static PresenceAction action(PresenceMessage message, boolean wasThere) {
        if (wasThere) {
            return PresenceAction.UPDATE;
        }
        return message.action() == PresenceAction.PRESENT ? PresenceAction.PRESENT : PresenceAction.ENTER;
    }

    private void catchUp() {
        Set<PresenceSet.Key> all = new HashSet<>(told.keySet());
        all.addAll(set.keys());
        all.forEach(key -> tell(key, Optional.empty()));
    }

    void complete() {
        outlet.complete();
    }

    void fail(ErrorInfo why) {
        outlet.fail(new HarkException(why));
    }

    @Override
    public PresenceEvent<T> view(Change change) {
        Member<T> member = Member.of(change.message(), codec);
        return switch (change.action()) {
            case PRESENT -> new PresenceEvent.Present<>(member);
            case ENTER -> new PresenceEvent.Entered<>(member);
            case UPDATE -> new PresenceEvent.Updated<>(member);
            case LEAVE, ABSENT -> new PresenceEvent.Left<>(member);
        };
    }

    @Override
    public int bytes(Change change) {
        return change.message().data().size();
    }

    @Override
    public void told(Change change) {}

    @Override
    public void room() {
        loop.execute(() -> {
            if (behind) {
                behind = false;
                catchUp();
            }
        });
    }

    @Override
    public void cancelled() {
        loop.execute(() -> onCancel.accept(this));
    }
}
