package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.jepsen.Anomaly.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private static final int ROOM = 3;
    private static final int PUBLISHER = 7;
    private static final int READER = 1;
    private static final int OTHER_READER = 2;
    private static final int NODE = 0;
    private static final int OTHER_NODE = 1;
    private static final Rules TOLERANT = new Rules(Rules.STRICT.answerWithin(), true);

    private final List<Event> history = new ArrayList<>();
    private final Map<String, Long> keys = new HashMap<>();

    @Test
    void aHistoryWithoutFaultsHasNone() {
        attach(READER);
        attach(OTHER_READER);
        accepted("a", "b", "c");
        received(READER, "a", "b");
        resumed(READER, "b");
        received(READER, "c");
        received(OTHER_READER, "a", "b", "c");
        logged("a", "b", "c");
        loggedAt(OTHER_NODE, "a", "b", "c");
        present(Event.Present.TRUTH, "m=1");
        present("node-1", "m=1");

        Verdict verdict = check();

        assertThat(verdict.anomalies()).isEmpty();
        assertThat(verdict.failures()).isZero();
        assertThat(verdict.published()).isEqualTo(3);
        assertThat(verdict.acked()).isEqualTo(3);
        assertThat(verdict.delivered()).isEqualTo(6);
        assertThat(verdict.resumed()).isEqualTo(1);
        assertThat(verdict.compared()).isEqualTo(3);
        assertThat(verdict.views()).isEqualTo(1);
    }

    @Test
    void anAcknowledgedMessageMustBeInTheLog() {
        accepted("a", "b");
        logged("a");

        assertFindsOnly(Kind.LOST);
    }

    @Test
    void aRefusedMessageMayBeMissing() {
        invoked("a");
        refused("a");

        assertThat(check().anomalies()).isEmpty();
    }

    @Test
    void aMessageMustGetAnAnswer() {
        invoked("a");
        logged("a");

        assertFindsOnly(Kind.UNAVAILABLE);
    }

    @Test
    void anAnswerMustComeInTime() {
        invoked("a");
        long late = Duration.ofSeconds(61).toNanos() / 1_000;
        history.add(new Event.Accepted(late, key("a"), serial("a")));
        logged("a");

        assertFindsOnly(Kind.UNAVAILABLE);
    }

    @Test
    void whatNobodyPublishedIsAPhantomInTheLog() {
        logged("a");

        assertFindsOnly(Kind.PHANTOM);
    }

    @Test
    void aForeignMessageIsAPhantomInTheLog() {
        history.add(new Event.Logged(0, NODE, ROOM, MessageKey.FOREIGN, "serial"));

        assertFindsOnly(Kind.PHANTOM);
    }

    @Test
    void whatNobodyPublishedIsAPhantomAtAClient() {
        attach(READER);
        received(READER, "a");

        assertFindsOnly(Kind.PHANTOM);
    }

    @Test
    void aMessageOfAnotherChannelIsAPhantom() {
        accepted("a");
        logged("a");
        history.add(new Event.Logged(0, NODE, ROOM + 1, key("a"), "serial"));

        assertFindsOnly(Kind.PHANTOM);
    }

    @Test
    void aClientMustNotGetWhatIsNotInTheLog() {
        attach(READER);
        accepted("a");
        received(READER, "a");

        assertFinds(Kind.NOT_LOGGED);
        assertFinds(Kind.LOST);
    }

    @Test
    void aRefusedPublishMustNotBeInTheLog() {
        invoked("a");
        refused("a");
        logged("a");

        assertFindsOnly(Kind.BAD_NACK);
    }

    @Test
    void aRefusedPublishMustNotReachAClient() {
        attach(READER);
        invoked("a");
        refused("a");
        received(READER, "a");

        assertFinds(Kind.BAD_NACK);
    }

    @Test
    void theLogHasAMessageOnce() {
        accepted("a", "b");
        logged("a", "b", "a");

        assertFinds(Kind.DUPLICATE_IN_LOG);
    }

    @Test
    void whatWasSentUnderTwoIdentitiesMayBeInTheLogTwice() {
        attach(READER);
        invoked("a", "b");
        history.add(new Event.Reissued(0, key("a")));
        answered("a", "b");
        received(READER, "a", "b", "a");
        history.add(new Event.Logged(0, NODE, ROOM, key("a"), "serial-a"));
        history.add(new Event.Logged(0, NODE, ROOM, key("b"), "serial-b"));
        history.add(new Event.Logged(0, NODE, ROOM, key("a"), "serial-c"));

        assertThat(check().anomalies()).isEmpty();
    }

    @Test
    void aClientGetsAMessageOnceAlsoAcrossAResume() {
        attach(READER);
        accepted("a", "b");
        received(READER, "a", "b");
        resumed(READER, "b");
        received(READER, "b");
        logged("a", "b");

        assertFinds(Kind.DUPLICATE_AT_CLIENT);
    }

    @Test
    void aClientThatWasToldOfALossMayGetAMessageAgain() {
        attach(READER);
        accepted("a", "b");
        received(READER, "a", "b");
        lost(READER, "b");
        received(READER, "b");
        logged("a", "b");

        assertThat(Checker.check(History.of(history), TOLERANT).anomalies()).isEmpty();
        assertFindsOnly(Kind.FALSE_DISCONTINUITY);
        assertThat(check().failures()).isZero();
    }

    @Test
    void aPublishersMessagesStayInOrder() {
        accepted("b", "a");
        logged("a", "b");

        assertFindsOnly(Kind.PUBLISHER_REORDERED);
    }

    @Test
    void whatWasPublishedOverRestHasNoOrder() {
        history.add(new Event.Invoked(0, ROOM, key("b"), false));
        history.add(new Event.Invoked(0, ROOM, key("a"), false));
        answered("a", "b");
        logged("a", "b");

        assertThat(check().anomalies()).isEmpty();
    }

    @Test
    void aClientGetsMessagesInTheLogsOrder() {
        attach(READER);
        accepted("a", "b", "c");
        received(READER, "a", "c", "b");
        logged("a", "b", "c");

        assertFinds(Kind.REORDERED_AT_CLIENT);
    }

    @Test
    void aMissingMessageIsAGap() {
        attach(READER);
        accepted("a", "b", "c");
        received(READER, "a", "c");
        logged("a", "b", "c");

        assertFindsOnly(Kind.GAP);
    }

    @Test
    void theFirstMessageAfterTheAttachMustCome() {
        attach(READER);
        accepted("a", "b");
        received(READER, "b");
        logged("a", "b");

        assertFindsOnly(Kind.GAP);
    }

    @Test
    void messagesFromBeforeTheAttachNeedNotCome() {
        accepted("a");
        attach(READER);
        accepted("b");
        received(READER, "b");
        logged("a", "b");

        assertThat(check().anomalies()).isEmpty();
    }

    @Test
    void theLastMessagesMustComeToo() {
        attach(READER);
        accepted("a", "b");
        received(READER, "a");
        logged("a", "b");

        assertFindsOnly(Kind.GAP);
    }

    @Test
    void aGapAfterAResumeIsAGap() {
        attach(READER);
        accepted("a", "b", "c");
        received(READER, "a");
        resumed(READER, "a");
        received(READER, "c");
        logged("a", "b", "c");

        assertFindsOnly(Kind.GAP);
    }

    @Test
    void twoClientsMustAgreeOnTheOrder() {
        attach(READER);
        attach(OTHER_READER);
        accepted("a", "b");
        received(READER, "a", "b");
        received(OTHER_READER, "b", "a");
        logged("a", "b");

        assertFinds(Kind.ORDER_DIVERGENCE);
    }

    @Test
    void anOrderOfManyIsNoneWhenItHasACycle() {
        OrderGraph order = new OrderGraph();
        for (int entry = 0; entry < 500; entry++) {
            order.follows(entry, entry + 1);
            order.follows(entry, entry + 1);
        }
        assertThat(order.cycle()).isEmpty();

        order.follows(400, 100);

        assertThat(order.cycle()).isPresent();
    }

    @Test
    void aMessageHasOneSerial() {
        invoked("a");
        history.add(new Event.Accepted(0, key("a"), serial("another")));
        logged("a");

        assertFindsOnly(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void aMessageThatWasDeliveredBeforeItGotItsPlaceIsNotInTheLog() {
        attach(READER);
        accepted("a");
        history.add(new Event.Received(0, READER, ROOM, key("a"), serial("another"), place("a")));
        logged("a");

        assertFindsOnly(Kind.NOT_LOGGED);
    }

    @Test
    void aMessageHasOneChannelSerial() {
        attach(READER);
        attach(OTHER_READER);
        accepted("a");
        received(READER, "a");
        history.add(new Event.Received(0, OTHER_READER, ROOM, key("a"), serial("a"), place("elsewhere")));
        logged("a");

        assertFindsOnly(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void aChannelSerialHasOneMessage() {
        attach(READER);
        accepted("a", "b");
        received(READER, "a");
        history.add(new Event.Received(0, READER, ROOM, key("b"), serial("b"), place("a")));
        logged("a", "b");

        assertFindsOnly(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void messagesOfDifferentChannelsMayHaveOneSerial() {
        invoked("a");
        history.add(new Event.Invoked(0, ROOM + 1, key("b"), true));
        history.add(new Event.Accepted(0, key("a"), serial("same")));
        history.add(new Event.Accepted(0, key("b"), serial("same")));
        history.add(new Event.Logged(0, NODE, ROOM, key("a"), "serial-same"));
        history.add(new Event.Logged(0, NODE, ROOM + 1, key("b"), "serial-same"));

        assertThat(check().anomalies()).isEmpty();
    }

    @Test
    void serialsGrowAlongTheLog() {
        accepted("b", "a");
        logged("b", "a");

        assertFindsOnly(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void aResumeStartsWhereTheClientAsked() {
        attach(READER);
        accepted("a");
        received(READER, "a");
        history.add(new Event.Attached(0, READER, ROOM, true, place("a"), place("earlier"), 0));
        logged("a");

        assertFindsOnly(Kind.CURSOR_REGRESS);
    }

    @Test
    void allNodesTellTheSameLog() {
        accepted("a", "b");
        logged("a", "b");
        loggedAt(OTHER_NODE, "b", "a");

        assertFindsOnly(Kind.LOG_DIVERGENCE);
    }

    @Test
    void noNodeTellsLessThanTheOthers() {
        accepted("a", "b");
        logged("a", "b");
        loggedAt(OTHER_NODE, "a");

        assertFindsOnly(Kind.LOG_DIVERGENCE);
    }

    @Test
    void noNodeTellsMoreThanTheOthers() {
        accepted("a", "b");
        logged("a");
        loggedAt(OTHER_NODE, "a", "b");

        assertFinds(Kind.LOG_DIVERGENCE);
    }

    @Test
    void nobodySeesAGhost() {
        present(Event.Present.TRUTH, "m=1");
        present("client 4", "m=1", "gone=1");

        assertFindsOnly(Kind.PRESENCE_DIVERGENCE);
    }

    @Test
    void everybodySeesWhoIsThere() {
        present(Event.Present.TRUTH, "m=1", "n=2");
        present("node-2", "m=1");

        assertFindsOnly(Kind.PRESENCE_DIVERGENCE);
    }

    @Test
    void everybodySeesTheLastUpdate() {
        present(Event.Present.TRUTH, "m=2");
        present("node-2", "m=1");

        assertFindsOnly(Kind.PRESENCE_DIVERGENCE);
    }

    @Test
    void whatAClientSawBrokenIsReported() {
        history.add(new Event.Violated(0, READER, "100% wrong: ACK out of order"));

        assertFindsOnly(Kind.PROTOCOL_VIOLATION);
    }

    @Test
    void whatItsOperatorSawBrokenIsReported() {
        history.add(new Event.Violated(0, Event.Violated.OPERATOR, "node-1 ended by itself"));

        assertFindsOnly(Kind.UNHEALTHY);
    }

    @Test
    void theEventsAroundAnAnomalyAreShown() {
        attach(READER);
        accepted("a", "b", "c", "d");
        received(READER, "a", "b", "d");
        logged("a", "b", "c", "d");
        Verdict verdict = check();

        Map<Anomaly, List<String>> evidence = Evidence.of(History.of(history), verdict.anomalies());

        assertThat(evidence).hasSize(1);
        assertThat(evidence.values().iterator().next())
                .anyMatch(line -> line.contains("client 1 got p7-1 "))
                .anyMatch(line -> line.contains("client 1 got p7-3 "))
                .anyMatch(line -> line.contains("p7-3 in the log"));
    }

    private void attach(int client) {
        history.add(new Event.Attached(0, client, ROOM, false, Event.NONE, place("start"), 0));
    }

    private void resumed(int client, String after) {
        history.add(new Event.Attached(0, client, ROOM, true, place(after), place(after), 0));
    }

    private void lost(int client, String after) {
        history.add(new Event.Attached(0, client, ROOM, false, place(after), place("now"), 90003));
    }

    private void invoked(String... names) {
        List.of(names).forEach(name -> history.add(new Event.Invoked(0, ROOM, key(name), true)));
    }

    private void answered(String... names) {
        List.of(names).forEach(name -> history.add(new Event.Accepted(0, key(name), serial(name))));
    }

    private void accepted(String... names) {
        invoked(names);
        answered(names);
    }

    private void refused(String name) {
        history.add(new Event.Refused(0, key(name), 40009));
    }

    private void received(int client, String... names) {
        List.of(names)
                .forEach(
                        name -> history.add(new Event.Received(0, client, ROOM, key(name), serial(name), place(name))));
    }

    private void logged(String... names) {
        loggedAt(NODE, names);
    }

    private void loggedAt(int node, String... names) {
        List.of(names).forEach(name -> history.add(new Event.Logged(0, node, ROOM, key(name), "serial-" + name)));
    }

    private void present(String viewer, String... members) {
        history.add(new Event.Present(0, viewer, ROOM, List.of(members)));
    }

    /// `a` is the publisher's message 0, and so on.
    private long key(String name) {
        return keys.computeIfAbsent(name, text -> MessageKey.of(PUBLISHER, text.charAt(0) - 'a'));
    }

    private static long serial(String name) {
        return MessageKey.hash("serial-" + name);
    }

    private static long place(String name) {
        return MessageKey.hash("place-" + name);
    }

    private Verdict check() {
        return Checker.check(History.of(history), Rules.STRICT);
    }

    private void assertFinds(Kind kind) {
        Verdict verdict = check();
        assertThat(verdict.found(kind)).as(verdict.toString()).isTrue();
    }

    private void assertFindsOnly(Kind kind) {
        Verdict verdict = check();
        assertThat(verdict.found().keySet()).as(verdict.toString()).containsExactly(kind);
    }
}
