package io.hark.sdk;

import io.hark.protocol.ConnectionDetails;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/// Handle: who is present on a channel, and being so oneself. Any thread.
///
/// Who has entered stays present until he leaves or the client is closed: after a lost connection the
/// client enters him again by itself.
public final class Presence<T> {
    private static final String ANYBODY = "*";

    private final String channel;
    private final Codec<T> codec;
    private final ClientCore core;

    Presence(String channel, Codec<T> codec, ClientCore core) {
        this.channel = channel;
        this.codec = codec;
        this.core = core;
    }

    /// Becomes present as the client's own clientId.
    ///
    /// @return completes when others are told; fails with [HarkException], with 91000 when the client
    ///         has no clientId
    public CompletableFuture<Void> enter(T data) {
        return change(PresenceAction.ENTER, Optional.empty(), Optional.of(data));
    }

    /// @return as [#enter]
    public CompletableFuture<Void> update(T data) {
        return change(PresenceAction.UPDATE, Optional.empty(), Optional.of(data));
    }

    /// @return as [#enter]
    public CompletableFuture<Void> leave() {
        return change(PresenceAction.LEAVE, Optional.empty(), Optional.empty());
    }

    /// Becomes present as somebody, where the credentials allow that.
    ///
    /// @return as [#enter]
    public CompletableFuture<Void> enterAs(String clientId, T data) {
        return change(PresenceAction.ENTER, Optional.of(clientId), Optional.of(data));
    }

    /// @return as [#enter]
    public CompletableFuture<Void> updateAs(String clientId, T data) {
        return change(PresenceAction.UPDATE, Optional.of(clientId), Optional.of(data));
    }

    /// @return as [#enter]
    public CompletableFuture<Void> leaveAs(String clientId) {
        return change(PresenceAction.LEAVE, Optional.of(clientId), Optional.empty());
    }

    private CompletableFuture<Void> change(PresenceAction action, Optional<String> clientId, Optional<T> data) {
        Content content = data.map(codec::encode).orElse(Content.NONE);
        CompletableFuture<Void> done = new CompletableFuture<>();
        int bytes = content.data().size();
        Optional<ErrorInfo> refusal = core.admit(bytes);
        if (refusal.isPresent()) {
            done.completeExceptionally(new HarkException(refusal.get()));
            return done;
        }
        core.loop().execute(() -> {
            Optional<String> who = clientId.or(this::ownClientId);
            Optional<ErrorInfo> hopeless =
                    core.over().or(() -> who.isEmpty() ? Optional.of(ClientErrors.noClientId()) : Optional.empty());
            if (hopeless.isPresent()) {
                core.completed(bytes);
                core.environment()
                        .threads()
                        .execute(() -> done.completeExceptionally(new HarkException(hopeless.get())));
                return;
            }
            ChannelCore joined = core.channel(channel);
            joined.presence().change(action, who.orElseThrow(), content, Map.of(), done);
            joined.reconcile();
        });
        return done;
    }

    /// What the application gave, else what the server says that the token says.
    private Optional<String> ownClientId() {
        return core.options()
                .clientId()
                .or(() -> core.connection()
                        .details()
                        .flatMap(ConnectionDetails::clientId)
                        .filter(clientId -> !clientId.equals(ANYBODY)));
    }

    /// Everybody who is present, oneself included, once the server has told all.
    ///
    /// @return fails with [HarkException] when the server refuses the channel
    public CompletableFuture<List<Member<T>>> members() {
        CompletableFuture<List<PresenceMessage>> asked = new CompletableFuture<>();
        core.loop().execute(() -> {
            if (core.over().isPresent()) {
                ErrorInfo why = core.over().get();
                core.environment().threads().execute(() -> asked.completeExceptionally(new HarkException(why)));
                return;
            }
            ChannelCore joined = core.channel(channel);
            joined.presence().members(asked);
            joined.reconcile();
        });
        return asked.thenApply(members ->
                members.stream().map(member -> Member.of(member, codec)).toList());
    }

    /// Who is present, one after another, and then every change. It goes on as [Channel#messages] does.
    public Flow.Publisher<PresenceEvent<T>> events() {
        return subscriber -> {
            Objects.requireNonNull(subscriber, "subscriber");
            core.loop().execute(() -> {
                ChannelCore joined = core.channel(channel);
                joined.presence().subscribe(subscriber, codec);
                joined.reconcile();
            });
        };
    }
}
