package io.hark.frontend;

import io.hark.auth.Operation;
import io.hark.channel.AttachFrom;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.ReplyTo;
import io.hark.protocol.AttachFlag;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import io.hark.rest.ChannelAccess;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined: what one transport of a connection does on channels: its attachments, and where it is present.
final class ConnectionChannels {
    private final Frontend frontend;
    private final FrontendLoop loop;
    private final Connection connection;
    private final ConnectionRights rights;
    private final Claim claim;
    private final boolean echo;
    private final boolean wholeAppends;
    private final Map<String, ChannelAttachment> attachments = new HashMap<>(2);
    private final Map<ChannelId, ChannelPolicy> presentOn;

    /// @param presentOn channels where the connection has members from before
    ConnectionChannels(
            Frontend frontend,
            FrontendLoop loop,
            Connection connection,
            OpenRequest request,
            ConnectionRights rights,
            ConnectionKey key,
            Map<ChannelId, ChannelPolicy> presentOn) {
        this.frontend = frontend;
        this.loop = loop;
        this.connection = connection;
        this.rights = rights;
        this.claim = new Claim(key.connectionId(), key.generation());
        this.echo = request.echo();
        this.wholeAppends = request.isBeforeAppends();
        this.presentOn = new HashMap<>(presentOn);
    }

    void attach(ClientMessage.Attach attach) {
        ChannelName name;
        switch (ChannelName.parse(attach.channel())) {
            case ChannelName.Parsed.Invalid(ErrorInfo error) -> {
                fail(attach.channel(), error);
                return;
            }
            case ChannelName.Parsed.Valid(ChannelName valid) -> name = valid;
        }
        ChannelOptions options;
        switch (ChannelOptions.parse(name, attach.params(), attach.flags(), loop.filterSteps())) {
            case ChannelOptions.Parsed.Invalid(ErrorInfo error) -> {
                fail(attach.channel(), error);
                return;
            }
            case ChannelOptions.Parsed.Valid(ChannelOptions valid) -> options = valid;
        }
        Set<ChannelMode> allowed = rights.granted(name, options.modes());
        Set<ChannelMode> granted = ConnectionObjects.known(allowed, connection.version());
        Optional<ErrorInfo> refusal = rights.attachRefusal(name, allowed)
                .or(() -> granted.isEmpty() ? ConnectionObjects.refusal(connection.version()) : Optional.empty())
                .or(() -> options.watches() ? rights.refusal(name, Operation.CHANNEL_METADATA) : Optional.empty());
        if (refusal.isPresent()) {
            fail(attach.channel(), refusal.get());
            return;
        }
        ChannelAttachment before = attachments.remove(attach.channel());
        if (before != null) {
            before.detach();
        } else if (attachments.size() >= frontend.config().channelsPerConnectionMax()) {
            refuseChannel(
                    attach.channel(),
                    ErrorCode.TOO_MANY_CHANNELS.info(
                            "the connection has %d channels, the limit".formatted(attachments.size())));
            return;
        }
        ChannelAttachment attachment = new ChannelAttachment(
                frontend,
                connection,
                this,
                loop,
                rights.channelId(name),
                name,
                ChannelAccess.delivery(connection.app(), name),
                options,
                granted,
                echo && options.echo(),
                wholeAppends || options.wholeAppends());
        attachments.put(attach.channel(), attachment);
        Optional<String> place = place(attach, options, Optional.ofNullable(before));
        Optional<Claim> vouching = Optional.empty();
        if (wasAttached(attach)) {
            // Its members from before are alive. A fresh attach must not say so: the DETACH before it may
            // have been lost.
            presentOn(attachment.id());
            vouching = Optional.of(claim);
        }
        attachment.attach(
                from(attach, place, name, options),
                place,
                vouching,
                frontend.wallClock().getAsLong());
    }

    private static boolean wasAttached(ClientMessage.Attach attach) {
        return attach.channelSerial().isPresent() || (attach.flags() & AttachFlag.ATTACH_RESUME) != 0;
    }

    /// Where the client is. One that stays attached while it asks for other options takes what is on its way to it,
    /// and must not get that again. Others have dropped it: those that say that they attach again, and those that
    /// ask for the same again, after a difference that they could not apply.
    private static Optional<String> place(
            ClientMessage.Attach attach, ChannelOptions options, Optional<ChannelAttachment> before) {
        boolean saysThatItAttachesAgain = (attach.flags() & AttachFlag.ATTACH_RESUME) != 0;
        return before.filter(present -> !saysThatItAttachesAgain && present.isAskedOtherwise(options))
                .flatMap(present -> attach.channelSerial().map(present::notBefore))
                .or(attach::channelSerial);
    }

    private AttachFrom from(
            ClientMessage.Attach attach, Optional<String> place, ChannelName name, ChannelOptions options) {
        if (place.isPresent()) {
            return loop.frames()
                    .position(place.get())
                    .<AttachFrom>map(AttachFrom.After::new)
                    .orElseGet(AttachFrom.Unreadable::new);
        }
        // A client that says that it was attached before has had its backlog.
        return wasAttached(attach)
                ? new AttachFrom.Now()
                : options.begin(frontend.policies().of(connection.app(), name).keepsLast());
    }

    /// The channel fails for the client, which does not come back by itself: what it has there ends.
    void fail(String channel, ErrorInfo error) {
        ChannelAttachment attachment = attachments.remove(channel);
        if (attachment != null) {
            attachment.detach();
            leave(attachment, () -> {});
        }
        refuseChannel(channel, error);
    }

    private void refuseChannel(String channel, ErrorInfo error) {
        connection.send(new ServerMessage.Error(Optional.of(channel), error));
    }

    void detach(String channel) {
        ChannelAttachment attachment = attachments.remove(channel);
        // The client hears of it once its leaves are committed, else it would vouch for members that a crash
        // brings back. If it has asked to attach again by then, it is told of that only: to DETACHED it would
        // answer with a third ATTACH.
        Runnable done = () -> {
            if (!isAttached(channel)) {
                connection.send(new ServerMessage.Detached(channel, Optional.empty()));
            }
        };
        if (attachment != null) {
            attachment.detach();
            leave(attachment, done);
        } else if (ChannelName.parse(channel) instanceof ChannelName.Parsed.Valid(ChannelName name)) {
            // It may have members there from an earlier transport.
            leave(rights.channelId(name), done);
        } else {
            done.run();
        }
    }

    void sync(String channel) {
        ChannelAttachment attachment = attachments.get(channel);
        if (attachment != null) {
            attachment.resync(claim);
        }
    }

    /// The socket takes more again.
    void pump() {
        List.copyOf(attachments.values()).forEach(ChannelAttachment::pump);
    }

    /// The token changed: channels on which nothing is allowed any more fail, the others stay attached and lose
    /// what is not allowed any more.
    void reauthorise() {
        for (ChannelAttachment attachment : List.copyOf(attachments.values())) {
            if (ChannelName.parse(attachment.channel()) instanceof ChannelName.Parsed.Valid(ChannelName name)) {
                Set<ChannelMode> granted = rights.granted(name, attachment.requestedModes());
                if (granted.isEmpty()) {
                    fail(
                            attachment.channel(),
                            ErrorCode.CAPABILITY_REFUSED.info(
                                    "the new token allows nothing on channel " + name.base()));
                } else {
                    attachment.restrict(granted, rights.permits(name, Operation.CHANNEL_METADATA));
                }
            }
        }
    }

    /// Takes the members of an attachment that has ended out, but not those of another one to the same channel under
    /// another spelling.
    private void leave(ChannelAttachment ended, Runnable done) {
        boolean ofAnother = !ended.vouches()
                && presentOn.containsKey(ended.id())
                && attachments.values().stream()
                        .anyMatch(other -> other.vouches() && other.id().equals(ended.id()));
        if (ofAnother) {
            done.run();
        } else {
            leave(ended.id(), done);
        }
    }

    private void leave(ChannelId id, Runnable done) {
        ChannelPolicy policy = presentOn.remove(id);
        if (policy == null) {
            done.run();
        } else {
            frontend.router().leave(id, claim, policy, new ReplyTo<>(loop.loop(), left -> done.run()));
        }
    }

    /// A resumed connection can be present where it is not attached, so that attachments do not bound it.
    Optional<ErrorInfo> presentRefusal(ChannelId id) {
        int max = frontend.config().channelsPerConnectionMax();
        return presentOn.size() >= max && !presentOn.containsKey(id)
                ? Optional.of(ErrorCode.TOO_MANY_CHANNELS.info(
                        "the connection is present on %d channels, the limit".formatted(max)))
                : Optional.empty();
    }

    /// The connection has members on the channel, now or from an earlier transport.
    ///
    /// @return how they are logged
    ChannelPolicy presentOn(ChannelId id) {
        return presentOn.computeIfAbsent(id, key -> frontend.policies().of(connection.app(), key.name()));
    }

    /// The connection has members on the channel: the attachment says so when the channel's owner changes.
    void vouch(String channel) {
        ChannelAttachment attachment = attachments.get(channel);
        if (attachment != null) {
            attachment.vouch(claim);
        }
    }

    boolean isAttached(String channel) {
        return attachments.containsKey(channel);
    }

    /// @return 40165 when the channel's attachment asked for modes, and this one was not among them
    Optional<ErrorInfo> missingMode(String channel, ChannelMode mode) {
        ChannelAttachment attachment = attachments.get(channel);
        return attachment != null && attachment.lacksExplicitly(mode)
                ? Optional.of(ErrorCode.MODE_NOT_REQUESTED.info(
                        "the attachment did not ask for mode " + mode.name().toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /// An attachment ended by itself.
    void detached(ChannelAttachment attachment) {
        attachments.remove(attachment.channel(), attachment);
    }

    /// The client closes the connection: its members leave at once.
    void closed() {
        List.copyOf(presentOn.keySet()).forEach(id -> leave(id, () -> {}));
        presentOn.clear();
    }

    /// The transport is gone: the connection's members leave after so long, unless it comes back before.
    void lost(long graceMillis) {
        presentOn.forEach((id, policy) -> frontend.router().lost(id, claim, policy, graceMillis));
    }

    Map<ChannelId, ChannelPolicy> presentOn() {
        return presentOn;
    }

    void end() {
        attachments.values().forEach(ChannelAttachment::detach);
        attachments.clear();
    }
}
