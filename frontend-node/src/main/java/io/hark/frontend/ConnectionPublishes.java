package io.hark.frontend;

import io.hark.auth.App;
import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.MetaEvent;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ContentSize;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MessageAction;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.rest.ItemSizes;
import io.hark.rest.LiveConnections;
import io.hark.rest.ObjectAdmission;
import io.hark.rest.PublishAdmission;
import io.hark.rest.PublishCounts;
import io.hark.rest.Rates;
import io.hark.rest.UserClaim;
import io.hark.stats.Flow;
import io.hark.stats.LoopStats;
import io.hark.stats.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Confined: what one transport of a connection publishes, messages and presence, and the answers that it is
/// due.
final class ConnectionPublishes {
    private final Frontend frontend;
    private final FrontendLoop loop;
    private final Connection connection;
    private final ConnectionRights rights;
    private final ConnectionChannels channels;
    private final Claim claim;
    private final boolean resumed;
    private final PublishNumbers numbers;
    private final ConnectionRates rates;
    private final ConnectionObjects objects;
    private final LoopStats stats;
    private final AckQueue acks = new AckQueue();
    private final AppendRollup<AckQueue.Pending> appends;
    private boolean full;

    /// @param resumed whether the client may send publishes again that an earlier transport brought
    ConnectionPublishes(
            Frontend frontend,
            FrontendLoop loop,
            Connection connection,
            ConnectionRights rights,
            ConnectionChannels channels,
            ConnectionKey key,
            boolean resumed,
            Duration appendRollupWindow) {
        this.frontend = frontend;
        this.loop = loop;
        this.connection = connection;
        this.rights = rights;
        this.channels = channels;
        this.claim = new Claim(key.connectionId(), key.generation());
        this.resumed = resumed;
        this.numbers = new PublishNumbers(key, resumed);
        this.rates = connection.rates();
        this.objects = new ConnectionObjects(frontend, connection, rights, channels, claim);
        this.appends = new AppendRollup<>(appendRollupWindow, loop.loop()::later, this::send);
        this.stats = loop.stats(connection.app().id());
    }

    void publish(ClientMessage.Publish frame) {
        if (attempted(frame.messages().size())) {
            AckQueue.Pending pending = pending(frame.msgSerial());
            PublishNumbers.Number number = numbers.next(frame.msgSerial());
            route(pending, frame.messages().size(), admit(frame, number));
        }
    }

    void annotate(ClientMessage.Annotate frame) {
        if (attempted(frame.annotations().size())) {
            AckQueue.Pending pending = pending(frame.msgSerial());
            PublishNumbers.Number number = numbers.next(frame.msgSerial());
            route(pending, frame.annotations().size(), admit(frame, number));
        }
    }

    /// @return false when the connection fails for sending far too much
    private boolean attempted(int count) {
        Optional<ErrorInfo> fatal = rates.attempt(count);
        fatal.ifPresent(connection::fail);
        return fatal.isEmpty();
    }

    private void route(AckQueue.Pending pending, int items, PublishAdmission.Result admitted) {
        switch (admitted) {
            case PublishAdmission.Result.Refused(ErrorInfo error) ->
                refuse(pending, Traffic.Kind.MESSAGES, items, error);
            case PublishAdmission.Result.Admitted(Publish publish) -> {
                Optional<ErrorInfo> tooFast = rates.publish(Rates.Cost.of(publish), connection.grant());
                if (tooFast.isPresent()) {
                    refuse(pending, Traffic.Kind.MESSAGES, items, tooFast.get());
                } else {
                    appends.add(UserClaim.on(publish, connection.grant()), pending);
                }
            }
        }
    }

    private void send(Publish publish, List<AckQueue.Pending> pending) {
        Counted counted = new Counted(
                Traffic.Kind.MESSAGES, publish.count(), () -> PublishAdmission.bytes(publish), publish.policy());
        frontend.router()
                .publish(
                        publish,
                        new ReplyTo<>(loop.loop(), result -> settle(pending, publish.mayRepeat(), counted, result)));
    }

    /// Value: what is counted once it is known what became of it.
    private record Counted(Traffic.Kind kind, int items, LongSupplier bytes, ChannelPolicy policy) {}

    private void settle(List<AckQueue.Pending> pending, boolean mayRepeat, Counted counted, PublishResult result) {
        if (mayRepeat && isTransient(result) || isUndecided(result)) {
            // Its first sending may be in the log: no NACK may say otherwise. The client sends it again.
            connection.disconnect(ErrorCode.OVERLOADED.info());
        } else {
            count(counted.kind(), counted.items(), counted.bytes().getAsLong(), counted.policy(), result);
            pending.forEach(each -> answer(each, result));
        }
    }

    /// Operations on objects.
    void objects(ClientMessage.Objects frame) {
        if (attempted(frame.operations().size())) {
            AckQueue.Pending pending = pending(frame.msgSerial());
            PublishNumbers.Number number = numbers.next(frame.msgSerial());
            route(pending, frame.operations().size(), objects.admit(frame, number));
        }
    }

    private void route(AckQueue.Pending pending, int items, ObjectAdmission.Result admitted) {
        switch (admitted) {
            case ObjectAdmission.Result.Refused(ErrorInfo error) -> refuse(pending, Traffic.Kind.OBJECTS, items, error);
            case ObjectAdmission.Result.Admitted(ObjectUpdate update) -> {
                Rates.Cost cost = Rates.Cost.of(update);
                Optional<ErrorInfo> tooFast = rates.publish(cost, connection.grant());
                if (tooFast.isPresent()) {
                    refuse(pending, Traffic.Kind.OBJECTS, items, tooFast.get());
                } else {
                    appends.flush(update.channel());
                    Counted counted = new Counted(Traffic.Kind.OBJECTS, items, cost.bytes(), update.policy());
                    frontend.router()
                            .objects(
                                    update,
                                    new ReplyTo<>(
                                            loop.loop(),
                                            result -> settle(List.of(pending), update.mayRepeat(), counted, result)));
                }
            }
        }
    }

    /// Nothing more comes from the client.
    void end() {
        appends.flush();
    }

    /// The owner can say neither that it is stored nor that it is not: the client sends it again.
    private static boolean isUndecided(PublishResult result) {
        return result instanceof PublishResult.Refused(ErrorInfo error)
                && error.code() == ErrorCode.TRANSPORT_SUPERSEDED.code();
    }

    private static boolean isTransient(PublishResult result) {
        return result instanceof PublishResult.Refused(ErrorInfo error) && error.code() == ErrorCode.OVERLOADED.code();
    }

    private PublishAdmission.Result admit(ClientMessage.Publish frame, PublishNumbers.Number number) {
        if ("true".equals(frame.params().get("_forceNack"))) {
            return new PublishAdmission.Result.Refused(ErrorCode.FORCED_NACK.info());
        }
        ChannelName name;
        switch (ChannelName.parse(frame.channel())) {
            case ChannelName.Parsed.Invalid(ErrorInfo error) -> {
                return new PublishAdmission.Result.Refused(error);
            }
            case ChannelName.Parsed.Valid(ChannelName valid) -> name = valid;
        }
        // What a change of a message needs depends on the change, and is looked at with it.
        boolean change = frame.messages().stream().anyMatch(message -> message.action() != MessageAction.CREATE);
        Optional<ErrorInfo> refusal = (change ? rights.namespaceRefusal(name) : rights.refusal(name, Operation.PUBLISH))
                .or(() -> channels.missingMode(frame.channel(), ChannelMode.PUBLISH));
        if (refusal.isPresent()) {
            return new PublishAdmission.Result.Refused(refusal.get());
        }
        ChannelId id = rights.channelId(name);
        return frontend.admission()
                .admit(new PublishAdmission.Request(
                        connection.app(),
                        id,
                        connection.identity(),
                        Optional.of(claim),
                        frame.messages(),
                        claim.connectionId() + ':' + number.shown(),
                        Optional.of(number.identity(id, frame.messages())),
                        number.mayRepeat(),
                        "true".equals(frame.params().get("ephemeral")),
                        operation -> rights.permits(name, operation),
                        LiveConnections.NONE));
    }

    private PublishAdmission.Result admit(ClientMessage.Annotate frame, PublishNumbers.Number number) {
        ChannelName name;
        switch (ChannelName.parse(frame.channel())) {
            case ChannelName.Parsed.Invalid(ErrorInfo error) -> {
                return new PublishAdmission.Result.Refused(error);
            }
            case ChannelName.Parsed.Valid(ChannelName valid) -> name = valid;
        }
        Optional<ErrorInfo> refusal = rights.refusal(name, Operation.ANNOTATION_PUBLISH)
                .or(() -> channels.missingMode(frame.channel(), ChannelMode.ANNOTATION_PUBLISH));
        if (refusal.isPresent()) {
            return new PublishAdmission.Result.Refused(refusal.get());
        }
        ChannelId id = rights.channelId(name);
        return frontend.admission()
                .admit(new PublishAdmission.AnnotationRequest(
                        connection.app(),
                        id,
                        connection.identity(),
                        Optional.of(claim),
                        frame.annotations(),
                        claim.connectionId() + ':' + number.shown(),
                        Optional.of(number.identityOf(id, frame.annotations())),
                        number.mayRepeat()));
    }

    void presence(ClientMessage.Presence frame) {
        AckQueue.Pending pending = pending(frame.msgSerial());
        PublishNumbers.Number number = numbers.next(frame.msgSerial());
        ChannelName name;
        switch (ChannelName.parse(frame.channel())) {
            case ChannelName.Parsed.Invalid(ErrorInfo error) -> {
                refuse(pending, Traffic.Kind.PRESENCE, frame.presence().size(), error);
                return;
            }
            case ChannelName.Parsed.Valid(ChannelName valid) -> name = valid;
        }
        List<PresenceMessage> events = new ArrayList<>(frame.presence().size());
        ChannelId id = rights.channelId(name);
        Optional<ErrorInfo> refusal = presenceRefusal(name, frame.channel())
                .or(() -> channels.presentRefusal(id))
                .or(() -> tooLarge(frame.presence()));
        Optional<String> claimed = UserClaim.of(connection.grant(), id);
        for (PresenceMessage event : frame.presence()) {
            refusal = refusal.or(() -> identified(UserClaim.on(event, claimed), events));
        }
        if (refusal.isPresent()) {
            refuse(pending, Traffic.Kind.PRESENCE, frame.presence().size(), refusal.get());
            return;
        }
        App app = connection.app();
        ChannelPolicy policy = channels.presentOn(id);
        PresenceUpdate update = new PresenceUpdate(
                id,
                claim.connectionId(),
                claim.generation(),
                claim.connectionId() + ':' + number.shown(),
                events,
                false,
                policy,
                app.presenceMembersMax().orElse(frontend.config().presenceMembersMax()));
        channels.vouch(frame.channel());
        appends.flush(id);
        Counted counted = new Counted(Traffic.Kind.PRESENCE, events.size(), () -> ItemSizes.ofPresence(events), policy);
        frontend.router()
                .presence(
                        update,
                        new ReplyTo<>(
                                loop.loop(), result -> settle(List.of(pending), number.mayRepeat(), counted, result)));
    }

    private Optional<ErrorInfo> presenceRefusal(ChannelName name, String channel) {
        // After a resume one SDK sends what was unanswered before it attaches again; the capability decides
        // then.
        if (!resumed && !channels.isAttached(channel)) {
            return Optional.of(
                    ErrorCode.PRESENCE_NOT_ATTACHED.info("the connection is not attached to channel " + name.base()));
        }
        return rights.refusal(name, Operation.PRESENCE).or(() -> channels.missingMode(channel, ChannelMode.PRESENCE));
    }

    /// Entries of one frame are limited together, as messages are (TO3l8).
    private Optional<ErrorInfo> tooLarge(List<PresenceMessage> events) {
        long bytes = 0;
        for (PresenceMessage event : events) {
            bytes += ContentSize.of(event);
        }
        int max = frontend.config().messageBytesMax();
        return bytes <= max
                ? Optional.empty()
                : Optional.of(ErrorCode.MESSAGE_TOO_LARGE.info(
                        "%d presence entries are %d bytes with their clientIds and extras, the limit is %d; send fewer at once"
                                .formatted(events.size(), bytes, max)));
    }

    /// Adds the event with the clientId that it stands for, or says why it cannot.
    private Optional<ErrorInfo> identified(PresenceMessage event, List<PresenceMessage> out) {
        if (event.action() == PresenceAction.ABSENT) {
            return Optional.of(ErrorCode.BAD_REQUEST.info("a client cannot send presence action ABSENT"));
        }
        return switch (connection.identity().checkClientId(event.clientId())) {
            case Outcome.Refused<Optional<String>>(ErrorInfo error) -> Optional.of(error);
            case Outcome.Ok<Optional<String>>(Optional<String> clientId) -> {
                if (clientId.isEmpty()) {
                    yield Optional.of(
                            connection.identity().mayAssumeAny()
                                    ? ErrorCode.INVALID_CLIENT_ID.info("presence needs a clientId; enter with one")
                                    : ErrorCode.PRESENCE_NO_CLIENT_ID.info(
                                            "presence needs a clientId; the connection has none"));
                }
                // Only an id of this connection can name one of its members.
                boolean own = event.id()
                        .filter(id -> id.startsWith(claim.connectionId() + ':'))
                        .isPresent();
                PresenceMessage named = event.withClientId(clientId.get());
                out.add(own ? named : named.withoutId());
                yield Optional.empty();
            }
        };
    }

    /// A publish-like frame that cannot be performed.
    void refused(ClientMessage.Refused frame) {
        frame.msgSerial().ifPresent(msgSerial -> {
            AckQueue.Pending pending = pending(msgSerial);
            numbers.next(msgSerial);
            refuse(pending, Traffic.Kind.MESSAGES, 1, frame.error());
        });
    }

    private AckQueue.Pending pending(long msgSerial) {
        AckQueue.Pending pending = acks.add(msgSerial, System.nanoTime());
        if (!full && acks.size() >= frontend.config().pendingPublishesMax()) {
            full = true;
            connection.readOrPause();
        }
        return pending;
    }

    private void refuse(AckQueue.Pending pending, Traffic.Kind kind, int items, ErrorInfo error) {
        PublishCounts.refused(stats, Flow.INBOUND_REALTIME, kind, items, error);
        answer(pending, new PublishResult.Refused(error));
    }

    private void count(Traffic.Kind kind, int items, long bytes, ChannelPolicy policy, PublishResult result) {
        PublishCounts.count(stats, Flow.INBOUND_REALTIME, kind, items, bytes, policy, result);
    }

    private void answer(AckQueue.Pending pending, PublishResult result) {
        pending.answer(result);
        if (result instanceof PublishResult.Refused(ErrorInfo error)) {
            frontend.metrics().publishesRefused.increment();
            if (connection.hasEnded()) {
                // Nobody is there to be told.
                connection.report((app, name, about) -> MetaEvent.ofError(app, error, about), "error", Map.of());
            }
        } else {
            frontend.metrics().publishesAccepted.increment();
            frontend.metrics().publishTook(System.nanoTime() - pending.receivedNanos());
        }
        loop.flushLater(connection);
    }

    /// Whether so many publishes are unanswered that no more may be read for now.
    boolean isFull() {
        return full;
    }

    boolean hasUnanswered() {
        return acks.size() > 0;
    }

    /// How long the oldest publish has been waiting for its answer, in nanoseconds; 0 when none waits.
    long unansweredFor(long nowNanos) {
        return acks.oldestNanos().stream()
                .map(received -> nowNanos - received)
                .findFirst()
                .orElse(0);
    }

    /// Sends the answers that are due.
    void flushAcks() {
        acks.drain(connection.transport()::send);
        if (full && acks.size() < frontend.config().pendingPublishesMax() / 2) {
            full = false;
            connection.readOrPause();
        }
    }
}
