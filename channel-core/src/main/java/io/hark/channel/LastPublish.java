package io.hark.channel;

import io.hark.protocol.Message;
import io.hark.protocol.MessageSerial;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: the rows that hold a channel's last publish and what became of its messages (ADR 21).
///
/// Each row holds an entry once more, by its time: that of the publish, those with later versions of its
/// messages, those with summaries of their annotations. It changes with that entry. A row that another
/// has taken the place of goes with a later entry, once the other one is committed: so nothing needs to
/// be known of it but its key.
final class LastPublish {
    static final Duration KEPT = Duration.ofDays(365);

    /// Rows that go with one entry.
    static final int REMOVED_MAX = 64;

    /// What counts, the publish first.
    private final List<Row> rows = new ArrayList<>(1);

    /// What does not any more, the oldest first.
    private final ArrayDeque<Outdated> outdated = new ArrayDeque<>(0);

    private Optional<EntryHead> publish = Optional.empty();

    /// @param hlc    of the entry, which no other has
    /// @param serial of the message that it is about; empty for the publish itself
    private record Row(long hlc, EntryKind kind, String serial) {}

    /// @param sinceLsn the entry that has taken its place
    private record Outdated(long hlc, long sinceLsn) {}

    private LastPublish() {}

    /// Takes the step once it is known what is kept of the channel.
    static void whenKnown(SlotOwner owner, OwnedChannel channel, Consumer<PublishResult> refuse, Runnable step) {
        if (channel.last.isPresent()) {
            step.run();
            return;
        }
        owner.consult(channel, view -> load(view, channel.id.key()), refuse, loaded -> {
            channel.last = Optional.of(loaded);
            step.run();
        });
    }

    /// Blocking: what a store has, all of which is committed.
    private static LastPublish load(StoreView view, ChannelKey channel) throws DamagedEntry {
        LastPublish loaded = new LastPublish();
        for (StateRow row : LastPublishReader.rows(view, channel)) {
            Optional<Entry> entry = LastPublishReader.entry(row);
            if (entry.isEmpty() || !loaded.follow(entry.get(), true)) {
                loaded.outdated.add(new Outdated(LastPublishReader.hlc(row), 0));
            }
        }
        return loaded;
    }

    /// The rows that an entry changes with what it changes here.
    ///
    /// @param keepsLast whether it is to be kept if it is a publish
    List<StateChange> with(List<StateChange> others, Entry entry, boolean keepsLast, long committedLsn) {
        if (!follow(entry, keepsLast)) {
            return others;
        }
        List<StateChange> changes = new ArrayList<>(others);
        StateValue value = new StateValue(EntryCodec.encode(entry));
        changes.add(change(entry.hlc(), Optional.empty(), Optional.of(value)));
        for (int removed = 0; removed < REMOVED_MAX && isToGo(outdated.peek(), committedLsn); removed++) {
            // An owner that takes this back finds a row that says nothing, in the place of one that did not count.
            changes.add(change(outdated.poll().hlc(), Optional.of(StateValue.EMPTY), Optional.empty()));
        }
        return changes;
    }

    private static boolean isToGo(Outdated row, long committedLsn) {
        return row != null && row.sinceLsn() <= committedLsn;
    }

    private static StateChange change(long hlc, Optional<StateValue> before, Optional<StateValue> after) {
        Lifetime lifetime = new Lifetime(Hlc.millis(hlc), KEPT);
        return new StateChange(StateKind.LAST, LastPublishReader.key(hlc), lifetime, before, after);
    }

    /// @return whether the entry is to have a row
    private boolean follow(Entry entry, boolean keepsLast) {
        return switch (entry.body()) {
            case EntryBody.Messages messages -> {
                if (keepsLast) {
                    begin(entry);
                }
                yield keepsLast;
            }
            case EntryBody.Version version -> {
                boolean follows = publish.filter(head -> head.lsn() == version.originalLsn())
                        .isPresent();
                if (follows) {
                    boolean whole = !version.isFragment() || version.whole().isPresent();
                    add(entry, version.message().serial().orElseThrow(), whole);
                }
                yield follows;
            }
            case EntryBody.Annotations annotations -> {
                Optional<String> serial =
                        annotations.summary().flatMap(Message::serial).filter(this::isOfPublish);
                serial.ifPresent(of -> add(entry, of, true));
                yield serial.isPresent();
            }
            case EntryBody.None none -> false;
            case EntryBody.Presence presence -> false;
            case EntryBody.Objects objects -> false;
            case EntryBody.Refusal refusal -> false;
        };
    }

    private void begin(Entry entry) {
        rows.forEach(row -> outdated.add(new Outdated(row.hlc(), entry.lsn())));
        rows.clear();
        rows.add(new Row(entry.hlc(), EntryKind.MESSAGE, ""));
        publish = Optional.of(entry.head());
    }

    private boolean isOfPublish(String serial) {
        return publish.isPresent()
                && MessageSerial.parse(serial)
                        .filter(of -> of.oseq() == publish.get().oseq()
                                && new Origin(of.region(), of.lineage())
                                        .equals(publish.get().origin()))
                        .isPresent();
    }

    private void add(Entry entry, String serial, boolean whole) {
        Row added = new Row(entry.hlc(), entry.kind(), serial);
        if (whole) {
            rows.removeIf(row -> {
                boolean replaced = row.kind() == added.kind() && row.serial().equals(serial);
                if (replaced) {
                    outdated.add(new Outdated(row.hlc(), entry.lsn()));
                }
                return replaced;
            });
        }
        rows.add(added);
    }
}
