package io.hark.channel;

import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blocking: what a store holds of one channel's messages that have several versions.
///
/// A version is found by its entry. What was appended since the last entry that holds a message whole is
/// joined on the way back to that entry; each names the one before it.
final class MessageReader {
    private final StoreView view;
    private final ChannelKey channel;

    MessageReader(StoreView view, ChannelKey channel) {
        this.view = view;
        this.channel = channel;
    }

    /// A page of entries in the form that the query asks for.
    HistoryPage page(HistoryQuery query) throws DamagedEntry {
        HistoryPage page = view.read(query);
        EntryForm form = query.form();
        if (query.orLast() && page.entries().isEmpty()) {
            return new HistoryPage(last(query).stream().toList(), false);
        }
        if (form.equals(EntryForm.AS_LOGGED) || page.entries().isEmpty()) {
            return page;
        }
        List<Entry> entries = new ArrayList<>(page.entries().size());
        for (Entry entry : page.entries()) {
            boolean fragment = entry.body() instanceof EntryBody.Version version
                    && version.isFragment()
                    && version.previousLsn() <= form.wholeThrough();
            entries.add(fragment ? whole(entry) : entry);
        }
        return new HistoryPage(form.latestAsOf() > 0 ? latest(entries, form.latestAsOf()) : entries, page.more());
    }

    private Optional<Entry> last(HistoryQuery query) throws DamagedEntry {
        return LastPublishReader.read(
                        view, channel, query.upToLsn(), query.form().latestAsOf())
                .filter(entry -> entry.lsn() > query.afterLsn());
    }

    /// An append as the whole message that it leaves; as it is when that is not kept any more.
    private Entry whole(Entry entry) throws DamagedEntry {
        EntryBody.Version version = (EntryBody.Version) entry.body();
        Optional<Message> whole = version.whole().isPresent()
                ? version.whole()
                : version(version.message().serial().orElseThrow(), entry);
        return whole.isEmpty() ? entry : withWhole(entry, whole.get());
    }

    /// The entry of an append as one that tells the whole message.
    static Entry withWhole(Entry entry, Message whole) {
        EntryBody.Version version = (EntryBody.Version) entry.body();
        MessageBatch batch = version.batch();
        MessageBatch told = new MessageBatch(batch.id(), batch.connectionId(), batch.timestamp(), List.of(whole));
        return entry.with(new EntryBody.Version(told, Optional.empty(), version.originalLsn(), version.previousLsn()));
    }

    private List<Entry> latest(List<Entry> entries, long asOfLsn) throws DamagedEntry {
        long firstMillis = Long.MAX_VALUE;
        long lastMillis = 0;
        String first = "";
        String last = "";
        for (Entry entry : entries) {
            if (entry.kind() == EntryKind.MESSAGE) {
                String serial = entry.serial(0);
                first = first.isEmpty() || serial.compareTo(first) < 0 ? serial : first;
                last = serial.compareTo(last) > 0 ? entry.serial(entry.count() - 1) : last;
                firstMillis = Math.min(firstMillis, Hlc.millis(entry.hlc()));
                lastMillis = Math.max(lastMillis, Hlc.millis(entry.hlc()));
            }
        }
        if (first.isEmpty()) {
            return entries;
        }
        StateAsOf state = new StateAsOf(view, channel, asOfLsn);
        StateQuery range = new StateQuery(
                channel, StateKind.MESSAGE, first, last, firstMillis, lastMillis, StateAsOf.ROWS_AT_ONCE);
        Map<String, Long> versions = places(state.rows(range));
        Map<String, Long> summaries = places(state.rows(range.of(StateKind.SUMMARY)));
        if (versions.isEmpty() && summaries.isEmpty()) {
            return entries;
        }
        List<Entry> latest = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            latest.add(entry.kind() == EntryKind.MESSAGE ? latest(entry, versions, summaries) : entry);
        }
        return latest;
    }

    private static Map<String, Long> places(List<StateRow> rows) throws DamagedEntry {
        Map<String, Long> places = new HashMap<>();
        for (StateRow row : rows) {
            places.put(row.key(), StateValue.number(row.value()));
        }
        return places;
    }

    private Entry latest(Entry entry, Map<String, Long> versions, Map<String, Long> summaries) throws DamagedEntry {
        List<Message> messages = new ArrayList<>(entry.count());
        boolean changed = false;
        for (Message message : EntryMessages.of(entry)) {
            String serial = message.serial().orElseThrow();
            Optional<Message> latest = latest(
                    message, Optional.ofNullable(versions.get(serial)), Optional.ofNullable(summaries.get(serial)));
            latest.ifPresent(messages::add);
            changed |= versions.containsKey(serial) || summaries.containsKey(serial);
        }
        if (!changed) {
            return entry;
        }
        MessageBatch batch = ((EntryBody.Messages) entry.body()).batch();
        return entry.with(new EntryBody.Messages(
                new MessageBatch(batch.id(), batch.connectionId(), batch.timestamp(), messages)));
    }

    /// @return empty when the version is not kept any more: an earlier one must not come back in its
    ///         place
    private Optional<Message> latest(Message original, Optional<Long> version, Optional<Long> summary)
            throws DamagedEntry {
        Optional<Message> latest = version.isEmpty()
                ? Optional.of(original)
                : version(original.serial().orElseThrow(), version.get());
        if (latest.isEmpty() || summary.isEmpty()) {
            return latest;
        }
        Optional<Entry> told = view.entry(channel, summary.get());
        return told.isPresent()
                        && told.get().body() instanceof EntryBody.Annotations annotations
                        && annotations.summary().isPresent()
                ? Optional.of(
                        latest.get().withAnnotations(annotations.summary().get().annotations()))
                : latest;
    }

    /// The message that a version's entry leaves, or that its own entry published.
    Optional<Message> version(String serial, long lsn) throws DamagedEntry {
        Optional<Entry> entry = view.entry(channel, lsn);
        return entry.isEmpty() ? Optional.empty() : version(serial, entry.get());
    }

    private Optional<Message> version(String serial, Entry from) throws DamagedEntry {
        List<Message> fragments = new ArrayList<>();
        Entry entry = from;
        while (true) {
            Optional<Message> whole = Optional.empty();
            switch (entry.body()) {
                case EntryBody.Messages messages -> {
                    whole = EntryMessages.of(entry).stream()
                            .filter(message -> message.serial().equals(Optional.of(serial)))
                            .findFirst();
                    if (whole.isEmpty()) {
                        return whole;
                    }
                }
                case EntryBody.Version version -> {
                    if (!version.message().serial().equals(Optional.of(serial))) {
                        return Optional.empty();
                    }
                    whole = version.isFragment() ? version.whole() : Optional.of(version.message());
                    if (whole.isEmpty()) {
                        fragments.add(version.message());
                        Optional<Entry> before = view.entry(channel, version.previousLsn());
                        if (before.isEmpty()) {
                            return Optional.empty();
                        }
                        entry = before.get();
                    }
                }
                default -> {
                    return Optional.empty();
                }
            }
            if (whole.isPresent()) {
                Message joined = whole.get();
                for (Message fragment : fragments.reversed()) {
                    joined = joined(joined, fragment);
                }
                return Optional.of(joined);
            }
        }
    }

    /// The message that an append leaves.
    ///
    /// @param fragment has everything but the data as it is afterwards
    static Message joined(Message before, Message fragment) {
        return fragment.withAction(MessageAction.UPDATE)
                .withData(before.data().then(fragment.data()), fragment.encoding());
    }

    /// Value: a message, where it was published and for how long it is kept.
    record Original(Message message, long lsn, Lifetime lifetime) {}

    /// The message with that serial as it was published; empty when there is none, or it is not kept any
    /// more.
    ///
    /// @param lsn of the entry that the serial names, see [SlotMeta#lsnOf]
    Optional<Original> original(MessageSerial serial, long lsn) throws DamagedEntry {
        if (lsn == 0) {
            return Optional.empty();
        }
        Optional<LogRecord> record = view.record(channel, lsn);
        if (record.isEmpty() || record.get().head().kind() != EntryKind.MESSAGE) {
            return Optional.empty();
        }
        Lifetime lifetime = new Lifetime(
                Hlc.millis(record.get().head().hlc()), record.get().policy().retention());
        return EntryMessages.of(record.get().entry()).stream()
                .filter(message -> message.serial().equals(Optional.of(serial.toString())))
                .findFirst()
                .map(message -> new Original(message, lsn, lifetime));
    }

    /// The message as the last change that the store has leaves it.
    Optional<ChangedMessage> changed(Original original) throws DamagedEntry {
        String serial = original.message().serial().orElseThrow();
        long latestLsn = new StateAsOf(view, channel, Long.MAX_VALUE)
                .number(StateKind.MESSAGE, serial, original.lifetime())
                .orElse(original.lsn());
        if (latestLsn == original.lsn()) {
            return Optional.of(new ChangedMessage(original.message(), original, latestLsn, false, 0));
        }
        Optional<Entry> entry = view.entry(channel, latestLsn);
        Optional<Message> latest = entry.isEmpty() ? Optional.empty() : version(serial, entry.get());
        boolean appended =
                entry.isPresent() && entry.get().body() instanceof EntryBody.Version version && version.isFragment();
        // How many parts there are is not known: the next append counts them anew.
        int appends = appended ? ChangedMessage.APPENDS_MAX : 0;
        return latest.map(message -> new ChangedMessage(message, original, latestLsn, appended, appends));
    }

    /// The message in the version that was the latest at the LSN, with its summary.
    Optional<Message> latest(Original original, long asOfLsn) throws DamagedEntry {
        StateAsOf state = new StateAsOf(view, channel, asOfLsn);
        String serial = original.message().serial().orElseThrow();
        return latest(
                original.message(),
                state.number(StateKind.MESSAGE, serial, original.lifetime()),
                state.number(StateKind.SUMMARY, serial, original.lifetime()));
    }
}
