package io.hark.push;

import io.hark.auth.App;
import io.hark.auth.AppDirectory;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelRouter;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Claim;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.LoopFeed;
import io.hark.channel.MembersWanted;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.channel.MetaEvent;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.Occupancy;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.ReplyTo;
import io.hark.channel.RowsResult;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StatsUpdate;
import io.hark.channel.Subscribed;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// Handle: a router that has messages with `extras.push` pushed to those who subscribe to their channel.
/// Any thread.
///
/// Such a message is acknowledged once both it and its notification are kept: a publisher that hears
/// nothing sends it again, and each is there once (ADR 17).
public final class PushingRouter implements ChannelRouter {
    private static final String PUSH = "push";
    private static final int ATTEMPTS_MAX = 5;
    private static final long AGAIN_MILLIS = 500;
    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    private final ChannelRouter router;
    private final AppDirectory apps;
    private final PushJobs jobs;
    private final int payloadBytesMax;

    PushingRouter(ChannelRouter router, AppDirectory apps, PushJobs jobs, PushLimits limits) {
        this.router = router;
        this.apps = apps;
        this.jobs = jobs;
        this.payloadBytesMax = limits.payloadBytesMax();
    }

    @Override
    public void publish(Publish publish, ReplyTo<PublishResult> reply) {
        if (!(publish.content() instanceof Publish.Create(MessageBatch batch, boolean ephemeral))
                || !isPushed(batch.messages())) {
            router.publish(publish, reply);
            return;
        }
        ChannelId channel = publish.channel();
        Optional<App> app = apps.app(channel.app());
        if (app.isEmpty() || !app.get().namespaceOf(channel.name()).pushEnabled()) {
            report(channel, ErrorCode.UNAUTHORIZED.info("push is not enabled for channel " + channel.name()));
            router.publish(publish, reply);
            return;
        }
        router.publish(
                publish,
                new ReplyTo<>(
                        Runnable::run,
                        result -> push(channel, batch.messages(), serials(result))
                                .whenComplete((done, failure) -> reply.send(result))));
    }

    private static boolean isPushed(List<Message> messages) {
        for (Message message : messages) {
            if (message.extras().containsKey(PUSH)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> serials(PublishResult result) {
        return switch (result) {
            case PublishResult.Stored(var receipt) -> receipt.serials();
            case PublishResult.Accepted(var serials) -> serials;
            case PublishResult.Refused refused -> List.of();
        };
    }

    private CompletionStage<Void> push(ChannelId channel, List<Message> messages, List<String> serials) {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int index = 0; index < Math.min(messages.size(), serials.size()); index++) {
            Object push = messages.get(index).extras().get(PUSH);
            if (push != null) {
                all.add(push(channel, push, serials.get(index)).toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Void> push(ChannelId channel, Object push, String serial) {
        try {
            Map<String, Object> tree = Trees.object(push)
                    .orElseThrow(() -> new PushRefusal(ErrorCode.INVALID_EXTRAS, "extras.push is no object"));
            PushJob job = PushJob.ofMessage(channel.name(), serial, PushPayload.of(tree, payloadBytesMax));
            return add(channel, job, serial, 1);
        } catch (PushRefusal notPushed) {
            return given(channel, notPushed.error());
        }
    }

    private CompletionStage<Void> add(ChannelId channel, PushJob job, String serial, int attempt) {
        return jobs.add(
                        RowKeys.shardOf(channel.app(), channel.name()),
                        List.of(job),
                        Optional.of(PushJob.identity(channel.name(), serial)))
                .thenCompose(result -> switch (result) {
                    case RowsResult.Done() -> DONE;
                    case RowsResult.Unexpected(var key) -> DONE;
                    case RowsResult.Full(var key) -> given(channel, PushJobs.FULL);
                    case RowsResult.Refused(var error) when attempt == ATTEMPTS_MAX -> given(channel, error);
                    case RowsResult.Refused refused ->
                        CompletableFuture.supplyAsync(
                                        () -> add(channel, job, serial, attempt + 1),
                                        CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS))
                                .thenCompose(next -> next);
                });
    }

    /// The message is published, and is not pushed.
    private CompletionStage<Void> given(ChannelId channel, ErrorInfo why) {
        report(channel, why);
        return DONE;
    }

    private void report(ChannelId channel, ErrorInfo why) {
        router.report(PushDelivery.event(channel.app(), why, Optional.of(Map.entry("channel", channel.name()))));
    }

    @Override
    public void presence(PresenceUpdate update, ReplyTo<PublishResult> reply) {
        router.presence(update, reply);
    }

    @Override
    public void leave(ChannelId channel, Claim claim, ChannelPolicy policy, ReplyTo<PublishResult> reply) {
        router.leave(channel, claim, policy, reply);
    }

    @Override
    public void lost(ChannelId channel, Claim claim, ChannelPolicy policy, long graceMillis) {
        router.lost(channel, claim, policy, graceMillis);
    }

    @Override
    public void subscribe(
            ChannelId channel,
            LoopFeed feed,
            List<Claim> claims,
            MembersWanted members,
            boolean sure,
            ReplyTo<Answer<Subscribed>> reply) {
        router.subscribe(channel, feed, claims, members, sure, reply);
    }

    @Override
    public void unsubscribe(ChannelId channel, LoopFeed feed) {
        router.unsubscribe(channel, feed);
    }

    @Override
    public void occupancy(ChannelId channel, LoopFeed feed, Occupancy occupancy) {
        router.occupancy(channel, feed, occupancy);
    }

    @Override
    public CompletionStage<Answer<ChannelStatus>> status(ChannelId channel) {
        return router.status(channel);
    }

    @Override
    public CompletionStage<HistoryPage> read(HistoryQuery query) {
        return router.read(query);
    }

    @Override
    public CompletionStage<Answer<MessageDetails>> look(MessageQuery query) {
        return router.look(query);
    }

    @Override
    public void objects(ObjectUpdate update, ReplyTo<PublishResult> reply) {
        router.objects(update, reply);
    }

    @Override
    public void objects(ObjectsQuery query, ReplyTo<Answer<ObjectsPage>> reply) {
        router.objects(query, reply);
    }

    @Override
    public void count(StatsUpdate update, ReplyTo<PublishResult> reply) {
        router.count(update, reply);
    }

    @Override
    public CompletionStage<Answer<StatePage>> stats(String app, StateQuery query) {
        return router.stats(app, query);
    }

    @Override
    public void report(MetaEvent event) {
        router.report(event);
    }

    @Override
    public CompletionStage<List<String>> activeChannels(String app) {
        return router.activeChannels(app);
    }
}
