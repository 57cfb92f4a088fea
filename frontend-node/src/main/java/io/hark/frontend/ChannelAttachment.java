package io.hark.frontend;

import io.hark.auth.Delivery;
import io.hark.channel.AttachFrom;
import io.hark.channel.AttachOutcome;
import io.hark.channel.Attachment;
import io.hark.channel.ChannelId;
import io.hark.channel.Claim;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.FrontendChannel;
import io.hark.channel.MembersWanted;
import io.hark.channel.ObjectReader;
import io.hark.channel.ObjectsPage;
import io.hark.channel.Occupancy;
import io.hark.channel.Subscribed;
import io.hark.channel.Subscriber;
import io.hark.presence.Member;
import io.hark.protocol.AttachFlag;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.ServerMessage;
import io.hark.stats.Flow;
import io.hark.stats.LoopStats;
import io.hark.stats.Traffic;
import io.netty.buffer.ByteBuf;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Confined: one connection's place on one channel, as frames on its transport.
final class ChannelAttachment implements Subscriber, ObjectReader, OccupancyWatcher, ObjectTelling.Reader {
    private static final Set<ChannelMode> LISTENING = Set.of(ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE);

    private final Connection connection;
    private final ConnectionChannels channels;
    private final FrontendLoop loop;
    private final ChannelId id;
    private final String channel;
    private final ChannelName name;
    private final Delivery delivery;
    private final ChannelOptions options;
    private final LoopStats stats;
    private Set<ChannelMode> modes;
    private final boolean echo;
    private final boolean wholeAppends;
    private FrameView shown;

    /// How it was last handed something.
    private Optional<FrameRing.Form> form = Optional.empty();

    private boolean getsEverything;
    private Attachment attachment;
    private Optional<String> resumeFrom = Optional.empty();
    private List<Member> syncing = List.of();
    private String syncId = "";
    private int syncedPages;

    /// Whether the owner was asked for the presence set once more.
    private boolean resyncing;

    private boolean counted;

    /// Present when messages come as differences.
    private final Optional<DeltaCursor> deltas;

    /// Present when the client wants to be told of the channel's occupancy.
    private Optional<OccupancyPlace> occupancy;

    /// Present when the client wants to be told of the channel's objects by messages.
    private Optional<ObjectTelling> telling;

    /// What is at or before it was told with the channel's objects.
    private long objectsThrough;

    /// The name of the objects' sync, which another one of the presence set leaves as it is.
    private String objectSyncId = "";

    /// Whether ATTACHED was sent.
    private boolean attached;

    private final ClientPlace place;

    /// Whether the client has entered members here, or vouches for those that it has.
    private boolean vouches;

    /// The channel's last entry when it attached.
    private long lastLsn;

    /// @param name     the channel's; `name.full()` as the client wrote it
    /// @param delivery what the channel's rules say of it
    /// @param modes   those granted
    /// @param echo    whether the connection gets its own messages
    /// @param wholeAppends whether it gets the whole message with every append
    ChannelAttachment(
            Frontend frontend,
            Connection connection,
            ConnectionChannels channels,
            FrontendLoop loop,
            ChannelId id,
            ChannelName name,
            Delivery delivery,
            ChannelOptions options,
            Set<ChannelMode> modes,
            boolean echo,
            boolean wholeAppends) {
        this.connection = connection;
        this.channels = channels;
        this.loop = loop;
        this.id = id;
        this.name = name;
        this.channel = name.full();
        this.delivery = delivery;
        this.options = options;
        this.stats = loop.stats(id.app());
        this.place = new ClientPlace(loop.frames());
        this.modes = modes;
        this.echo = echo;
        this.wholeAppends = wholeAppends;
        this.shown = FrameView.of(modes);
        this.getsEverything = echo && modes.containsAll(LISTENING);
        // A message that was left out is one that the next difference would be to.
        boolean whole = delivery instanceof Delivery.Conflated;
        this.deltas = options.delta() && !whole ? Optional.of(new DeltaCursor(loop.deltas())) : Optional.empty();
        this.occupancy = options.occupancy()
                .filter(wanted -> modes.contains(ChannelMode.SUBSCRIBE))
                .map(OccupancyPlace::new);
        this.telling = options.objects()
                .filter(wanted -> modes.contains(ChannelMode.SUBSCRIBE))
                .map(wanted -> new ObjectTelling(
                        id,
                        wanted,
                        this,
                        loop,
                        frontend.randomIds(),
                        frontend.wallClock(),
                        frontend.config().messageBytesMax()));
    }

    ChannelId id() {
        return id;
    }

    String channel() {
        return channel;
    }

    Optional<Set<ChannelMode>> requestedModes() {
        return options.modes();
    }

    /// Whether another ATTACH asks for something else than the one that made this.
    boolean isAskedOtherwise(ChannelOptions other) {
        return !options.asksTheSame(other);
    }

    /// Whether members of the connection are on the channel through this attachment.
    boolean vouches() {
        return vouches;
    }

    /// The later one of a place that the client gives and that of the last entry that it was handed.
    String notBefore(String channelSerial) {
        return place.orLater(channelSerial);
    }

    boolean lacksExplicitly(ChannelMode mode) {
        return options.modes().isPresent() && !options.modes().get().contains(mode);
    }

    /// A new token allows less: what it does not allow ends at once. What it allows beyond that changes nothing
    /// here, as the client is told of its modes when it attaches.
    ///
    /// @param allowed    modes that it allows
    /// @param mayWatch whether it allows to be told of occupancy and objects
    void restrict(Set<ChannelMode> allowed, boolean mayWatch) {
        boolean blinded = (occupancy.isPresent() || telling.isPresent())
                && !(mayWatch && allowed.contains(ChannelMode.SUBSCRIBE));
        if (allowed.containsAll(modes) && !blinded) {
            return;
        }
        boolean wasCounted = counted;
        count(-1);
        Set<ChannelMode> left = EnumSet.noneOf(ChannelMode.class);
        left.addAll(modes);
        left.retainAll(allowed);
        modes = left;
        shown = FrameView.of(modes);
        form = Optional.empty();
        getsEverything = echo && modes.containsAll(LISTENING);
        if (blinded) {
            occupancy = Optional.empty();
            telling.ifPresent(ObjectTelling::end);
            telling = Optional.empty();
        }
        if (wasCounted) {
            count(1);
        }
    }

    /// @param claim vouches for the connection's members on the channel
    void attach(AttachFrom from, Optional<String> channelSerial, Optional<Claim> claim, long nowMillis) {
        resumeFrom = channelSerial;
        vouches = claim.isPresent() && modes.contains(ChannelMode.PRESENCE);
        FrontendChannel joined = loop.join(id, delivery);
        count(1);
        FrontendChannel.Wants wants =
                new FrontendChannel.Wants(modes.contains(ChannelMode.PRESENCE_SUBSCRIBE), wholeAppends);
        attachment = joined.attach(this, from, claim, wants, nowMillis);
        if (!counted) {
            attachment.detach(); // What came at once has ended it already.
        }
    }

    void vouch(Claim present) {
        vouches = true;
        if (attachment != null) {
            attachment.vouch(present);
        }
    }

    void detach() {
        count(-1);
        telling.ifPresent(ObjectTelling::end);
        if (attachment != null) {
            attachment.detach();
        }
    }

    /// Sends the presence set again, as of now. Asked for once more meanwhile, or while one is being sent, it
    /// comes once: however often a client asks, it is owed one set.
    void resync(Claim claim) {
        if (resyncing || !attached || !modes.contains(ChannelMode.PRESENCE_SUBSCRIBE)) {
            return;
        }
        resyncing = true;
        loop.subscribe(id, List.of(claim), MembersWanted.ALL, false, (answer, refusal) -> {
            resyncing = false;
            if (answer != null && counted) {
                attachment.syncAgain(answer.members(), () -> beginSync(answer));
            }
        });
    }

    void pump() {
        if (attachment != null) {
            attachment.pump();
            tellOccupancy();
            telling.ifPresent(ObjectTelling::pump);
        }
    }

    private void count(int sign) {
        if (counted == sign > 0) {
            return;
        }
        counted = sign > 0;
        deltas.ifPresent(cursor -> loop.deltaReaders(id, sign));
        if (occupancy.isPresent() && counted) {
            loop.watch(id, this);
        } else if (occupancy.isPresent()) {
            loop.unwatch(id, this);
        }
        loop.occupancyChanged(
                id,
                new Occupancy(
                        sign,
                        sign(sign, ChannelMode.PUBLISH),
                        sign(sign, ChannelMode.SUBSCRIBE),
                        sign(sign, ChannelMode.PRESENCE),
                        sign(sign, ChannelMode.PRESENCE_SUBSCRIBE),
                        sign(sign, ChannelMode.OBJECT_PUBLISH),
                        sign(sign, ChannelMode.OBJECT_SUBSCRIBE),
                        occupancy.isPresent() ? sign : 0));
    }

    private int sign(int sign, ChannelMode mode) {
        return modes.contains(mode) ? sign : 0;
    }

    @Override
    public boolean writable() {
        return connection.transport().isWritable();
    }

    @Override
    public void attached(AttachOutcome outcome) {
        int flags = ChannelMode.flags(modes)
                | (outcome.hasPresence() ? AttachFlag.HAS_PRESENCE : 0)
                | (outcome.hasObjects() ? AttachFlag.HAS_OBJECTS : 0)
                | (outcome.hasBacklog() ? AttachFlag.HAS_BACKLOG : 0)
                | (outcome.resumed() ? AttachFlag.RESUMED : 0);
        String serial = outcome.resumed() && resumeFrom.isPresent()
                ? resumeFrom.get()
                : loop.frames().channelSerial(outcome.subscribed(), outcome.startLsn());
        if (!outcome.resumed() && resumeFrom.isPresent()) {
            connection.continuityLost();
        }
        beginSync(outcome.subscribed());
        objectSyncId = syncId;
        lastLsn = outcome.subscribed().lastLsn();
        connection.send(new ServerMessage.Attached(channel, serial, flags, options.recognised(), outcome.error()));
        attached = true;
        place.attached(serial);
        tellOccupancy();
        telling.ifPresent(ObjectTelling::attached);
    }

    @Override
    public void tell(Message message) {
        String id = message.id().orElseThrow();
        connection.send(new ServerMessage.Messages(
                channel,
                place.channelSerial(),
                id.substring(0, id.lastIndexOf(':')),
                Optional.empty(),
                message.timestamp(),
                List.of(message)));
        sentUnlogged();
    }

    /// A message was sent that stands in no log.
    private void sentUnlogged() {
        connection.sent(1);
        stats.add(Traffic.number(Flow.OUTBOUND_REALTIME, Traffic.Kind.MESSAGES, Traffic.Measure.COUNT), 1);
        deltas.ifPresent(DeltaCursor::interrupted);
    }

    @Override
    public void occupied(OccupancyNotice notice) {
        OccupancyPlace known = occupancy.orElseThrow();
        known.newest(notice.metrics());
        if (attached && writable() && known.news().isPresent()) {
            tell(notice, known);
        }
    }

    /// What could not be told when it came.
    private void tellOccupancy() {
        occupancy
                .filter(known -> attached && writable())
                .flatMap(OccupancyPlace::news)
                .ifPresent(metrics -> {
                    try (OccupancyNotice notice = loop.notice(metrics)) {
                        tell(notice, occupancy.orElseThrow());
                    }
                });
    }

    private void tell(OccupancyNotice notice, OccupancyPlace known) {
        connection.transport().send(notice.frame(connection.format(), channel, known.wanted(), place.channelSerial()));
        sentUnlogged();
        known.told();
    }

    private void beginSync(Subscribed subscribed) {
        String newId = "s" + Long.toString(subscribed.committedLsn(), Character.MAX_RADIX);
        syncing = subscribed.members();
        syncedPages = 0;
        syncId = loop.presenceSyncs().begin(id, channel, connection.format(), syncing, newId);
    }

    @Override
    public void sync(List<Member> page, boolean last) {
        int number = syncedPages++;
        connection
                .transport()
                .send(loop.presenceSyncs()
                        .frame(id, channel, connection.format(), syncing, syncId, number, page, last));
        connection.sent(0);
        if (last) {
            syncing = List.of();
        }
    }

    @Override
    public Optional<ObjectReader> objectReader() {
        return modes.contains(ChannelMode.OBJECT_SUBSCRIBE) ? Optional.of(this) : Optional.empty();
    }

    @Override
    public void objects(ObjectsPage page) {
        objectsThrough = page.lsn();
        if (!page.objects().isEmpty()) {
            // Any text may follow the first colon; an id says how far it is.
            String cursor = page.isLast() ? "" : page.objects().getLast().objectId();
            connection.send(new ServerMessage.ObjectSync(channel, objectSyncId + ':' + cursor, page.objects()));
        }
    }

    @Override
    public void backlog(List<Entry> entries) {
        try {
            writeBacklog(entries);
        } catch (CostlyFilter tooMuch) {
            costly(tooMuch);
        }
    }

    private void writeBacklog(List<Entry> entries) {
        for (Entry entry : entries) {
            if (wants(entry)) {
                Entry told = told(entry);
                loop.frames().frames(channel, told, shown, connection::send);
                SentCounts.sent(stats, told, entry, shown);
            }
        }
        place.handed(entries.getLast());
        telling.ifPresent(objects -> entries.forEach(objects::passed));
        if (entries.getLast().lsn() >= lastLsn) {
            deltas.ifPresent(cursor -> cursor.caughtUp(loop.ring(id)));
        }
    }

    private Entry told(Entry entry) {
        if (options.filter().isPresent()) {
            return options.filter().get().select(entry);
        }
        if (deltas.isEmpty()) {
            return entry;
        }
        Entry told = deltas.get().backlog(entry);
        SentCounts.differences(stats, told, entry);
        return told;
    }

    @Override
    public void live(long from, long to) {
        FrameRing ring = loop.ring(id);
        place.handed(ring.entry(to - 1));
        try {
            writeWanted(ring, from, to);
        } catch (CostlyFilter tooMuch) {
            costly(tooMuch);
        }
        if (telling.isPresent()) {
            for (long seq = from; seq < to; seq++) {
                telling.get().passed(ring.entry(seq));
            }
        }
    }

    /// The client is told, and if it was too much just now, comes back with its place.
    private void costly(CostlyFilter tooMuch) {
        if (tooMuch.info().code() == ErrorCode.OVERLOADED.code()) {
            detach();
            failed(tooMuch.info());
        } else {
            channels.fail(channel, tooMuch.info());
        }
    }

    private void writeWanted(FrameRing ring, long from, long to) {
        if (getsEverything && ring.isPlain(from)) {
            write(ring, from, to);
            return;
        }
        long start = from;
        for (long seq = from; seq < to; seq++) {
            if (!wants(ring.entry(seq))) {
                write(ring, start, seq);
                start = seq + 1;
            }
        }
        write(ring, start, to);
    }

    @Override
    public void whole(long seq, Entry whole) {
        place.handed(whole);
        if (!wants(whole)) {
            return;
        }
        try {
            Entry told = options.filter().map(filter -> filter.select(whole)).orElse(whole);
            if (told.body() instanceof EntryBody.None) {
                return;
            }
        } catch (CostlyFilter tooMuch) {
            costly(tooMuch);
            return;
        }
        connection.transport().send(loop.ring(id).whole(form(plain()), seq, whole));
        connection.sent(1);
        deltas.ifPresent(DeltaCursor::interrupted);
    }

    /// The ring's entries, less those that a filter leaves out.
    private RingView plain() {
        return options.filter().<RingView>map(filter -> filter).orElse(RingView.PLAIN);
    }

    private void write(FrameRing ring, long from, long to) {
        long split = deltas.isEmpty() || from == to ? to : deltas.get().live(ring, from, to);
        write(ring, plain(), from, split);
        write(ring, RingView.DELTA, split, to);
    }

    private void write(FrameRing ring, RingView view, long from, long to) {
        if (from < to) {
            FrameRing.Form form = form(view);
            if (delivery instanceof Delivery.AtOnce) {
                for (ByteBuf frames : ring.frames(form, from, to)) {
                    connection.transport().send(frames);
                }
            } else {
                connection.transport().send(ring.held(form, name.base(), delivery, from, to));
            }
            connection.sent(to - from);
        }
    }

    private FrameRing.Form form(RingView view) {
        if (form.isEmpty() || form.get().view() != view) {
            form = Optional.of(new FrameRing.Form(connection.format(), channel, view, shown));
        }
        return form.get();
    }

    private boolean wants(Entry entry) {
        return switch (entry.body()) {
            case EntryBody.None() -> false;
            case EntryBody.Refusal refusal -> false;
            case EntryBody.Messages(var batch) -> wantsOf(batch);
            case EntryBody.Version version -> wantsOf(version.batch());
            case EntryBody.Annotations(var batch, var summary) ->
                shown.summaries() && summary.isPresent()
                        || shown.annotations() && !batch.annotations().isEmpty();
            case EntryBody.Presence(var batch) ->
                modes.contains(ChannelMode.PRESENCE_SUBSCRIBE)
                        || batch.connectionId().equals(Optional.of(connection.connectionId()));
            // Also to its publisher, whatever it wants of messages: the echo is part of how objects work.
            case EntryBody.Objects objects ->
                modes.contains(ChannelMode.OBJECT_SUBSCRIBE) && entry.lsn() > objectsThrough;
        };
    }

    private boolean wantsOf(MessageBatch batch) {
        return modes.contains(ChannelMode.SUBSCRIBE)
                && (echo || !batch.connectionId().equals(Optional.of(connection.connectionId())));
    }

    @Override
    public void failed(ErrorInfo reason) {
        count(-1);
        telling.ifPresent(ObjectTelling::end);
        channels.detached(this);
        connection.send(new ServerMessage.Detached(channel, Optional.of(reason)));
    }
}
