package io.hark.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Handle: the router of a node that owns every slot itself: slots are spread over the node's loops.
public final class LocalChannelRouter implements ChannelRouter {
    private final List<SlotLoop> slotLoops;
    private final LongSupplier wallClock;

    private LocalChannelRouter(List<SlotLoop> slotLoops, LongSupplier wallClock) {
        this.slotLoops = slotLoops;
        this.wallClock = wallClock;
    }

    /// Opens all slots in `epoch`. Members that the store still holds belong to connections of an earlier life of
    /// this node: they leave after `memberGraceMillis` unless their connections come back before.
    ///
    /// @param wallClock milliseconds since the epoch
    /// @param fatal     called once when the store fails; the node must then end, as the outcome of publishes is
    ///                  unknown
    public static LocalChannelRouter open(
            List<? extends Loop> loops,
            HistoryStore store,
            String region,
            int epoch,
            RouterConfig config,
            LongSupplier wallClock,
            Consumer<Throwable> fatal) {
        List<SlotLoop> slotLoops = new ArrayList<>();
        for (int index = 0; index < loops.size(); index++) {
            slotLoops.add(new SlotLoop(
                    loops.get(index), index, loops.size(), store, region, epoch, config, wallClock, fatal));
        }
        LocalChannelRouter router = new LocalChannelRouter(List.copyOf(slotLoops), wallClock);
        slotLoops.forEach(SlotLoop::open);
        long deadline = wallClock.getAsLong() + config.memberGrace().toMillis();
        store.channelsWithMembers()
                .forEach(channel -> router.loopOf(channel)
                        .run(slots -> slots.owner(channel)
                                .reclaim(channel, config.membersPolicy(), deadline, wallClock.getAsLong())));
        return router;
    }

    @Override
    public void publish(Publish publish, ReplyTo<PublishResult> reply) {
        loopOf(publish.channel())
                .run(slots -> slots.owner(publish.channel()).publish(publish, wallClock.getAsLong(), reply::send));
    }

    @Override
    public void presence(PresenceUpdate update, ReplyTo<PublishResult> reply) {
        loopOf(update.channel())
                .run(slots -> slots.owner(update.channel()).presence(update, wallClock.getAsLong(), reply::send));
    }

    @Override
    public void leave(ChannelId channel, Claim claim, ChannelPolicy policy, ReplyTo<PublishResult> reply) {
        loopOf(channel)
                .run(slots -> slots.owner(channel).leave(channel, claim, policy, wallClock.getAsLong(), reply::send));
    }

    @Override
    public void lost(ChannelId channel, Claim claim, ChannelPolicy policy, long deadlineMillis) {
        loopOf(channel).run(slots -> slots.owner(channel).lost(channel, claim, policy, deadlineMillis));
    }

    @Override
    public void subscribe(ChannelId channel, LoopFeed feed, Optional<Claim> claim, ReplyTo<Answer<Subscribed>> reply) {
        loopOf(channel)
                .run(slots -> slots.owner(channel)
                        .subscribe(channel, slots.feed(feed), claim, wallClock.getAsLong(), (subscribed, refusal) -> {
                            // What was committed before goes first, so that what follows
                            // the answer follows it there too.
                            slots.flushFeeds();
                            reply.send(refusal == null ? new Answer.Ok<>(subscribed) : new Answer.Refused<>(refusal));
                        }));
    }

    @Override
    public void unsubscribe(ChannelId channel, LoopFeed feed) {
        loopOf(channel)
                .run(slots -> slots.owner(channel).unsubscribe(channel, slots.feed(feed), wallClock.getAsLong()));
    }

    @Override
    public void occupancy(ChannelId channel, LoopFeed feed, Occupancy occupancy) {
        loopOf(channel).run(slots -> slots.owner(channel).occupancy(channel, slots.feed(feed), occupancy));
    }

    @Override
    public CompletionStage<Answer<ChannelStatus>> status(ChannelId channel) {
        CompletableFuture<Answer<ChannelStatus>> answer = new CompletableFuture<>();
        loopOf(channel)
                .run(slots -> slots.owner(channel)
                        .status(
                                channel,
                                wallClock.getAsLong(),
                                (status, refusal) -> answer.complete(
                                        refusal == null ? new Answer.Ok<>(status) : new Answer.Refused<>(refusal))));
        return answer;
    }

    @Override
    public CompletionStage<List<String>> activeChannels(String app) {
        CompletableFuture<List<String>> all = CompletableFuture.completedFuture(List.of());
        for (SlotLoop slots : slotLoops) {
            CompletableFuture<List<String>> some = new CompletableFuture<>();
            slots.run(own -> some.complete(own.activeChannels(app)));
            all = all.thenCombine(some, (left, right) -> {
                List<String> both = new ArrayList<>(left);
                both.addAll(right);
                return both;
            });
        }
        return all.thenApply(names -> names.stream().sorted().toList());
    }

    /// Lets due members leave and forgets unused channels; to be called a few times a second.
    public void tick() {
        slotLoops.forEach(slots -> slots.run(SlotLoop::tick));
    }

    private SlotLoop loopOf(ChannelId channel) {
        return slotLoops.get(channel.key().slot() % slotLoops.size());
    }
}
