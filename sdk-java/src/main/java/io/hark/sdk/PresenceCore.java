package io.hark.sdk;

import io.hark.protocol.AttachFlag;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ServerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/// Confined: a client's presence on one channel: who else is there, and as whom it is there itself,
/// also after its connection was lost (RTP17).
final class PresenceCore {
    static final int MODES = ChannelMode.PRESENCE.flag() | ChannelMode.PRESENCE_SUBSCRIBE.flag();

    private static final System.Logger LOG = System.getLogger(PresenceCore.class.getName());

    private final String channel;
    private final ClientCore client;
    private final PresenceSet set = new PresenceSet();
    private final List<PresenceFeed<?>> feeds = new ArrayList<>();
    private final List<CompletableFuture<List<PresenceMessage>>> askers = new ArrayList<>();

    /// As whom the client wants to be present, by clientId.
    private final Map<String, Entry> own = new LinkedHashMap<>();

    /// What is to be sent once the channel is attached.
    private final Deque<Change> waiting = new ArrayDeque<>();

    /// What was asked for and not answered, sent or not.
    private final Set<Change> unanswered = new HashSet<>();

    private boolean inUse;
    private boolean attached;

    /// Whether what the set says has been true since the channel was attached for the first time.
    private boolean known;

    /// @param id of the member's last event; empty before it is known
    private record Entry(Content content, Map<String, Object> extras, Optional<String> id) {}

    PresenceCore(String channel, ClientCore client) {
        this.channel = channel;
        this.client = client;
    }

    /// Modes to attach with.
    int modes() {
        return inUse ? MODES : 0;
    }

    /// Whether detaching would make members leave.
    boolean hasMembers() {
        return !own.isEmpty() || !unanswered.isEmpty();
    }

    void use() {
        inUse = true;
    }

    /// A change of the client's own presence, on its way.
    private final class Change implements Outbox.Item {
        private final PresenceAction action;
        private final String clientId;
        private final Entry entry;
        private final Optional<Entry> before;
        private final CompletableFuture<Void> done;

        /// @param before as what the client was present until now
        Change(
                PresenceAction action,
                String clientId,
                Entry entry,
                Optional<Entry> before,
                CompletableFuture<Void> done) {
            this.action = action;
            this.clientId = clientId;
            this.entry = entry;
            this.before = before;
            this.done = done;
        }

        @Override
        public ClientMessage frame(long msgSerial) {
            return new ClientMessage.Presence(channel, msgSerial, List.of(message(action, clientId, entry)));
        }

        @Override
        public void acknowledged(List<String> serials) {
            answered();
            client.environment().threads().execute(() -> done.complete(null));
        }

        @Override
        public void refused(ErrorInfo why) {
            if (action != PresenceAction.LEAVE && own.remove(clientId, entry)) {
                before.ifPresent(still -> own.put(clientId, still));
            }
            answered();
            client.environment().threads().execute(() -> done.completeExceptionally(new HarkException(why)));
        }

        private void answered() {
            unanswered.remove(this);
            client.completed(entry.content().data().size());
            if (!hasMembers()) {
                client.channel(channel).reconcile(); // Attachments that members needed may go.
            }
        }

        @Override
        public boolean connectionLost() {
            // In the next connection it counts only once the channel is attached.
            waiting.addFirst(this);
            return false;
        }
    }

    private static PresenceMessage message(PresenceAction action, String clientId, Entry entry) {
        return new PresenceMessage(
                action,
                entry.id(),
                Optional.of(clientId),
                Optional.empty(),
                0,
                entry.content().data(),
                entry.content().encoding(),
                entry.extras());
    }

    void change(
            PresenceAction action,
            String clientId,
            Content content,
            Map<String, Object> extras,
            CompletableFuture<Void> done) {
        Entry entry = new Entry(content, extras, Optional.empty());
        Optional<Entry> before = Optional.ofNullable(own.get(clientId));
        if (action == PresenceAction.LEAVE) {
            own.remove(clientId);
        } else {
            own.put(clientId, entry);
        }
        Change change = new Change(action, clientId, entry, before, done);
        unanswered.add(change);
        if (attached) {
            client.send(change);
        } else {
            waiting.add(change);
        }
    }

    void attached(ServerMessage.Attached frame, boolean anew) {
        attached = true;
        if (!anew) {
            return;
        }
        if ((frame.flags() & AttachFlag.HAS_PRESENCE) != 0) {
            set.beginSync();
        } else {
            set.beginSync();
            endSync(); // Nobody is there (RTP19a).
        }
        enterAgain();
        while (!waiting.isEmpty()) {
            client.send(waiting.remove());
        }
    }

    /// Members that the server still has are not told of anew, as they carry their ids (RTP17i).
    private void enterAgain() {
        Set<String> changing = new HashSet<>();
        unanswered.forEach(change -> changing.add(change.clientId));
        List<PresenceMessage> again = new ArrayList<>();
        own.forEach((clientId, entry) -> {
            if (!changing.contains(clientId)) {
                again.add(message(PresenceAction.ENTER, clientId, idOfThisConnection(entry)));
            }
        });
        if (!again.isEmpty()) {
            client.send(new Again(again));
        }
    }

    private Entry idOfThisConnection(Entry entry) {
        String prefix = client.wire().connectionId() + ":";
        return new Entry(entry.content(), entry.extras(), entry.id().filter(id -> id.startsWith(prefix)));
    }

    /// Members that enter again after an attach.
    private final class Again implements Outbox.Item {
        private final List<PresenceMessage> members;

        Again(List<PresenceMessage> members) {
            this.members = members;
        }

        @Override
        public ClientMessage frame(long msgSerial) {
            return new ClientMessage.Presence(channel, msgSerial, members);
        }

        @Override
        public void acknowledged(List<String> serials) {}

        @Override
        public void refused(ErrorInfo why) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} members of {1} could not enter again: {2}",
                    members.size(),
                    channel,
                    why);
        }

        @Override
        public boolean connectionLost() {
            return false; // The next attach has them enter again.
        }
    }

    void detached() {
        attached = false;
    }

    void received(ServerMessage.Presence frame) {
        for (int i = 0; i < frame.presence().size(); i++) {
            PresenceMessage entry = frame.presence().get(i);
            String id = frame.id() + ":" + i;
            apply(entry.identified(
                    entry.id().orElse(id),
                    entry.connectionId().or(frame::connectionId).orElse(""),
                    entry.timestamp() == 0 ? frame.timestamp() : entry.timestamp()));
        }
    }

    void received(ServerMessage.Sync frame) {
        if (set.isComplete()) {
            set.beginSync();
        }
        frame.presence().forEach(this::apply);
        int colon = frame.channelSerial().indexOf(':');
        if (colon < 0 || colon == frame.channelSerial().length() - 1) {
            endSync();
        }
    }

    private void apply(PresenceMessage message) {
        rememberId(message);
        if (set.apply(message)) {
            PresenceSet.Key key = PresenceSet.Key.of(message);
            feeds.forEach(feed -> feed.changed(key, Optional.of(message)));
        }
    }

    private void rememberId(PresenceMessage message) {
        String clientId = message.clientId().orElse("");
        Entry mine = own.get(clientId);
        if (mine != null
                && message.action() != PresenceAction.LEAVE
                && message.connectionId().equals(Optional.of(client.wire().connectionId()))) {
            own.put(clientId, new Entry(mine.content(), mine.extras(), message.id()));
        }
    }

    private void endSync() {
        set.endSync().forEach(key -> feeds.forEach(feed -> feed.changed(key, Optional.empty())));
        known = true;
        answer();
    }

    private void answer() {
        List<PresenceMessage> members = set.all();
        Executor threads = client.environment().threads();
        askers.forEach(asker -> threads.execute(() -> asker.complete(members)));
        askers.clear();
    }

    void members(CompletableFuture<List<PresenceMessage>> asker) {
        askers.add(asker);
        if (known && attached && set.isComplete()) {
            answer();
        }
    }

    <T> void subscribe(Flow.Subscriber<? super PresenceEvent<T>> subscriber, Codec<T> codec) {
        PresenceFeed<T> feed = new PresenceFeed<>(
                codec,
                client.loop(),
                client.environment().threads(),
                client.options().limits(),
                set,
                subscriber,
                feeds::remove);
        feed.begin();
        client.over().ifPresentOrElse(feed::fail, () -> feeds.add(feed));
    }

    /// The channel failed, or the client is over.
    ///
    /// @param failure empty when the application wanted it
    void over(ErrorInfo why, Optional<ErrorInfo> failure) {
        attached = false;
        List<Change> lost = List.copyOf(waiting);
        waiting.clear();
        lost.forEach(change -> change.refused(why));
        List<CompletableFuture<List<PresenceMessage>>> asking = List.copyOf(askers);
        askers.clear();
        client.environment()
                .threads()
                .execute(() -> asking.forEach(asker -> asker.completeExceptionally(new HarkException(why))));
        feeds.forEach(feed -> failure.ifPresentOrElse(feed::fail, feed::complete));
        feeds.clear();
        inUse = false;
        known = false;
    }
}
