package io.hark.rest;

import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Occupancy;
import io.hark.channel.SlotMeta;
import io.hark.protocol.ChannelName;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The states of channels as their owners tell them.
final class Statuses {
    /// A metachannel has no owner and nobody on it.
    private static final ChannelStatus OF_META = new ChannelStatus(SlotMeta.empty(0), 0, Occupancy.NONE, List.of());

    private Statuses() {}

    static CompletionStage<Answer<ChannelStatus>> of(RestServices services, Caller caller, ChannelName channel) {
        return ChannelAccess.isMeta(channel)
                ? CompletableFuture.completedStage(new Answer.Ok<>(OF_META))
                : services.router().status(caller.idOf(channel));
    }
}
