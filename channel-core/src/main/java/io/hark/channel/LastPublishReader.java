package io.hark.channel;

import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blocking: reads what the rows of a [LastPublish] hold.
final class LastPublishReader {
    private static final int ROWS_AT_ONCE = 100;

    private final long asOfLsn;

    /// Each message of the publish by its serial, in the latest version that was read.
    private final Map<String, Message> latest = new LinkedHashMap<>();

    private final Map<String, Message> summaries = new HashMap<>();
    private Optional<Entry> publish = Optional.empty();

    private LastPublishReader(long asOfLsn) {
        this.asOfLsn = asOfLsn;
    }

    /// The publish with its messages in the version that was the latest at an LSN, and their summaries;
    /// empty when there is none.
    ///
    /// @param upToLsn inclusive, of the publish
    static Optional<Entry> read(StoreView view, ChannelKey channel, long upToLsn, long asOfLsn) throws DamagedEntry {
        LastPublishReader reader = new LastPublishReader(asOfLsn);
        for (StateRow row : rows(view, channel)) {
            Optional<Entry> entry = entry(row);
            if (entry.isPresent()) {
                reader.add(entry.get(), upToLsn);
            }
        }
        return reader.whole();
    }

    /// The oldest first.
    static List<StateRow> rows(StoreView view, ChannelKey channel) throws DamagedEntry {
        StateQuery query = StateQuery.startingWith(channel, StateKind.LAST, "", ROWS_AT_ONCE);
        StatePage page = view.state(query);
        List<StateRow> rows = new ArrayList<>(page.rows());
        while (page.more()) {
            page = view.state(query.after(rows.getLast().key()));
            rows.addAll(page.rows());
        }
        return rows;
    }

    /// Sorts as the times do, which only grow along the log.
    static String key(long hlc) {
        return "%019d".formatted(hlc);
    }

    static long hlc(StateRow row) throws DamagedEntry {
        try {
            return Long.parseLong(row.key());
        } catch (NumberFormatException e) {
            throw new DamagedEntry("a row of the last publish has the key '%s'".formatted(row.key()), e);
        }
    }

    /// Empty for one whose removal was taken back.
    static Optional<Entry> entry(StateRow row) throws DamagedEntry {
        return row.value().equals(StateValue.EMPTY)
                ? Optional.empty()
                : Optional.of(EntryCodec.decode(row.value().bytes()));
    }

    private void add(Entry entry, long upToLsn) {
        switch (entry.body()) {
            case EntryBody.Messages messages -> {
                if (entry.lsn() <= upToLsn) {
                    publish = Optional.of(entry);
                    latest.clear();
                    summaries.clear();
                    EntryMessages.of(entry)
                            .forEach(message -> latest.put(message.serial().orElseThrow(), message));
                }
            }
            case EntryBody.Version version -> {
                if (entry.lsn() <= asOfLsn) {
                    latest.computeIfPresent(
                            version.message().serial().orElseThrow(), (serial, before) -> after(before, version));
                }
            }
            case EntryBody.Annotations annotations -> {
                if (entry.lsn() <= asOfLsn && annotations.summary().isPresent()) {
                    Message summary = annotations.summary().get();
                    summaries.put(summary.serial().orElseThrow(), summary);
                }
            }
            case EntryBody.None none -> {}
            case EntryBody.Presence presence -> {}
            case EntryBody.Objects objects -> {}
            case EntryBody.Refusal refusal -> {}
        }
    }

    private static Message after(Message before, EntryBody.Version version) {
        if (!version.isFragment()) {
            return version.message();
        }
        return version.whole().orElseGet(() -> MessageReader.joined(before, version.message()));
    }

    private Optional<Entry> whole() {
        return publish.map(entry -> {
            List<Message> messages = new ArrayList<>(latest.size());
            latest.forEach((serial, message) -> messages.add(
                    summaries.containsKey(serial)
                            ? message.withAnnotations(summaries.get(serial).annotations())
                            : message));
            MessageBatch batch = ((EntryBody.Messages) entry.body()).batch();
            return entry.with(new EntryBody.Messages(
                    new MessageBatch(batch.id(), batch.connectionId(), batch.timestamp(), messages)));
        });
    }
}
