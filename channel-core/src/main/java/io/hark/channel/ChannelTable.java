package io.hark.channel;

import io.hark.channel.OwnedChannel.Parked;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: the channels of a slot that are in memory. A channel is loaded when it is first used and forgotten
/// when nobody has used it for a while; what comes while it waits for the store waits in its turn behind.
final class ChannelTable {
    private static final long SETTLE_MILLIS = 3_000;

    private final SlotEffects effects;
    private final SlotLimits limits;
    private final MemberTimers timers;
    private final MemberGrace grace;
    private final String region;
    private final long openedMillis;
    private final Map<ChannelId, OwnedChannel> channels = new LinkedHashMap<>();
    private boolean closed;

    /// @param timers    get the members that are loaded
    /// @param nowMillis when the owner began
    ChannelTable(
            SlotEffects effects,
            SlotLimits limits,
            MemberTimers timers,
            MemberGrace grace,
            String region,
            long nowMillis) {
        this.effects = effects;
        this.limits = limits;
        this.timers = timers;
        this.grace = grace;
        this.region = region;
        this.openedMillis = nowMillis;
    }

    /// Runs the step on the channel's state, now or once the state is loaded and the steps before it are done.
    ///
    /// @param refuse told when the step cannot be taken
    void with(ChannelId id, long nowMillis, Consumer<PublishResult> refuse, Consumer<OwnedChannel> step) {
        OwnedChannel channel = channels.get(id);
        if (channel == null) {
            channel = new OwnedChannel(id);
            channels.put(id, channel);
            used(channel, 1);
            channel.lastUsedMillis = nowMillis;
            load(channel);
        }
        channel.lastUsedMillis = nowMillis;
        OwnedChannel target = channel;
        if (!channel.mustPark()) {
            step.accept(channel);
        } else if (channel.parked.size() >= limits.parkedMax()) {
            refuse.accept(new PublishResult.Refused(ErrorCode.OVERLOADED.info(
                    "more than %d requests wait for channel %s; try again".formatted(limits.parkedMax(), id.name()))));
        } else {
            channel.parked.add(new Parked(
                    () -> step.accept(target), () -> refuse.accept(new PublishResult.Refused(unavailable(target)))));
        }
    }

    /// The channel if it is in memory.
    Optional<OwnedChannel> get(ChannelId id) {
        return Optional.ofNullable(channels.get(id));
    }

    Collection<OwnedChannel> all() {
        return channels.values();
    }

    /// Channels of the app that are in use, or were within the idle time.
    List<String> names(String app) {
        return channels.keySet().stream()
                .filter(id -> id.app().equals(app) && !isOwn(id))
                .map(ChannelId::name)
                .toList();
    }

    /// Takes a step that refers to one that may itself be waiting. Such steps are not refused: their number is
    /// bounded by that of what they refer to.
    static void inTurn(OwnedChannel channel, Runnable step) {
        if (channel.mustPark()) {
            channel.parked.add(new Parked(step, step));
        } else {
            step.run();
        }
    }

    private void load(OwnedChannel channel) {
        channel.waiting = true;
        effects.load(channel.id.key(), (image, failure) -> {
            if (closed) {
                return;
            }
            channel.waiting = false;
            if (failure == null) {
                channel.load(image);
                // Stored members are of an earlier epoch: a channel with members is not dropped from memory.
                timers.loaded(
                        channel.id,
                        channel.members.snapshot(),
                        Math.max(openedMillis, channel.lastUsedMillis) + grace.millis(),
                        grace.policy());
                reportOpened(channel);
                unpark(channel);
            } else {
                channels.remove(channel.id);
                used(channel, -1);
                List<Parked> refused = List.copyOf(channel.parked);
                channel.parked.clear();
                refused.forEach(parked -> parked.refuse().run());
            }
        });
    }

    /// Takes the step with the store's answer. Whatever comes for this channel meanwhile waits, so that
    /// the order of publishes stays that of their arrival.
    <T> void whenAnswered(
            OwnedChannel channel,
            Consumer<BiConsumer<T, Throwable>> ask,
            Consumer<ErrorInfo> refuse,
            Consumer<T> step) {
        channel.waiting = true;
        ask.accept((answer, failure) -> {
            if (closed) {
                return;
            }
            channel.waiting = false;
            if (failure != null) {
                refuse.accept(unavailable(channel));
            } else {
                step.accept(answer);
            }
            unpark(channel);
        });
    }

    /// Takes the steps that have waited for something of the channel that is there now.
    void unpark(OwnedChannel channel) {
        while (!channel.waiting && !channel.parked.isEmpty()) {
            channel.parked.poll().step().run();
        }
        if (channel.parked.isEmpty()) {
            channel.dropLookups();
        }
    }

    static ErrorInfo unavailable(OwnedChannel channel) {
        return ErrorCode.OVERLOADED.info(
                "the state of channel %s cannot be read at the moment; try again".formatted(channel.id.name()));
    }

    /// Forgets channels that nobody uses: those not used since then, and more while there are too many.
    void forgetIdle(long idleSinceMillis) {
        int over = channels.size() - limits.idleChannelsMax();
        for (Iterator<OwnedChannel> all = channels.values().iterator(); all.hasNext(); ) {
            OwnedChannel channel = all.next();
            if (channel.isIdle() && (channel.lastUsedMillis < idleSinceMillis || over > 0)) {
                all.remove();
                over--;
                used(channel, -1);
                report(channel, "channel.region.inactive");
                report(channel, "channel.closed");
            }
        }
    }

    /// An owner that is new takes over channels that are in use already, and cannot tell them from
    /// others.
    private void reportOpened(OwnedChannel channel) {
        if (channel.lastUsedMillis - openedMillis >= SETTLE_MILLIS) {
            report(channel, "channel.opened");
            report(channel, "channel.region.active");
            if (!isOwn(channel.id)) {
                effects.opened(channel.id);
            }
        }
    }

    private void report(OwnedChannel channel, String event) {
        if (!isOwn(channel.id)) {
            effects.report(MetaEvent.ofChannel(channel.id, event, region, channel.metrics()));
        }
    }

    /// Whether the channel is one of the server's own: clients count and list their channels only.
    private static boolean isOwn(ChannelId channel) {
        return channel.name().startsWith("[");
    }

    private void used(OwnedChannel channel, int change) {
        if (!isOwn(channel.id)) {
            effects.used(channel.id, change);
        }
    }

    /// Lets go of everything; no answer of the store counts any more.
    void close() {
        closed = true;
        channels.values().forEach(channel -> {
            channel.objects.ifPresent(OwnedObjects::dropped);
            channel.dropLookups();
            used(channel, -1);
        });
        channels.clear();
    }

    boolean isClosed() {
        return closed;
    }
}
