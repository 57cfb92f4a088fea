package io.hark.channel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.Durability;
import io.hark.channel.EntryKind;
import io.hark.channel.sim.Anomaly.Kind;
import io.hark.channel.sim.History.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private final List<Recorded> history = new ArrayList<>();
    private long written;

    @Test
    void aCleanHistoryHasNoAnomaly() {
        attached("bob", at(0), at(0), false);
        published("ann:0", 1, 1);
        received("bob", "ann:0", 1);
        published("ann:1", 2, 2);
        attached("bob", at(1), at(1), true);
        received("bob", "ann:1", 2);
        entered("ann:2", 3, 3);
        received("bob", "ann:2", 3, EntryKind.PRESENCE);
        quiet("bob", 3, List.of("ann:u=ann:2"));
        add(new Event.OwnerMembers("n1", "ch", List.of("ann:u=ann:2")));

        assertThat(found()).isEmpty();
    }

    @Test
    void anAcknowledgedPublishThatIsNotInTheLogIsLost() {
        invoked("ann:0", 0);
        add(new Event.Acked("ann:0", 1));

        assertThat(found()).containsExactly(Kind.LOST_ACKED);
    }

    @Test
    void aNewLineageMayLackWhatWasAcknowledgedWithoutASync() {
        invoked("ann:0", 0);
        written("ann:0", 1, 1, Durability.REPLICATED);
        add(new Event.Acked("ann:0", 1));
        lineageBegins(2, 1);
        atRest("n1", true, new Place(1, 2, 1));

        assertThat(found()).isEmpty();
    }

    @Test
    void aNewLineageMayNotLackWhatWasSynced() {
        published("ann:0", 0, 1);
        lineageBegins(2, 1);
        atRest("n1", true, new Place(1, 2, 1));

        assertThat(found()).containsExactly(Kind.LOST_COMMITTED);
    }

    @Test
    void aCommittedEntryThatTheOwnerDoesNotHaveIsLost() {
        published("ann:0", 0, 1);
        published("ann:1", 1, 2);
        atRest("n1", true, at(2));

        assertThat(found()).containsExactly(Kind.LOST_COMMITTED);
    }

    @Test
    void replicasThatHoldOtherEntriesDiffer() {
        atRest("n1", true, at(1));
        atRest("n2", false, at(1), at(2));

        assertThat(found()).containsExactly(Kind.REPLICAS_DIFFER);
    }

    @Test
    void anEntryCommittedWithTooFewCopiesIsReported() {
        add(new Event.Began(2));
        invoked("ann:0", 0);
        written("ann:0", 1, 1, Durability.REPLICATED);

        assertThat(found()).containsExactly(Kind.COMMITTED_BEFORE_DURABLE);
    }

    @Test
    void anEntryThatNobodyPublishedIsAPhantom() {
        written("ann:0", 1, 1, Durability.FSYNC);

        assertThat(found()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void aDeliveryOfWhatIsNotInTheLogIsAPhantom() {
        attached("bob", at(0), at(0), false);
        invoked("ann:0", 0);
        received("bob", "ann:0", 1);

        assertThat(found()).containsExactly(Kind.PHANTOM);
    }

    @Test
    void onePublishTwiceInTheLogIsADuplicate() {
        published("ann:0", 0, 1);
        written("ann:0", 2, 1, Durability.FSYNC);

        assertThat(found()).contains(Kind.DUPLICATE_IN_LOG);
    }

    @Test
    void oneMessageTwiceAtOneClientIsADuplicateEvenAfterAResume() {
        attached("bob", at(0), at(0), false);
        published("ann:0", 0, 1);
        received("bob", "ann:0", 1);
        attached("bob", at(1), at(1), true);
        received("bob", "ann:0", 1);

        assertThat(found()).containsExactly(Kind.DUPLICATE_TO_CLIENT);
    }

    @Test
    void afterContinuityWasLostAMessageMayComeAgain() {
        attached("bob", at(0), at(0), false);
        published("ann:0", 0, 1);
        received("bob", "ann:0", 1);
        add(new Event.Forgot("bob", "ch"));
        attached("bob", Optional.empty(), at(0), false);
        received("bob", "ann:0", 1);

        assertThat(found()).isEmpty();
    }

    @Test
    void publishesOfOneConnectionInAnotherOrderAreReported() {
        invoked("ann:0", 0);
        invoked("ann:1", 1);
        written("ann:1", 1, 1, Durability.REPLICATED);
        written("ann:0", 2, 1, Durability.REPLICATED);
        add(new Event.Acked("ann:0", 2));

        assertThat(found()).containsExactly(Kind.PUBLISHER_REORDER);
    }

    @Test
    void aPublishThatWasDeclinedFirstMayComeLater() {
        invoked("ann:0", 0);
        invoked("ann:1", 1);
        add(new Event.Declined("ann:0"));
        written("ann:1", 1, 1, Durability.REPLICATED);
        written("ann:0", 2, 1, Durability.REPLICATED);
        add(new Event.Acked("ann:0", 2));

        assertThat(found()).isEmpty();
    }

    @Test
    void aSkippedEntryIsAGap() {
        attached("bob", at(0), at(0), false);
        published("ann:0", 0, 1);
        published("ann:1", 1, 2);
        received("bob", "ann:1", 2);

        assertThat(found()).containsExactly(Kind.GAP_WITHOUT_FLAG);
    }

    @Test
    void anEntryThatHasNotComeWhenAllIsQuietIsAGap() {
        attached("bob", at(0), at(0), false);
        published("ann:0", 0, 1);
        quiet("bob", 0, List.of());

        assertThat(found()).containsExactly(Kind.GAP_WITHOUT_FLAG);
    }

    @Test
    void aRewindMayLeaveOutWhatHasExpired() {
        published("ann:0", 0, 1);
        published("ann:1", 1, 2);
        published("ann:2", 2, 3);
        add(new Event.Expired("n1", at(2), "ch"));
        add(new Event.Attached("bob", "ch", Optional.empty(), true, at(0), 3, false));
        received("bob", "ann:0", 1);
        received("bob", "ann:2", 3);

        assertThat(found()).isEmpty();
    }

    @Test
    void aRewindMayLeaveOutAMessageWhoseLatestVersionHasExpired() {
        published("ann:0", 0, 1);
        published("ann:1", 1, 2);
        published("ann:2", 2, 3);
        invoked("ann:3", 3);
        written("ann:3", 4, 1, EntryKind.VERSION, Durability.FSYNC);
        add(new Event.Expired("n1", at(4), "ch"));
        add(new Event.Attached("bob", "ch", Optional.empty(), true, at(0), 4, false));
        received("bob", "ann:0", 1);
        received("bob", "ann:2", 3);

        assertThat(found()).isEmpty();
    }

    @Test
    void entriesThatComeInAnotherOrderAreReported() {
        published("ann:0", 0, 1);
        published("ann:1", 1, 2);
        attached("bob", Optional.empty(), at(1), false);
        received("bob", "ann:1", 2);
        received("bob", "ann:0", 1);

        assertThat(found()).contains(Kind.ORDER_DIVERGENCE, Kind.CURSOR_REGRESS);
    }

    @Test
    void onePlaceWithTwoEntriesIsADisagreement() {
        invoked("ann:0", 0);
        invoked("ann:1", 1);
        written("ann:0", 1, 1, Durability.REPLICATED);
        written("ann:1", 1, 2, Durability.REPLICATED);

        assertThat(found()).containsExactly(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void aPublishAcknowledgedAtAnotherPlaceIsADisagreement() {
        invoked("ann:0", 0);
        written("ann:0", 1, 1, Durability.REPLICATED);
        add(new Event.Acked("ann:0", 7));

        assertThat(found()).containsExactly(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void anOwnerThatWritesInALowerEpochIsStale() {
        invoked("ann:0", 0);
        invoked("ann:1", 1);
        written("ann:0", 1, 2, Durability.REPLICATED);
        written("ann:1", 2, 1, Durability.REPLICATED);

        assertThat(found()).containsExactly(Kind.STALE_OWNER_WRITE);
    }

    @Test
    void aResumeFromAnotherPlaceThanTheClientsIsARegress() {
        published("ann:0", 0, 1);
        attached("bob", at(1), at(0), true);

        assertThat(found()).containsExactly(Kind.CURSOR_REGRESS);
    }

    @Test
    void continuityGivenUpWithoutReasonIsReported() {
        attached("bob", Optional.of(at(1)), at(3), false);

        assertThat(found()).containsExactly(Kind.FALSE_DISCONTINUITY);
    }

    @Test
    void continuityMayBeGivenUpForExpiredEntriesAndForACutLineage() {
        add(new Event.Expired("n1", at(2), "ch"));
        attached("bob", Optional.of(at(1)), at(2), false);
        lineageBegins(2, 4);
        attached("ann", Optional.of(at(4)), at(3), false);

        assertThat(found()).isEmpty();
    }

    @Test
    void aMissingMemberAGhostAndAWrongViewAreReported() {
        entered("ann:0", 0, 1);
        attached("bob", Optional.empty(), at(1), false);
        quiet("bob", 1, List.of());
        add(new Event.OwnerMembers("n1", "ch", List.of("eve:u=eve:0")));

        assertThat(new Checker().check(history))
                .extracting(Anomaly::kind)
                .containsExactly(Kind.PRESENCE_DIVERGENCE, Kind.PRESENCE_DIVERGENCE);
        assertThat(new Checker().check(history).getFirst().detail())
                .contains("missing [ann:u=ann:0]", "ghosts [eve:u=eve:0]");
    }

    @Test
    void aMemberOutlivingItsConnectionIsAGhost() {
        entered("ann:0", 0, 1);
        add(new Event.Ended("ann"));
        add(new Event.OwnerMembers("n1", "ch", List.of("ann:u=ann:0")));

        assertThat(found()).containsExactly(Kind.PRESENCE_DIVERGENCE);
    }

    @Test
    void aMessageThatAClientHasOtherwiseThanItsOwnerIsReported() {
        add(new Event.OwnerText("n1", "ch", "s", "ab"));
        add(new Event.ClientText("bob", "ch", "s", "ab"));
        add(new Event.ClientText("bob", "ch", "of which the owner said nothing", "c"));
        assertThat(found()).isEmpty();

        add(new Event.ClientText("eve", "ch", "s", "b"));

        assertThat(found()).containsExactly(Kind.TEXT_DIVERGENCE);
    }

    @Test
    void rowsAboutMessagesThatBothHaveAreTheSame() {
        Event.Row old = new Event.Row(1, "VERSION a");
        Event.Line line = new Event.Line(at(2), 1, "ann:1");
        Event.ReplicaAtRest owner = new Event.ReplicaAtRest(
                "n1", 1, true, 2, List.of(line), List.of(), List.of(old, new Event.Row(2, "b")));
        Event.ReplicaAtRest other =
                new Event.ReplicaAtRest("n2", 1, false, 2, List.of(line), List.of(), List.of(new Event.Row(2, "c")));
        published("ann:1", 1, 2);
        add(owner);
        add(other);

        assertThat(found()).containsExactly(Kind.REPLICAS_DIFFER);
    }

    @Test
    void aRefusedPublishInTheLogIsABadNack() {
        invoked("ann:0", 0);
        add(new Event.Refused("ann:0", true));
        written("ann:0", 1, 1, Durability.REPLICATED);

        assertThat(found()).containsExactly(Kind.BAD_NACK);
    }

    @Test
    void anAnswerBeforeTheSyncIsReported() {
        invoked("ann:0", 0);
        add(new Event.Written("n1", ++written, at(1), 1, "ch", "ann:0", EntryKind.MESSAGE, Durability.FSYNC));
        committed(at(1), 1, "ann:0", EntryKind.MESSAGE, Durability.FSYNC);
        add(new Event.Answered("ann:0", at(1)));

        assertThat(found()).containsExactly(Kind.COMMITTED_BEFORE_DURABLE, Kind.ACKED_BEFORE_DURABLE);
    }

    @Test
    void aDeliveryBeforeTheWriteIsReported() {
        add(new Event.Handed(at(1)));

        assertThat(found()).containsExactly(Kind.DELIVERED_BEFORE_DURABLE);
    }

    @Test
    void anAlarmAndWhatNeverEndsAreReported() {
        add(new Event.Alarm("committed entries are lost"));
        add(new Event.Stuck("no answer"));

        assertThat(found()).containsExactly(Kind.ALARM, Kind.STUCK);
    }

    private List<Kind> found() {
        return new Checker().check(history).stream().map(Anomaly::kind).toList();
    }

    private void add(Event event) {
        history.add(new Recorded(history.size(), event));
    }

    private static Place at(long lsn) {
        return new Place(1, 1, lsn);
    }

    private void invoked(String op, long serial) {
        add(new Event.Invoked(op, "ann", serial, "ch", false, Optional.empty()));
    }

    private void written(String op, long lsn, int epoch, Durability durability) {
        written(op, lsn, epoch, EntryKind.MESSAGE, durability);
    }

    private void written(String op, long lsn, int epoch, EntryKind kind, Durability durability) {
        add(new Event.Written("n1", ++written, at(lsn), epoch, "ch", op, kind, durability));
        add(new Event.Synced("n1", written));
        committed(at(lsn), epoch, op, kind, durability);
    }

    private void committed(Place place, int epoch, String op, EntryKind kind, Durability durability) {
        add(new Event.Committed("n1", epoch, place, epoch, "ch", op, kind, durability));
    }

    private void lineageBegins(int lineage, long lsn) {
        Place place = new Place(1, lineage, lsn);
        add(new Event.Written("n1", ++written, place, 2, "", "", EntryKind.NOOP, Durability.REPLICATED));
        add(new Event.Committed("n1", 2, place, 2, "", "", EntryKind.NOOP, Durability.REPLICATED));
    }

    private void atRest(String node, boolean owns, Place... places) {
        List<Event.Line> lines = new ArrayList<>();
        for (Place place : places) {
            String op = place.lineage() > 1 ? "" : "ann:" + (place.lsn() - 1);
            lines.add(new Event.Line(place, 1, op));
        }
        add(new Event.ReplicaAtRest(node, 1, owns, places[places.length - 1].lsn(), lines, List.of(), List.of()));
    }

    private void published(String op, long serial, long lsn) {
        invoked(op, serial);
        written(op, lsn, 1, Durability.FSYNC);
        acknowledged(op, lsn);
    }

    private void entered(String op, long serial, long lsn) {
        add(new Event.Invoked(op, "ann", serial, "ch", false, Optional.of(new Event.MemberOp("u", true))));
        written(op, lsn, 1, EntryKind.PRESENCE, Durability.FSYNC);
        acknowledged(op, lsn);
    }

    private void acknowledged(String op, long lsn) {
        add(new Event.Answered(op, at(lsn)));
        add(new Event.Acked(op, lsn));
        add(new Event.Handed(at(lsn)));
    }

    private void attached(String client, Place requested, Place from, boolean resumed) {
        attached(client, resumed ? Optional.of(requested) : Optional.empty(), from, resumed);
    }

    private void attached(String client, Optional<Place> requested, Place from, boolean resumed) {
        add(new Event.Attached(client, "ch", requested, false, from, from.lsn(), resumed));
    }

    private void received(String client, String op, long lsn) {
        received(client, op, lsn, EntryKind.MESSAGE);
    }

    private void received(String client, String op, long lsn, EntryKind kind) {
        add(new Event.Received(client, "ch", at(lsn), op, kind, true));
    }

    private void quiet(String client, long lsn, List<String> members) {
        add(new Event.Quiet(client, "ch", at(lsn), Optional.of(members)));
    }
}
