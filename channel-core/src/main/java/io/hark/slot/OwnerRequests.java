package io.hark.slot;

import io.hark.channel.EntryCodec;
import io.hark.channel.Feed;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.HistoryStore;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.channel.PublishResult;
import io.hark.channel.SlotOwner;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Confined: has an owner do what a node asks of it, be it this one or another.
final class OwnerRequests {
    private final HistoryStore store;
    private final Executor loop;

    OwnerRequests(HistoryStore store, Executor loop) {
        this.store = store;
        this.loop = loop;
    }

    /// @param feed   of the node that asks
    /// @param answer not called for what is only told
    void perform(SlotOwner owner, SlotRequest request, Feed feed, long nowMillis, Consumer<SlotAnswer> answer) {
        Consumer<PublishResult> published = result -> answer.accept(new SlotAnswer.Published(result));
        switch (request) {
            case SlotRequest.Publish(var publish) -> owner.publish(publish, nowMillis, published);
            case SlotRequest.Presence(var update) -> owner.presence(update, feed, nowMillis, published);
            case SlotRequest.Leave(var channel, var claim, var policy) ->
                owner.leave(channel, claim, policy, nowMillis, published);
            case SlotRequest.Subscribe(var channel, var claims, var members, var sure) ->
                owner.subscribe(
                        channel,
                        feed,
                        claims,
                        members,
                        nowMillis,
                        (subscribed, refusal) -> answer.accept(
                                refusal == null ? new SlotAnswer.Subscribed(subscribed) : refused(refusal)));
            case SlotRequest.Status(var channel) ->
                owner.status(
                        channel,
                        nowMillis,
                        (status, refusal) ->
                                answer.accept(refusal == null ? new SlotAnswer.Status(status) : refused(refusal)));
            case SlotRequest.Read(var query) -> read(owner, query, answer);
            case SlotRequest.Look(var query) ->
                owner.look(query, (details, failure) -> answer.accept(answer(query, details, failure)));
            case SlotRequest.Objects(var update) -> owner.objects(update, nowMillis, published);
            case SlotRequest.ReadObjects(var query) ->
                owner.objects(
                        query,
                        nowMillis,
                        (page, refusal) ->
                                answer.accept(refusal == null ? new SlotAnswer.Objects(page) : refused(refusal)));
            case SlotRequest.Count(var update) -> owner.count(update, nowMillis, published);
            case SlotRequest.Stats(var app, var query) ->
                owner.stats(
                        app,
                        query,
                        nowMillis,
                        (page, refusal) ->
                                answer.accept(refusal == null ? new SlotAnswer.StatsRows(page) : refused(refusal)));
            case SlotRequest.ChangeRows(var change) ->
                owner.change(change, nowMillis, result -> answer.accept(new SlotAnswer.RowsChanged(result)));
            case SlotRequest.ReadRows(var read) ->
                owner.rows(
                        read,
                        (page, refusal) ->
                                answer.accept(refusal == null ? new SlotAnswer.Rows(page) : refused(refusal)));
            case SlotRequest.Unsubscribe(var channel) -> owner.unsubscribe(channel, feed, nowMillis);
            case SlotRequest.Occupy(var channel, var occupancy) -> owner.occupancy(channel, feed, occupancy, nowMillis);
            case SlotRequest.Lost(var channel, var claim, var policy, var graceMillis) ->
                owner.lost(
                        channel,
                        claim,
                        policy,
                        nowMillis + graceMillis,
                        () -> published.accept(new PublishResult.Accepted(List.of())));
        }
    }

    private void read(SlotOwner owner, HistoryQuery query, Consumer<SlotAnswer> answer) {
        store.read(query.upTo(owner.committedLsn()))
                .whenComplete((page, failure) -> loop.execute(() -> answer.accept(
                        failure == null
                                ? page(page)
                                : refused(ErrorCode.OVERLOADED.info("the log cannot be read now")))));
    }

    private static SlotAnswer answer(MessageQuery query, Optional<MessageDetails> details, Throwable failure) {
        if (failure != null) {
            return refused(ErrorCode.OVERLOADED.info("the message cannot be read now; try again"));
        }
        return details.<SlotAnswer>map(SlotAnswer.Details::new)
                .orElseGet(() -> refused(
                        ErrorCode.NOT_FOUND.info("there is no message %s on the channel, or it is not kept any more"
                                .formatted(query.serial()))));
    }

    private static SlotAnswer page(HistoryPage page) {
        return new SlotAnswer.Page(
                page.entries().stream().map(EntryCodec::encode).toList(), page.more());
    }

    private static SlotAnswer refused(ErrorInfo error) {
        return new SlotAnswer.Refused(error);
    }
}
