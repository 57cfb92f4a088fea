package io.hark.channel.sim;

import io.hark.channel.AttachFrom;
import io.hark.channel.AttachOutcome;
import io.hark.channel.Attachment;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.FrontendChannel;
import io.hark.channel.IdHash;
import io.hark.channel.Loop;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.Receipt;
import io.hark.channel.ReplyTo;
import io.hark.channel.Subscriber;
import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.Position;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The node's end of one transport: a frontend cut down to what matters for order and continuity. On its loop.
final class ServerTransport {
    static final String EPHEMERAL = "ephemeral";

    private final SimNode node;
    private final SimFrontend frontend;
    private final Link link;
    private final String connection;
    private final long connectionNumber;
    private final Claim claim;
    private final boolean resumed;
    private final Map<ChannelId, ServerAttachment> attachments = new LinkedHashMap<>();
    private final Map<ChannelId, ChannelPolicy> presentOn;
    private final List<Runnable> displaced = new ArrayList<>();
    private boolean open;
    private boolean ended;
    private boolean full;
    private int unread;

    /// @param resumed whether the client may send again what an earlier transport brought
    ServerTransport(
            SimNode node, Link link, String connection, long connectionNumber, int generation, boolean resumed) {
        this.node = node;
        this.frontend = node.anyFrontend();
        this.link = link;
        this.connection = connection;
        this.connectionNumber = connectionNumber;
        this.claim = new Claim(connection, generation);
        this.presentOn = node.presentOn(connection);
        this.resumed = resumed && !node.config().has(PlantedBug.REPEATS_NOT_LOOKED_UP);
    }

    String connection() {
        return connection;
    }

    int generation() {
        return claim.generation();
    }

    Loop loop() {
        return frontend.loop();
    }

    /// Nothing of an earlier transport of the connection can reach an owner any more.
    void connected() {
        open = true;
        if (!ended) {
            send(new ToClient.Connected());
        }
        displaced.forEach(Runnable::run);
        displaced.clear();
    }

    /// A newer transport takes over. It must also wait for those that this one waits for.
    void displace(Runnable then) {
        loop().execute(() -> {
            end();
            if (open) {
                then.run();
            } else {
                displaced.add(then);
            }
        });
    }

    void received(ToServer frame) {
        if (!open || ended) {
            return;
        }
        switch (frame) {
            case ToServer.Attach attach -> attach(attach);
            case ToServer.Detach(var channel) -> detach(channel);
            case ToServer.Publish publish -> publish(publish);
            case ToServer.Presence presence -> presence(presence);
        }
    }

    /// The socket is gone, or a newer transport has the connection.
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        int generation =
                node.config().has(PlantedBug.LEAVE_IGNORES_GENERATION) ? Member.PERMANENT - 1 : claim.generation();
        presentOn.forEach((channel, policy) -> node.router()
                .lost(
                        channel,
                        new Claim(connection, generation),
                        policy,
                        node.config().graceMillis()));
        List.copyOf(attachments.values()).forEach(ServerAttachment::detach);
        attachments.clear();
    }

    /// The node sends the client elsewhere.
    void close() {
        end();
        link.serverLost();
    }

    boolean isEnded() {
        return ended;
    }

    void nodeDied() {
        ended = true;
        link.serverLost();
    }

    private void attach(ToServer.Attach attach) {
        ServerAttachment before = attachments.remove(attach.channel());
        if (before != null) {
            before.detach();
        }
        ServerAttachment attachment = new ServerAttachment(attach.token(), attach.channel());
        attachments.put(attach.channel(), attachment);
        attachment.begin(planted(attach.from()), attach.wantsPresence());
    }

    private AttachFrom planted(AttachFrom from) {
        return node.config().has(PlantedBug.RESUME_SKIPS) && from instanceof AttachFrom.After(Position at)
                ? new AttachFrom.After(new Position(at.region(), at.lineage(), at.lsn() + 1, at.vector()))
                : from;
    }

    private void detach(ChannelId channel) {
        ServerAttachment attachment = attachments.remove(channel);
        if (attachment != null) {
            attachment.detach();
        }
        presentOn.remove(channel);
        // The client hears of it once its leaves are committed, else it would vouch for members that a crash
        // brings back.
        node.router().leave(channel, claim, node.policy(channel), new ReplyTo<>(loop(), result -> {
            if (!(result instanceof PublishResult.Refused)) {
                send(new ToClient.DetachDone(channel));
            }
        }));
    }

    private void publish(ToServer.Publish frame) {
        IdHash id = new IdHash(connectionNumber, frame.serial());
        publish(
                node,
                frame,
                Optional.of(id),
                resumed,
                Optional.of(claim),
                reply(node, loop(), frame.op(), frame.channel(), result -> answer(frame.serial(), planted(result))));
    }

    private void answer(long serial, PublishResult result) {
        boolean mayBeLogged = resumed
                && result instanceof PublishResult.Refused(var error)
                && error.code() == ErrorCode.OVERLOADED.code();
        boolean superseded =
                result instanceof PublishResult.Refused(var why) && why.code() == ErrorCode.TRANSPORT_SUPERSEDED.code();
        if (mayBeLogged || superseded) {
            // An earlier transport may have brought the same, and it may be in the log: only the owner can
            // say, later. Or there is a later transport, which gets the answer.
            close();
        } else {
            send(new ToClient.Result(serial, result));
        }
    }

    /// Publishes on behalf of a transport or of a request that has none.
    static void publish(
            SimNode node,
            ToServer.Publish frame,
            Optional<IdHash> id,
            boolean mayRepeat,
            Optional<Claim> publisher,
            ReplyTo<PublishResult> reply) {
        Optional<Receipt> early = node.config().has(PlantedBug.DUPLICATE_ANSWERED_BEFORE_COMMIT) && mayRepeat
                ? id.flatMap(known -> uncommitted(node, frame.channel(), known))
                : Optional.empty();
        if (early.isPresent()) {
            reply.then().accept(new PublishResult.Stored(early.get()));
            return;
        }
        boolean fenced = !node.config().has(PlantedBug.LATE_COPY_ACCEPTED);
        node.router()
                .publish(
                        new Publish(
                                frame.channel(),
                                frame.ephemeral() ? List.of() : id.stream().toList(),
                                mayRepeat,
                                fenced ? publisher : Optional.empty(),
                                SimMessages.content(frame, publisher.map(Claim::connectionId)),
                                node.policy(frame.channel())),
                        reply);
    }

    private static Optional<Receipt> uncommitted(SimNode node, ChannelId channel, IdHash id) {
        return node.cluster().nodes().stream()
                .flatMap(each -> each.store().uncommitted(channel.key(), id).stream())
                .findFirst();
    }

    /// Brings the answer to the loop, and writes it down at the moment when the owner gives it.
    static ReplyTo<PublishResult> reply(
            SimNode node, Loop loop, String op, ChannelId channel, Consumer<PublishResult> then) {
        return new ReplyTo<>(Runnable::run, result -> {
            decided(node, op, channel, result);
            if (loop.inLoop()) {
                then.accept(result);
            } else {
                loop.execute(() -> then.accept(result));
            }
        });
    }

    private static void decided(SimNode node, String op, ChannelId channel, PublishResult result) {
        node.lookAtCommits();
        switch (result) {
            case PublishResult.Stored(var receipt) ->
                node.history()
                        .add(new Event.Answered(
                                op,
                                new Place(channel.key().slot(), receipt.origin().lineage(), receipt.lsn())));
            case PublishResult.Refused(var error) -> node.history().add(new Event.Declined(op));
            case PublishResult.Accepted(var serials) -> {}
        }
    }

    private PublishResult planted(PublishResult result) {
        boolean refuse = node.config().has(PlantedBug.REFUSED_AFTER_APPEND)
                && node.scheduler().chance(0.05);
        return refuse ? new PublishResult.Refused(ErrorCode.OVERLOADED.info()) : result;
    }

    private void presence(ToServer.Presence frame) {
        PresenceMessage event = new PresenceMessage(
                frame.action(),
                Optional.empty(),
                Optional.of(frame.clientId()),
                Optional.empty(),
                0,
                Payload.text(frame.op()),
                Optional.empty(),
                Map.of());
        presentOn.computeIfAbsent(frame.channel(), node::policy);
        ServerAttachment attached = attachments.get(frame.channel());
        if (attached != null) {
            attached.attachment.ifPresent(attachment -> attachment.vouch(claim));
        }
        PresenceUpdate update = update(frame.channel(), frame.serial(), List.of(event));
        node.router()
                .presence(
                        update,
                        reply(node, loop(), frame.op(), frame.channel(), result -> answer(frame.serial(), result)));
    }

    private PresenceUpdate update(ChannelId channel, long serial, List<PresenceMessage> events) {
        return new PresenceUpdate(
                channel,
                connection,
                claim.generation(),
                connection + ':' + serial,
                events,
                false,
                node.policy(channel),
                node.config().membersMax());
    }

    private void send(ToClient frame) {
        if (!ended) {
            unread++;
            full |= unread >= node.config().windowFrames();
            link.toClient(frame);
        }
    }

    /// The client has taken a frame off the socket.
    void taken() {
        unread--;
        if (full && unread <= node.config().windowFrames() / 2) {
            loop().execute(() -> {
                if (full && unread <= node.config().windowFrames() / 2) {
                    full = false;
                    List.copyOf(attachments.values()).forEach(ServerAttachment::pump);
                }
            });
        }
    }

    private final class ServerAttachment implements Subscriber {
        private final int token;
        private final ChannelId channel;
        private Optional<Attachment> attachment = Optional.empty();
        private boolean goesOn;
        private boolean detached;

        ServerAttachment(int token, ChannelId channel) {
            this.token = token;
            this.channel = channel;
        }

        void begin(AttachFrom from, boolean wantsPresence) {
            // A client that begins anew does not vouch for members that it had before it detached. One that
            // goes on does, and from now on this transport's end counts for them, even if it comes before
            // the owner's answer.
            goesOn = from instanceof AttachFrom.After;
            Optional<Claim> vouches = goesOn ? Optional.of(claim) : Optional.empty();
            vouches.ifPresent(vouched -> presentOn.computeIfAbsent(channel, node::policy));
            attachment = Optional.of(frontend.join(channel)
                    .attach(this, from, vouches, new FrontendChannel.Wants(wantsPresence, false), node.wallMillis()));
            if (detached) {
                detach();
            }
        }

        void detach() {
            detached = true;
            attachment.ifPresent(Attachment::detach);
        }

        void pump() {
            attachment.ifPresent(Attachment::pump);
        }

        @Override
        public boolean writable() {
            return !full;
        }

        @Override
        public void attached(AttachOutcome outcome) {
            boolean always = goesOn && node.config().has(PlantedBug.ALWAYS_RESUMED);
            send(new ToClient.Attached(
                    token,
                    new AttachOutcome(
                            outcome.subscribed(),
                            outcome.startLsn(),
                            outcome.resumed() || always,
                            outcome.hasBacklog(),
                            outcome.hasPresence(),
                            outcome.hasObjects(),
                            outcome.error())));
        }

        @Override
        public void sync(List<Member> page, boolean last) {
            send(new ToClient.Sync(token, List.copyOf(page), last));
        }

        @Override
        public void backlog(List<Entry> entries) {
            hand(entries);
        }

        @Override
        public void live(long from, long to) {
            hand(frontend.live(channel, from, to));
        }

        private void hand(List<Entry> entries) {
            node.lookAtCommits();
            for (Entry entry : entries) {
                if (!isEphemeral(entry)) {
                    node.history().add(new Event.Handed(Place.of(entry)));
                }
            }
            send(new ToClient.Entries(token, List.copyOf(entries)));
        }

        @Override
        public void failed(ErrorInfo reason) {
            detached = true;
            attachments.remove(channel, this);
            send(new ToClient.Detached(token));
        }
    }

    static boolean isEphemeral(Entry entry) {
        return entry.body() instanceof EntryBody.Messages(MessageBatch batch)
                && batch.messages().getFirst().name().equals(Optional.of(EPHEMERAL));
    }
}
