package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.stats.Interval;
import io.hark.stats.RollUp;
import io.hark.stats.StatsReport;
import io.hark.stats.StatsRetention;
import io.hark.stats.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: keeps the statistics of apps as rows of state of a channel of each, which no client can name (ADR 18). A
/// report
/// is an entry of that channel; one at a time is folded into the rows, so that what is read is what is committed.
final class StatsKeeper {
    /// Entries only say which report has come; the rows are what is kept.
    private static final ChannelPolicy POLICY = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));

    /// Rows of one key: one, and those of other retentions that were configured before.
    private static final int SAME_KEY_MAX = 16;

    private final SlotOwner owner;
    private final SlotEffects effects;

    StatsKeeper(SlotOwner owner, SlotEffects effects) {
        this.owner = owner;
        this.effects = effects;
    }

    /// Where a row is.
    private record Place(StateKind kind, String key, Lifetime lifetime) {
        static Place of(StatsUpdate update, Unit unit) {
            Interval interval = update.report().minute().in(unit);
            return new Place(
                    StatsUpdate.rowsOf(unit),
                    interval.id(),
                    new Lifetime(interval.startMillis(), update.retention().of(unit)));
        }

        static Place ofSource(StatsReport report) {
            return new Place(
                    StateKind.SOURCE_STATS,
                    report.rowKey(),
                    new Lifetime(report.minute().startMillis(), StatsRetention.REPORTS));
        }

        StateQuery query(ChannelKey channel) {
            return new StateQuery(channel, kind, key, key, lifetime.millis(), lifetime.millis(), SAME_KEY_MAX);
        }

        boolean isOf(StateRow row) {
            return row.key().equals(key) && row.lifetime().retention().equals(lifetime.retention());
        }

        StateChange change(Optional<byte[]> before, Optional<byte[]> after) {
            return new StateChange(kind, key, lifetime, before.map(StateValue::new), after.map(StateValue::new));
        }
    }

    /// @param reply once the report is in the log for good, or was before
    void count(StatsUpdate update, long nowMillis, Consumer<PublishResult> reply) {
        owner.channels.with(update.channel(), nowMillis, reply, channel -> {
            channel.waiting = true;
            List<Place> places = new ArrayList<>();
            places.add(Place.ofSource(update.report()));
            for (Unit unit : Unit.values()) {
                places.add(Place.of(update, unit));
            }
            read(channel, places, new ArrayList<>(), (values, failure) -> {
                if (failure != null) {
                    refuse(channel, ChannelTable.unavailable(channel), reply);
                } else {
                    fold(channel, update.report(), places, values, reply);
                }
            });
        });
    }

    /// Reads the rows one after the other.
    private void read(
            OwnedChannel channel,
            List<Place> places,
            List<Optional<byte[]>> values,
            BiConsumer<List<Optional<byte[]>>, Throwable> done) {
        if (values.size() == places.size()) {
            done.accept(values, null);
            return;
        }
        Place place = places.get(values.size());
        effects.consult(view -> view.state(place.query(channel.id.key())), (page, failure) -> {
            if (owner.isClosed()) {
                return;
            }
            if (failure != null) {
                done.accept(values, failure);
                return;
            }
            values.add(page.rows().stream()
                    .filter(place::isOf)
                    .map(row -> row.value().bytes())
                    .findFirst());
            read(channel, places, values, done);
        });
    }

    private void fold(
            OwnedChannel channel,
            StatsReport report,
            List<Place> places,
            List<Optional<byte[]>> values,
            Consumer<PublishResult> reply) {
        Optional<RollUp.Rows> after;
        try {
            after = RollUp.of(report, new RollUp.Rows(values.getFirst(), values.subList(1, values.size())));
        } catch (IllegalArgumentException unreadable) {
            refuse(channel, ErrorCode.INTERNAL.info(unreadable.getMessage()), reply);
            return;
        }
        if (after.isEmpty()) {
            goOn(channel, new PublishResult.Accepted(List.of()), reply);
        } else if (effects.overloaded()) {
            refuse(channel, ErrorCode.OVERLOADED.info(), reply);
        } else {
            List<StateChange> changes = new ArrayList<>();
            changes.add(places.getFirst().change(values.getFirst(), after.get().source()));
            for (int index = 1; index < places.size(); index++) {
                changes.add(places.get(index)
                        .change(values.get(index), after.get().units().get(index - 1)));
            }
            append(channel, report, changes, reply);
        }
    }

    private void append(
            OwnedChannel channel, StatsReport report, List<StateChange> changes, Consumer<PublishResult> reply) {
        long hlc = owner.nextHlc(0);
        MessageBatch batch = new MessageBatch(
                report.rowKey() + ':' + report.seq(),
                Optional.empty(),
                Hlc.millis(hlc),
                List.of(Message.of(Optional.of("report"), Payload.NONE)));
        Entry entry = owner.nextEntry(channel.id.key(), channel.proposedLsn, hlc, new EntryBody.Messages(batch));
        List<Consumer<Entry>> waiters = new ArrayList<>(1);
        waiters.add(committed -> goOn(channel, new PublishResult.Stored(committed.receipt()), reply));
        owner.append(new InFlight(entry, Optional.of(channel), List.of(), List.of(), changes, waiters), POLICY);
    }

    private void refuse(OwnedChannel channel, ErrorInfo error, Consumer<PublishResult> reply) {
        goOn(channel, new PublishResult.Refused(error), reply);
    }

    private void goOn(OwnedChannel channel, PublishResult result, Consumer<PublishResult> reply) {
        channel.waiting = false;
        reply.accept(result);
        owner.channels.unpark(channel);
    }

    /// Reads rows, none of which is in doubt.
    void rows(ChannelId id, StateQuery query, long nowMillis, BiConsumer<StatePage, ErrorInfo> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(null, error);
            }
        };
        owner.channels.with(id, nowMillis, refuse, channel -> {
            channel.waiting = true;
            effects.consult(view -> view.state(query), (page, failure) -> {
                if (owner.isClosed()) {
                    return;
                }
                channel.waiting = false;
                if (failure == null) {
                    reply.accept(page, null);
                } else {
                    reply.accept(null, ChannelTable.unavailable(channel));
                }
                owner.channels.unpark(channel);
            });
        });
    }
}
