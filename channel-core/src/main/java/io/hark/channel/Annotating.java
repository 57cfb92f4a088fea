package io.hark.channel;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageSerial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: puts annotations on messages of one slot, and tells what they come to.
///
/// A summary is told with the annotation that changed it, unless one of the same message was told so
/// lately that they would take more of the log than [#BYTES_PER_SECOND]: then it is due, also for the
/// next owner, and told a little later with what came meanwhile.
final class Annotating {
    private static final int BYTES_PER_SECOND = 128 << 10;

    private final SlotOwner owner;

    Annotating(SlotOwner owner) {
        this.owner = owner;
    }

    /// What was worked out on the store's thread.
    private sealed interface Outcome {
        record Unknown() implements Outcome {}

        record Refused(ErrorInfo error) implements Outcome {}

        /// @param summary empty when it is not to be told now
        record Worked(
                Lifetime lifetime,
                List<StateChange> tallies,
                Optional<Map<String, Object>> summary,
                Optional<StateValue> toldBefore)
                implements Outcome {}
    }

    void annotate(
            OwnedChannel channel,
            Publish publish,
            Publish.Annotate annotate,
            long nowMillis,
            Consumer<PublishResult> reply) {
        String serial = annotate.messageSerial();
        List<Annotation> annotations = annotate.batch().annotations();
        boolean told = channel.summaries.mayBeTold(serial, nowMillis);
        work(channel, serial, annotations, annotate.bytesMax(), told, reply, outcome -> {
            switch (outcome) {
                case Outcome.Unknown() -> owner.refuse(channel, publish, MessageChanges.unknown(serial), reply);
                case Outcome.Refused(var error) -> owner.refuse(channel, publish, error, reply);
                case Outcome.Worked worked -> {
                    long hlc = owner.nextHlc(0);
                    AnnotationBatch batch = new AnnotationBatch(
                            annotate.batch().id(), annotate.batch().connectionId(), Hlc.millis(hlc), annotations);
                    append(channel, publish, hlc, serial, batch, worked, nowMillis, reply);
                }
            }
        });
    }

    /// Tells summaries that are due.
    void tick(OwnedChannel channel, long nowMillis) {
        for (String serial : channel.summaries.dueAt(nowMillis)) {
            channel.summaries.telling(serial);
            ChannelTable.inTurn(channel, () -> tell(channel, serial, nowMillis));
        }
    }

    private void tell(OwnedChannel channel, String serial, long nowMillis) {
        if (!channel.summaries.isDue(serial)) {
            return; // It was told while this waited.
        }
        Consumer<PublishResult> refused = result -> channel.summaries.dueAgain(serial);
        LastPublish.whenKnown(owner, channel, refused, () -> tellDue(channel, serial, nowMillis, refused));
    }

    private void tellDue(OwnedChannel channel, String serial, long nowMillis, Consumer<PublishResult> refused) {
        work(channel, serial, List.of(), channel.summaries.bytesMax(), true, refused, outcome -> {
            if (!(outcome instanceof Outcome.Worked worked)) {
                channel.summaries.forget(serial); // So is the row that says that it is due.
                return;
            }
            long hlc = owner.nextHlc(0);
            AnnotationBatch none =
                    new AnnotationBatch(owner.ownFrameId("summary"), Optional.empty(), Hlc.millis(hlc), List.of());
            Publish own = new Publish(
                    channel.id,
                    List.of(),
                    false,
                    Optional.empty(),
                    new Publish.Annotate(none, channel.summaries.bytesMax()),
                    new ChannelPolicy(Durability.REPLICATED, worked.lifetime().retention()));
            append(channel, own, hlc, serial, none, worked, nowMillis, refused);
        });
    }

    private void work(
            OwnedChannel channel,
            String serial,
            List<Annotation> annotations,
            int bytesMax,
            boolean told,
            Consumer<PublishResult> refuse,
            Consumer<Outcome> step) {
        ChannelKey key = channel.id.key();
        ProposedRows.Overlay proposed = channel.rows.startingWith(serial);
        Optional<MessageSerial> place = MessageSerial.parse(serial);
        long lsn = place.map(owner::lsnOf).orElse(0L);
        owner.consult(
                channel,
                view -> lsn == 0
                        ? new Outcome.Unknown()
                        : work(view, proposed, key, place.get(), lsn, annotations, bytesMax, told),
                refuse,
                step);
    }

    private static Outcome work(
            StoreView view,
            ProposedRows.Overlay proposed,
            ChannelKey channel,
            MessageSerial serial,
            long lsn,
            List<Annotation> annotations,
            int bytesMax,
            boolean told)
            throws DamagedEntry {
        Optional<MessageReader.Original> original = new MessageReader(view, channel).original(serial, lsn);
        if (original.isEmpty()) {
            return new Outcome.Unknown();
        }
        Lifetime lifetime = original.get().lifetime();
        StateRows rows = proposed.on(view);
        Tallies tallies = new Tallies(rows, channel, serial.toString(), lifetime);
        for (Annotation annotation : annotations) {
            tallies.apply(annotation);
        }
        Optional<ErrorInfo> refusal = adds(annotations) ? Summaries.refusal(tallies, bytesMax) : Optional.empty();
        if (refusal.isPresent()) {
            return new Outcome.Refused(refusal.get());
        }
        Optional<StateValue> toldBefore =
                rows.page(StateQuery.one(channel, StateKind.SUMMARY, serial.toString(), lifetime)).rows().stream()
                        .map(StateRow::value)
                        .findFirst();
        return new Outcome.Worked(
                lifetime,
                tallies.changes(),
                told ? Optional.of(Summaries.of(tallies, bytesMax)) : Optional.empty(),
                toldBefore);
    }

    private static boolean adds(List<Annotation> annotations) {
        return annotations.stream().anyMatch(annotation -> annotation.action() == AnnotationAction.CREATE);
    }

    private void append(
            OwnedChannel channel,
            Publish publish,
            long hlc,
            String serial,
            AnnotationBatch batch,
            Outcome.Worked worked,
            long nowMillis,
            Consumer<PublishResult> reply) {
        Optional<Message> summary = worked.summary().map(tree -> Summaries.message(serial, tree));
        long lsn = owner.nextLsn();
        List<StateChange> rows = new ArrayList<>(worked.tallies());
        for (int index = 0; index < batch.annotations().size(); index++) {
            rows.add(new StateChange(
                    StateKind.ANNOTATION,
                    ChangedMessage.versionKey(serial, owner.nextSerial(hlc, index)),
                    worked.lifetime(),
                    Optional.empty(),
                    Optional.of(StateValue.of(lsn))));
        }
        boolean wasDue = channel.summaries.isDue(serial);
        if (summary.isPresent()) {
            rows.add(new StateChange(
                    StateKind.SUMMARY,
                    serial,
                    worked.lifetime(),
                    worked.toldBefore(),
                    Optional.of(StateValue.of(lsn))));
        }
        if (wasDue == summary.isPresent()) {
            rows.add(dueRow(serial, worked.lifetime(), wasDue));
        }
        EntryBody body = new EntryBody.Annotations(batch, summary);
        if (!owner.append(channel, publish, hlc, body, rows, reply)) {
            return;
        }
        if (summary.isPresent()) {
            long restMillis = Summaries.size(summary.get()) * 1_000L / BYTES_PER_SECOND;
            channel.summaries.told(serial, nowMillis + restMillis, nowMillis);
        } else {
            channel.summaries.due(serial);
        }
    }

    private static StateChange dueRow(String serial, Lifetime lifetime, boolean wasDue) {
        Optional<StateValue> there = Optional.of(StateValue.EMPTY);
        return new StateChange(
                StateKind.SUMMARY_DUE,
                serial,
                lifetime,
                wasDue ? there : Optional.empty(),
                wasDue ? Optional.empty() : there);
    }
}
