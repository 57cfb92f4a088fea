package io.hark.rest;

import io.hark.auth.App;
import io.hark.auth.AppDirectory;
import io.hark.auth.AuthResult;
import io.hark.auth.Authenticator;
import io.hark.auth.Credentials;
import io.hark.auth.Grant;
import io.hark.auth.Identity;
import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.push.OwnChannels;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// Handle: publishes notifications on channels of this server, with no less than what a key may that
/// asks for it.
public final class OwnChannelPublisher implements OwnChannels {
    private final AppDirectory apps;
    private final Authenticator authenticator;
    private final PublishAdmission admission;
    private final ChannelRouter router;
    private final LongSupplier wallClock;
    private final Predicate<URI> own;

    /// @param own whether a URL leads to this node
    public OwnChannelPublisher(
            AppDirectory apps,
            Authenticator authenticator,
            PublishAdmission admission,
            ChannelRouter router,
            LongSupplier wallClock,
            Predicate<URI> own) {
        this.apps = apps;
        this.authenticator = authenticator;
        this.admission = admission;
        this.router = router;
        this.wallClock = wallClock;
        this.own = own;
    }

    @Override
    public boolean isOwn(URI url) {
        return own.test(url);
    }

    @Override
    public CompletionStage<Outcome<Boolean>> publish(String key, String channel, String id, String name, String text) {
        Instant now = Instant.ofEpochMilli(wallClock.getAsLong());
        return switch (authenticator.authenticate(new Credentials.Basic(key), true, now)) {
            case AuthResult.Denied(var error) -> refused(error);
            case AuthResult.Granted(var grant) ->
                switch (ChannelName.parse(channel)) {
                    case ChannelName.Parsed.Invalid(var error) -> refused(error);
                    case ChannelName.Parsed.Valid(var parsed) ->
                        publish(
                                grant,
                                parsed,
                                Message.of(Optional.of(name), Payload.text(text))
                                        .withId(id));
                };
        };
    }

    private CompletionStage<Outcome<Boolean>> publish(Grant grant, ChannelName channel, Message message) {
        Optional<App> app = apps.app(grant.appId());
        if (app.isEmpty()) {
            return refused(ErrorCode.INVALID_CREDENTIALS.info("there is no app of the recipient's key"));
        }
        Identity identity = new Identity(Optional.empty(), true);
        Optional<ErrorInfo> refusal =
                ChannelAccess.refusal(app.get(), grant, identity, true, channel, Operation.PUBLISH);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        PublishAdmission.Request request = new PublishAdmission.Request(
                app.get(),
                ChannelId.of(app.get().id(), ChannelAccess.id(channel)),
                identity,
                Optional.empty(),
                List.of(message),
                message.id().orElseThrow(),
                Optional.empty(),
                true,
                false,
                operation -> false,
                (appId, connectionKey) -> Optional.empty());
        return switch (admission.admit(request)) {
            case PublishAdmission.Result.Refused(var error) -> refused(error);
            case PublishAdmission.Result.Admitted(var publish) -> {
                CompletableFuture<PublishResult> answer = new CompletableFuture<>();
                router.publish(publish, new ReplyTo<>(Runnable::run, answer::complete));
                yield answer.thenApply(result -> switch (result) {
                    case PublishResult.Stored stored -> Outcome.ok(true);
                    case PublishResult.Accepted accepted -> Outcome.ok(true);
                    case PublishResult.Refused(var error) -> Outcome.refused(error);
                });
            }
        };
    }

    private static CompletionStage<Outcome<Boolean>> refused(ErrorInfo error) {
        return CompletableFuture.completedStage(Outcome.refused(error));
    }
}
