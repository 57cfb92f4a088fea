package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter;
import io.hark.channel.Claim;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.EntryForm;
import io.hark.channel.FrontendChannel;
import io.hark.channel.FrontendChannels;
import io.hark.channel.FrontendEffects;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.Loop;
import io.hark.channel.LoopFeed;
import io.hark.channel.MembersWanted;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.ReplyTo;
import io.hark.channel.RingListener;
import io.hark.channel.Subscribed;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// The frontend's part of one loop: the real channels, with rings of entries in place of frames.
final class SimFrontend implements LoopFeed, FrontendEffects {
    private final SimNode node;
    private final SimLoop loop;
    private final FrontendChannels channels;
    private final Map<ChannelId, Frames> frames = new LinkedHashMap<>();
    private final Map<ChannelId, Boolean> hidesNext = new LinkedHashMap<>();

    SimFrontend(SimNode node, SimLoop loop) {
        this.node = node;
        this.loop = loop;
        this.channels = new FrontendChannels(SimConfig.REGION, node.config().frontend(), this);
    }

    /// The ring's entries by number, as a frontend keeps frames.
    static final class Frames implements RingListener {
        private final ArrayDeque<Entry> entries = new ArrayDeque<>();
        private long firstSeq;

        @Override
        public void appended(Entry entry) {
            entries.add(entry);
        }

        @Override
        public void dropped(long newFirstSeq) {
            for (; firstSeq < newFirstSeq; firstSeq++) {
                entries.remove();
            }
        }

        List<Entry> between(long from, long to) {
            if (from < firstSeq || to > firstSeq + entries.size() || from >= to) {
                throw new IllegalStateException("entries %d to %d are asked for, the ring has %d to %d"
                        .formatted(from, to, firstSeq, firstSeq + entries.size()));
            }
            return new ArrayList<>(entries).subList((int) (from - firstSeq), (int) (to - firstSeq));
        }
    }

    @Override
    public Loop loop() {
        return loop;
    }

    FrontendChannel join(ChannelId channel) {
        return channels.join(channel, id -> frames.computeIfAbsent(id, key -> new Frames()));
    }

    List<Entry> live(ChannelId channel, long from, long to) {
        return frames.get(channel).between(from, to);
    }

    @Override
    public void entered(ChannelId channel, Entry entry, boolean logged) {
        if (node.scheduler().fault(node.config().feedLoss())) {
            hidesNext.put(channel, true);
            return;
        }
        boolean hides = hidesNext.remove(channel) != null && node.config().has(PlantedBug.FEED_GAP_HIDDEN);
        channels.entered(channel, hides ? follows(entry, 0) : entry, logged);
    }

    @Override
    public void pump() {
        channels.pump();
    }

    @Override
    public void missed(ChannelId channel, long lastLsn) {
        channels.missed(channel, lastLsn);
    }

    @Override
    public void ownerChanged(ChannelId channel) {
        channels.ownerChanged(channel);
    }

    @Override
    public void subscribe(
            ChannelId channel,
            List<Claim> claims,
            MembersWanted members,
            boolean sure,
            BiConsumer<Subscribed, ErrorInfo> answer) {
        node.router().subscribe(channel, this, claims, members, sure, new ReplyTo<>(loop, reply -> {
            switch (reply) {
                case ChannelRouter.Answer.Ok<Subscribed>(var subscribed) -> answer.accept(planted(subscribed), null);
                case ChannelRouter.Answer.Refused<Subscribed>(var refusal) -> answer.accept(null, refusal);
            }
        }));
    }

    private Subscribed planted(Subscribed told) {
        return node.config().has(PlantedBug.JOIN_PAST_BACKLOG)
                ? new Subscribed(
                        told.meta(),
                        told.origin(),
                        told.oseq(),
                        told.meta().lastLsn(),
                        told.lastLsn(),
                        told.membersLsn(),
                        told.membersKnown(),
                        told.members())
                : told;
    }

    @Override
    public void unsubscribe(ChannelId channel) {
        frames.remove(channel);
        node.router().unsubscribe(channel, this);
    }

    @Override
    public void objects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer) {
        node.router().objects(query, new ReplyTo<>(loop, reply -> {
            switch (reply) {
                case ChannelRouter.Answer.Ok<ObjectsPage>(var page) -> answer.accept(page, null);
                case ChannelRouter.Answer.Refused<ObjectsPage>(var refusal) -> answer.accept(null, refusal);
            }
        }));
    }

    @Override
    public void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer) {
        boolean asLogged = node.config().has(PlantedBug.APPENDS_WITHOUT_BASE);
        node.router()
                .read(asLogged ? query.inForm(EntryForm.AS_LOGGED) : query)
                .whenComplete((page, failure) ->
                        loop.execute(() -> answer.accept(failure == null ? planted(query, page) : page, failure)));
    }

    private HistoryPage planted(HistoryQuery query, HistoryPage page) {
        List<Entry> entries = new ArrayList<>(page.entries());
        if (node.config().has(PlantedBug.EXPIRY_IGNORED) && !query.backwards() && !entries.isEmpty()) {
            entries.set(
                    0, follows(entries.getFirst(), Math.min(entries.getFirst().prevLsn(), query.afterLsn())));
        }
        if (node.config().has(PlantedBug.EXPIRY_WITHIN_PAGE_IGNORED) && !query.backwards()) {
            for (int i = 1; i < entries.size(); i++) {
                entries.set(
                        i,
                        follows(
                                entries.get(i),
                                Math.min(
                                        entries.get(i).prevLsn(),
                                        entries.get(i - 1).lsn())));
            }
        }
        return new HistoryPage(entries, page.more());
    }

    static Entry entry(Append append) {
        try {
            return append.record().entry();
        } catch (DamagedEntry e) {
            throw new AssertionError(e);
        }
    }

    private static Entry follows(Entry entry, long prevLsn) {
        return new Entry(
                entry.lsn(),
                entry.epoch(),
                entry.origin(),
                entry.oseq(),
                entry.channel(),
                prevLsn,
                entry.hlc(),
                entry.body());
    }

    @Override
    public void later(long millis, Runnable step) {
        throw new UnsupportedOperationException("no channel of a simulation holds what comes");
    }

    @Override
    public void alarm(String what) {
        node.history().add(new Event.Alarm(node.id() + ": " + what));
    }
}
