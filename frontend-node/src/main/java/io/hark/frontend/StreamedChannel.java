package io.hark.frontend;

import io.hark.auth.Delivery;
import io.hark.channel.AttachFrom;
import io.hark.channel.AttachOutcome;
import io.hark.channel.Attachment;
import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.FrontendChannel;
import io.hark.channel.Occupancy;
import io.hark.channel.Subscriber;
import io.hark.presence.Member;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import io.hark.stats.Flow;
import io.hark.stats.Traffic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: one channel of an event stream.
final class StreamedChannel implements Subscriber, OccupancyWatcher, ObjectTelling.Reader {
    private final EventStream stream;
    /// Readers of a stream get summaries, but no annotations.
    private static final FrameView SHOWN = new FrameView(true, false);

    private final FrontendLoop loop;
    private final ChannelId id;
    private final ChannelName name;
    private final AttachFrom from;
    private final Delivery delivery;

    /// Present when messages come as differences.
    private final Optional<DeltaCursor> deltas;

    private final Optional<MessageFilter> filter;

    /// Present when the client wants to be told of the channel's occupancy.
    private final Optional<OccupancyPlace> occupancy;

    /// Present when the client wants to be told of the channel's objects.
    private final Optional<ObjectTelling> telling;

    private boolean attached;

    private long lastLsn;
    private final boolean wholeAppends;
    private Optional<Attachment> attachment = Optional.empty();
    private boolean counted;
    private StreamPlace place;

    /// @param place the client's on the channel; of an empty text when it has none
    StreamedChannel(
            Frontend frontend,
            EventStream stream,
            FrontendLoop loop,
            ChannelId id,
            ChannelName name,
            AttachFrom from,
            ChannelOptions options,
            Delivery delivery,
            StreamPlace place) {
        this.stream = stream;
        this.loop = loop;
        this.id = id;
        this.name = name;
        this.from = from;
        this.delivery = delivery;
        this.filter = options.filter();
        this.occupancy = options.occupancy().map(OccupancyPlace::new);
        this.deltas = options.delta() && !(delivery instanceof Delivery.Conflated)
                ? Optional.of(new DeltaCursor(loop.deltas()))
                : Optional.empty();
        this.wholeAppends = options.wholeAppends();
        this.place = place;
        this.telling = options.objects()
                .map(wanted -> new ObjectTelling(
                        id,
                        wanted,
                        this,
                        loop,
                        frontend.randomIds(),
                        frontend.wallClock(),
                        frontend.config().messageBytesMax()));
    }

    StreamPlace place() {
        return place;
    }

    void attach(long nowMillis) {
        FrontendChannel joined = loop.join(id, delivery);
        count(1);
        FrontendChannel.Wants wants = new FrontendChannel.Wants(false, wholeAppends);
        attachment = Optional.of(joined.attach(this, from, Optional.empty(), wants, nowMillis));
        if (!counted) {
            detach(); // What came at once has ended it already.
        }
    }

    void detach() {
        count(-1);
        telling.ifPresent(ObjectTelling::end);
        attachment.ifPresent(Attachment::detach);
    }

    private void count(int sign) {
        if (counted != sign > 0) {
            counted = sign > 0;
            Occupancy one = new Occupancy(1, 0, 1, 0, 1, 0, 0, occupancy.isPresent() ? 1 : 0);
            loop.occupancyChanged(id, counted ? one : one.negated());
            deltas.ifPresent(cursor -> loop.deltaReaders(id, sign));
            if (occupancy.isPresent() && counted) {
                loop.watch(id, this);
            } else if (occupancy.isPresent()) {
                loop.unwatch(id, this);
            }
        }
    }

    void pump() {
        attachment.ifPresent(Attachment::pump);
        tellOccupancy();
        telling.ifPresent(ObjectTelling::pump);
    }

    @Override
    public void occupied(OccupancyNotice notice) {
        occupancy.orElseThrow().newest(notice.metrics());
        tellOccupancy();
    }

    private void tellOccupancy() {
        occupancy
                .filter(known -> attached && writable())
                .flatMap(OccupancyPlace::news)
                .ifPresent(metrics -> {
                    OccupancyPlace known = occupancy.orElseThrow();
                    try (OccupancyNotice notice = loop.notice(metrics)) {
                        tell(notice.message(known.wanted()));
                    }
                    known.told();
                });
    }

    /// Tells a message that stands in no log.
    @Override
    public void tell(Message message) {
        write("message", json().toTree(message), message.data());
        loop.stats(id.app())
                .add(Traffic.number(Flow.OUTBOUND_REALTIME, Traffic.Kind.MESSAGES, Traffic.Measure.COUNT), 1);
        deltas.ifPresent(DeltaCursor::interrupted);
        stream.wrote();
    }

    @Override
    public boolean writable() {
        return stream.writer().isWritable();
    }

    @Override
    public void attached(AttachOutcome outcome) {
        lastLsn = outcome.subscribed().lastLsn();
        if (!outcome.resumed()) {
            place = StreamPlace.after(loop.frames().channelSerial(outcome.subscribed(), outcome.startLsn()));
            boolean wasElsewhere = !(from instanceof AttachFrom.Now);
            if (wasElsewhere) {
                outcome.error().ifPresent(stream.writer()::error);
                stream.wrote();
            }
        }
        attached = true;
        tellOccupancy();
        telling.ifPresent(ObjectTelling::attached);
    }

    @Override
    public void sync(List<Member> page, boolean last) {
        // A stream tells of changes only: it does not ask for the set.
    }

    @Override
    public void backlog(List<Entry> entries) {
        List<Entry> told = new ArrayList<>(entries.size());
        for (Entry each : entries) {
            Entry entry = told.isEmpty() ? place.rest(each, loop.frames()) : each;
            Entry difference = deltas.map(cursor -> cursor.backlog(entry)).orElse(entry);
            if (deltas.isPresent()) {
                SentCounts.differences(loop.stats(id.app()), difference, entry);
            }
            told.add(difference);
        }
        write(told, Delivery.AT_ONCE);
        telling.ifPresent(objects -> entries.forEach(objects::passed));
        if (entries.getLast().lsn() >= lastLsn) {
            deltas.ifPresent(cursor -> cursor.caughtUp(loop.ring(id)));
        }
    }

    @Override
    public void live(long start, long end) {
        FrameRing ring = loop.ring(id);
        long split = deltas.map(cursor -> cursor.live(ring, start, end)).orElse(end);
        List<Entry> told = new ArrayList<>((int) (end - start));
        for (long seq = start; seq < end; seq++) {
            told.add(seq < split ? ring.entry(seq) : ring.delta(seq));
        }
        write(told, delivery);
        if (telling.isPresent()) {
            for (long seq = start; seq < end; seq++) {
                telling.get().passed(ring.entry(seq));
            }
        }
    }

    @Override
    public void failed(ErrorInfo reason) {
        count(-1);
        telling.ifPresent(ObjectTelling::end);
        stream.fail(reason);
    }

    private void write(List<Entry> entries, Delivery held) {
        try {
            List<Entry> selected = filter.isEmpty()
                    ? entries
                    : entries.stream().map(filter.get()::select).toList();
            HeldEntries.survivors(held, name.base(), selected).forEach(this::write);
        } catch (CostlyFilter tooMuch) {
            detach();
            stream.fail(tooMuch.info());
        }
    }

    private void write(Entry entry) {
        place = StreamPlace.after(loop.frames().channelSerial(entry));
        SentCounts.sent(loop.stats(id.app()), entry, entry, SHOWN);
        switch (entry.body()) {
            case EntryBody.None() -> {}
            case EntryBody.Refusal refusal -> {}
            case EntryBody.Objects objects -> {}
            case EntryBody.Messages(MessageBatch batch) -> {
                StreamPlace behind = place;
                List<Message> messages = EntryFrames.withSerials(entry, batch.messages());
                for (int index = 0; index < messages.size(); index++) {
                    Message message = messages.get(index);
                    Message full = message.withId(message.id().orElse(batch.id() + ':' + index))
                            .withConnectionId(message.connectionId().or(batch::connectionId))
                            .withTimestamp(batch.timestamp());
                    place = index == messages.size() - 1 ? behind : behind.with(message);
                    write("message", json().toTree(full), message.data());
                }
            }
            case EntryBody.Version version -> {
                MessageBatch batch = version.batch();
                Message told = version.message().withId(batch.id() + ":0").withConnectionId(batch.connectionId());
                write("message", json().toTree(told), told.data());
            }
            case EntryBody.Annotations(AnnotationBatch batch, Optional<Message> summary) ->
                summary.map(message -> message.withId(EntryFrames.summaryId(entry) + ":0")
                                .withTimestamp(batch.timestamp()))
                        .ifPresent(this::writeSummary);
            case EntryBody.Presence(PresenceBatch batch) -> {
                for (int index = 0; index < batch.presence().size(); index++) {
                    PresenceMessage event = batch.presence().get(index);
                    PresenceMessage full = event.identified(
                            event.id().orElse(batch.id() + ':' + index),
                            event.connectionId().or(batch::connectionId).orElse(""),
                            event.timestamp() == 0 ? batch.timestamp() : event.timestamp());
                    write("presence", json().toTree(full), event.data());
                }
            }
        }
        stream.wrote();
    }

    /// Readers of bare data have no use for a message without.
    private void writeSummary(Message summary) {
        if (stream.enveloped()) {
            write("message", json().toTree(summary), summary.data());
        }
    }

    private void write(String event, Map<String, Object> tree, Payload data) {
        if (stream.enveloped()) {
            Map<String, Object> withChannel = new LinkedHashMap<>(tree);
            withChannel.put("channel", id.name());
            stream.writer().event(event, stream.place(), json().encodeValue(withChannel));
            return;
        }
        byte[] payload = switch (data) {
            case Payload.None() -> new byte[0];
            case Payload.Text(String text) -> text.getBytes(StandardCharsets.UTF_8);
            case Payload.Binary(byte[] bytes) -> Base64.getEncoder().encode(bytes);
        };
        stream.writer().payload(event, stream.place(), payload);
    }

    private static ProtocolCodec json() {
        return ProtocolCodec.of(Format.JSON);
    }
}
