package io.hark.channel;

import io.hark.protocol.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Confined: the whole messages behind appends of one channel, for attachments that have not been handed
/// what was appended to. One is read for all of them, and joined with what comes next where that is
/// wanted whole, too.
final class WholeMessages {
    private static final int KEPT_MAX = 4;

    private final ChannelKey channel;
    private final BiConsumer<HistoryQuery, BiConsumer<HistoryPage, Throwable>> read;

    /// By serial, those that were asked for last.
    private final Map<String, Known> known = new LinkedHashMap<>(0, 0.75f, true);

    /// By LSN, who waits for what is being read.
    private final Map<Long, List<BiConsumer<Entry, Throwable>>> waiting = new HashMap<>(0);

    private record Known(long lsn, Message message) {}

    WholeMessages(ChannelKey channel, BiConsumer<HistoryQuery, BiConsumer<HistoryPage, Throwable>> read) {
        this.channel = channel;
        this.read = read;
    }

    /// The append's entry as one that tells the whole message, if that is at hand.
    Optional<Entry> atHand(Entry append) {
        EntryBody.Version version = (EntryBody.Version) append.body();
        String serial = version.message().serial().orElseThrow();
        Known before = known.get(serial);
        if (version.whole().isPresent()) {
            return Optional.of(kept(serial, append, version.whole().get()));
        }
        if (before == null || before.lsn() != append.lsn() && before.lsn() != version.previousLsn()) {
            return Optional.empty();
        }
        Message whole = before.lsn() == append.lsn()
                ? before.message()
                : MessageReader.joined(before.message(), version.message());
        return Optional.of(kept(serial, append, whole));
    }

    private Entry kept(String serial, Entry append, Message whole) {
        known.put(serial, new Known(append.lsn(), whole));
        if (known.size() > KEPT_MAX) {
            known.remove(known.keySet().iterator().next());
        }
        return MessageReader.withWhole(append, whole);
    }

    /// Reads what is not at hand.
    ///
    /// @param then gets the append's entry as one that tells the whole message; as it is when that is
    ///             not kept any more
    void read(Entry append, BiConsumer<Entry, Throwable> then) {
        List<BiConsumer<Entry, Throwable>> others = waiting.get(append.lsn());
        if (others != null) {
            others.add(then);
            return;
        }
        List<BiConsumer<Entry, Throwable>> all = new ArrayList<>(1);
        all.add(then);
        waiting.put(append.lsn(), all);
        HistoryQuery query = HistoryQuery.after(channel, append.lsn() - 1, append.lsn(), 1, 1)
                .inForm(new EntryForm(0, Long.MAX_VALUE));
        read.accept(query, (page, failure) -> {
            waiting.remove(append.lsn());
            Entry found = failure == null && !page.entries().isEmpty()
                    ? page.entries().getFirst()
                    : append;
            if (found.body() instanceof EntryBody.Version version && !version.isFragment()) {
                kept(version.message().serial().orElseThrow(), append, version.message());
            }
            all.forEach(each -> each.accept(found, failure));
        });
    }
}
