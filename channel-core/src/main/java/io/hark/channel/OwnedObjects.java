package io.hark.channel;

import io.hark.objects.ObjectChange;
import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectEdit;
import io.hark.objects.ObjectPages;
import io.hark.objects.ObjectPublish;
import io.hark.objects.ObjectRules;
import io.hark.objects.ObjectTree;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/// Confined: the objects of one channel while its owner has them in memory: as all that was appended
/// leaves them, and as what is committed does. Each is a value, so that what somebody reads page by
/// page stays as it was.
///
/// Whatever is done here by time is done when an operation gives occasion, and by its time: what nobody
/// sees any more is collected after [ObjectRules#GRACE], and objects that cannot be reached for as long are
/// deleted.
final class OwnedObjects {
    /// Clients may have operations on their way for so long; what is older may go if there is need.
    private static final Duration GRACE_IN_NEED = Duration.ofMinutes(2);

    private static final Duration SWEEP_EVERY = Duration.ofMinutes(10);
    private static final Duration SWEEP_EVERY_IN_NEED = Duration.ofMinutes(1);
    private static final Duration SNAPSHOT_KEPT = Duration.ofSeconds(30);
    private static final int COLLECTED_AT_ONCE = 64;
    private static final int SWEPT_AT_ONCE = 200;
    private static final int SNAPSHOTS_MAX = 64;
    private static final int PAGE_BYTES_MAX = 48 << 10;

    private final ObjectsMemory memory;
    private final ArrayDeque<Proposed> inFlight = new ArrayDeque<>();
    private final Map<Long, Snapshot> snapshots = new LinkedHashMap<>(0, 0.75f, true);
    private ObjectTree proposed;
    private ObjectTree committed;
    private long lastSnapshot;
    private long sweptMillis;
    private long usedMillis;

    /// The objects after the entry.
    private record Proposed(long lsn, ObjectTree tree) {}

    private record Snapshot(long lsn, ObjectTree tree, long usedMillis) {}

    /// What an update comes to.
    sealed interface Step {
        record Refused(ErrorInfo error) implements Step {}

        /// @param changes of rows of the channel's state
        record Changed(List<ObjectMessage> operations, List<StateChange> changes, ObjectTree tree) implements Step {}
    }

    /// @param epoch of the owner: another one's snapshots have other numbers
    OwnedObjects(ObjectTree loaded, int epoch, ObjectsMemory memory) {
        this.proposed = loaded;
        this.committed = loaded;
        this.lastSnapshot = (long) epoch << Integer.SIZE;
        this.memory = memory;
        memory.add(loaded.bytes());
    }

    void used(long nowMillis) {
        usedMillis = nowMillis;
    }

    /// @param serials of the operations, by their place in the update
    Step propose(ObjectUpdate update, IntFunction<String> serials, String site, long millis) {
        ObjectEdit edit = new ObjectEdit(proposed);
        ObjectPublish publish = new ObjectPublish(edit, serials, site, millis);
        for (ObjectCommand command : update.commands()) {
            Optional<ErrorInfo> refusal = publish.perform(command);
            if (refusal.isPresent()) {
                return new Step.Refused(refusal.get());
            }
        }
        long added = Math.max(0, edit.tree().bytes() - proposed.bytes());
        boolean muchSpent = edit.tree().bytes() - edit.tree().liveBytes() > update.bytesMax();
        Duration kept = muchSpent ? GRACE_IN_NEED : ObjectRules.GRACE;
        edit.collect(millis - kept.toMillis(), COLLECTED_AT_ONCE, 2 * added);
        ObjectTree after = edit.tree();
        boolean tooLarge = after.liveBytes() > update.bytesMax() && after.liveBytes() > proposed.liveBytes()
                || after.bytes() > 2 * update.bytesMax() && after.bytes() > proposed.bytes();
        if (tooLarge) {
            return new Step.Refused(ErrorCode.OBJECTS_TOO_LARGE.info(
                    "the objects of channel %s would be %d bytes, the limit is %d; remove some"
                            .formatted(update.channel().name(), after.liveBytes(), update.bytesMax())));
        }
        return new Step.Changed(publish.performed(), rows(edit), after);
    }

    /// What is to be done with objects that nothing leads to, if it is time to look and there is
    /// something to do. It is a step of the owner's own, so that it is also taken where an update is
    /// refused because there is no room.
    Optional<Step.Changed> tidy(long bytesMax, IntFunction<String> serials, String site, long millis) {
        boolean need = proposed.liveBytes() > bytesMax - bytesMax / 4;
        if (millis - sweptMillis < (need ? SWEEP_EVERY_IN_NEED : SWEEP_EVERY).toMillis()) {
            return Optional.empty();
        }
        ObjectEdit edit = new ObjectEdit(proposed);
        long since = millis - (need ? GRACE_IN_NEED : ObjectRules.GRACE).toMillis();
        ObjectEdit.Sweep sweep = edit.sweep(millis, since, SWEPT_AT_ONCE);
        if (sweep.complete()) {
            sweptMillis = millis;
        }
        List<ObjectMessage> operations = sweep.due().stream()
                .map(id -> ObjectMessage.of(new ObjectOperation.ObjectDelete(id)))
                .toList();
        for (int index = 0; index < operations.size(); index++) {
            edit.apply(operations.get(index).operation(), serials.apply(index), site, millis);
        }
        List<StateChange> changes = rows(edit);
        return changes.isEmpty() ? Optional.empty() : Optional.of(new Step.Changed(operations, changes, edit.tree()));
    }

    private static List<StateChange> rows(ObjectEdit edit) {
        List<ObjectChange> changes = edit.changes();
        return changes.stream().map(ObjectRowCodec::change).toList();
    }

    /// The entry with that step was appended.
    void appended(long lsn, Step.Changed step) {
        memory.add(step.tree().bytes() - proposed.bytes());
        proposed = step.tree();
        inFlight.add(new Proposed(lsn, step.tree()));
    }

    void committed(long lsn) {
        while (!inFlight.isEmpty() && inFlight.peek().lsn() <= lsn) {
            committed = inFlight.poll().tree();
        }
    }

    /// @param committedLsn all that is committed of the channel is in it
    /// @return empty when the moment that is asked for is forgotten
    Optional<ObjectsPage> page(ObjectsQuery query, long committedLsn, long nowMillis) {
        long number = query.snapshot();
        Snapshot snapshot = number == 0 ? snapshot(query, committedLsn, nowMillis) : snapshots.remove(number);
        if (snapshot == null) {
            return Optional.empty();
        }
        ObjectPages.Page page = ObjectPages.page(snapshot.tree(), query.from(), PAGE_BYTES_MAX);
        if (!page.isLast()) {
            number = number == 0 ? ++lastSnapshot : number;
            keep(number, new Snapshot(snapshot.lsn(), snapshot.tree(), nowMillis));
        }
        return Optional.of(new ObjectsPage(number, snapshot.lsn(), page.objects(), page.next()));
    }

    private Snapshot snapshot(ObjectsQuery query, long committedLsn, long nowMillis) {
        ObjectTree tree = query.scope()
                .map(scope -> ObjectPages.along(committed, scope.start(), scope.path()))
                .orElse(committed);
        return new Snapshot(committedLsn, tree, nowMillis);
    }

    private void keep(long number, Snapshot snapshot) {
        snapshots.put(number, snapshot);
        if (snapshots.size() > SNAPSHOTS_MAX) {
            snapshots.remove(snapshots.keySet().iterator().next());
        }
    }

    /// Forgets what nobody has asked for lately.
    ///
    /// @return whether nobody would notice if the objects were dropped from memory and loaded again
    ///         later
    boolean isIdle(long idleSinceMillis, long nowMillis) {
        long kept = nowMillis - SNAPSHOT_KEPT.toMillis();
        for (Iterator<Snapshot> oldest = snapshots.values().iterator(); oldest.hasNext(); ) {
            if (oldest.next().usedMillis() > kept) {
                break;
            }
            oldest.remove();
        }
        return inFlight.isEmpty() && snapshots.isEmpty() && usedMillis < idleSinceMillis;
    }

    /// They are no longer in memory.
    void dropped() {
        memory.add(-proposed.bytes());
    }
}
