package io.hark.channel;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.Message;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.MessageVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blocking: answers a [MessageQuery] as of what is committed (rule R9).
final class MessageLookup {
    private final StoreView view;
    private final ChannelKey channel;
    private final MessageReader reader;
    private final long committedLsn;

    private MessageLookup(StoreView view, ChannelKey channel, long committedLsn) {
        this.view = view;
        this.channel = channel;
        this.reader = new MessageReader(view, channel);
        this.committedLsn = committedLsn;
    }

    /// @param lsn of the entry that the message's serial names, see [SlotMeta#lsnOf]
    /// @return empty when there is no such message, or it is not kept any more
    static Optional<MessageDetails> answer(
            StoreView view, MessageQuery query, MessageSerial serial, long lsn, long committedLsn) throws DamagedEntry {
        MessageLookup lookup = new MessageLookup(view, query.channel().key(), committedLsn);
        Optional<MessageReader.Original> original =
                lsn > committedLsn ? Optional.empty() : lookup.reader.original(serial, lsn);
        return original.isEmpty() ? Optional.empty() : lookup.answer(original.get(), query.wanted());
    }

    private Optional<MessageDetails> answer(MessageReader.Original original, MessageQuery.Wanted wanted)
            throws DamagedEntry {
        return switch (wanted) {
            case MessageQuery.Latest() -> reader.latest(original, committedLsn).map(MessageLookup::only);
            case MessageQuery.Versions(var after, var max) -> Optional.of(versions(original, after, max));
            case MessageQuery.Annotations(var after, var max) -> Optional.of(annotations(original, after, max));
            case MessageQuery.ClientSummary(var clientId) -> Optional.of(clientSummary(original, clientId));
        };
    }

    private static MessageDetails only(Message message) {
        return new MessageDetails(List.of(message), List.of(), false);
    }

    private static String serial(MessageReader.Original original) {
        return original.message().serial().orElseThrow();
    }

    /// The original, then what has a row, then the latest unless it has one.
    private MessageDetails versions(MessageReader.Original original, String after, int max) throws DamagedEntry {
        List<Message> versions = new ArrayList<>();
        if (after.isEmpty()) {
            versions.add(original.message());
        }
        Page rows = rows(StateKind.VERSION, original, after, max + 1 - versions.size());
        for (Place place : rows.places()) {
            reader.version(serial(original), place.lsn()).ifPresent(versions::add);
        }
        if (!rows.more() && versions.size() <= max) {
            reader.latest(original, committedLsn)
                    .map(latest -> latest.withAnnotations(Map.of()))
                    .filter(latest -> isAfter(latest, versions.isEmpty() ? after : versionOf(versions.getLast())))
                    .ifPresent(versions::add);
        }
        boolean more = rows.more() || versions.size() > max;
        return new MessageDetails(versions.subList(0, Math.min(max, versions.size())), List.of(), more);
    }

    private static boolean isAfter(Message version, String serial) {
        return versionOf(version).compareTo(serial) > 0;
    }

    private static String versionOf(Message version) {
        return version.version()
                .flatMap(MessageVersion::serial)
                .or(version::serial)
                .orElseThrow();
    }

    private MessageDetails annotations(MessageReader.Original original, String after, int max) throws DamagedEntry {
        Page rows = rows(StateKind.ANNOTATION, original, after, max);
        List<Annotation> annotations = new ArrayList<>();
        for (Place place : rows.places()) {
            Optional<Entry> entry = view.entry(channel, place.lsn());
            if (entry.isPresent()
                    && entry.get().body() instanceof EntryBody.Annotations(AnnotationBatch batch, var summary)) {
                MessageSerial.parse(place.serial())
                        .filter(serial -> serial.index() < batch.annotations().size())
                        .ifPresent(serial -> annotations.add(spelledOut(entry.get(), batch, serial.index())));
            }
        }
        return new MessageDetails(List.of(), annotations, rows.more());
    }

    private static Annotation spelledOut(Entry entry, AnnotationBatch batch, int index) {
        Annotation annotation = batch.annotations().get(index);
        return annotation.identified(
                annotation.id().orElse(batch.id() + ':' + index), entry.serial(index), batch.timestamp());
    }

    private record Place(String serial, long lsn) {}

    private record Page(List<Place> places, boolean more) {}

    /// Rows that are only ever added: those of what is not committed are the ones with a later LSN.
    private Page rows(StateKind kind, MessageReader.Original original, String after, int max) throws DamagedEntry {
        String prefix = ChangedMessage.versionKey(serial(original), "");
        long millis = original.lifetime().millis();
        StateQuery all = new StateQuery(channel, kind, prefix, prefix, millis, millis, max);
        StatePage page = view.state(after.isEmpty() ? all : all.after(prefix + after));
        List<Place> places = new ArrayList<>();
        for (StateRow row : page.rows()) {
            long lsn = StateValue.number(row.value());
            if (lsn > committedLsn) {
                return new Page(places, false);
            }
            places.add(new Place(row.key().substring(prefix.length()), lsn));
        }
        return new Page(places, page.more());
    }

    private MessageDetails clientSummary(MessageReader.Original original, String clientId) throws DamagedEntry {
        StateAsOf state = new StateAsOf(view, channel, committedLsn);
        StateRows rows = query -> new StatePage(state.rows(query), false);
        Tallies tallies = new Tallies(rows, channel, serial(original), original.lifetime());
        return only(Summaries.message(serial(original), Summaries.ofClient(tallies, clientId)));
    }
}
