package io.hark.launcher.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private static final String ROOM = "room";
    private static final int READER = 1;
    private static final int OTHER_READER = 2;

    private final List<Event> history = new ArrayList<>();

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

        Report report = check();

        assertThat(report.anomalies()).isEmpty();
        assertThat(report.published()).isEqualTo(3);
        assertThat(report.delivered()).isEqualTo(6);
        assertThat(report.resumed()).isEqualTo(1);
    }

    @Test
    void anAcknowledgedMessageMustBeInTheLog() {
        accepted("a", "b");
        logged("a");

        assertFinds(Kind.LOST);
    }

    @Test
    void anUnansweredMessageMayBeMissing() {
        accepted("a");
        invoked("b");
        logged("a");

        assertThat(check().anomalies()).isEmpty();
    }

    @Test
    void whatNobodyPublishedIsAPhantomInTheLog() {
        logged("a");

        assertFinds(Kind.PHANTOM);
    }

    @Test
    void whatNobodyPublishedIsAPhantomAtAClient() {
        attach(READER);
        received(READER, "a");

        assertFinds(Kind.PHANTOM);
    }

    @Test
    void aMessageOfAnotherChannelIsAPhantom() {
        accepted("a");
        history.add(new Event.Logged("elsewhere", "a", serial("a")));
        logged("a");

        assertFinds(Kind.PHANTOM);
    }

    @Test
    void aClientMustNotGetWhatIsNotInTheLog() {
        attach(READER);
        invoked("a");
        received(READER, "a");

        assertFinds(Kind.NOT_LOGGED);
    }

    @Test
    void aRefusedPublishMustNotBeInTheLog() {
        invoked("a");
        history.add(new Event.Refused("a", 40009));
        logged("a");

        assertFinds(Kind.BAD_NACK);
    }

    @Test
    void theLogHasAMessageOnce() {
        accepted("a", "b");
        logged("a", "b", "a");

        assertFinds(Kind.DUPLICATE_IN_LOG);
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

        assertThat(Checker.check(history, true).anomalies()).isEmpty();
        assertFinds(Kind.FALSE_DISCONTINUITY);
    }

    @Test
    void aPublishersMessagesStayInOrder() {
        accepted("b", "a");
        logged("a", "b");

        assertFinds(Kind.PUBLISHER_REORDERED);
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

        assertFinds(Kind.GAP);
    }

    @Test
    void theFirstMessageAfterTheAttachMustCome() {
        attach(READER);
        accepted("a", "b");
        received(READER, "b");
        logged("a", "b");

        assertFinds(Kind.GAP);
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

        assertFinds(Kind.GAP);
    }

    @Test
    void aGapAfterAResumeIsAGap() {
        attach(READER);
        accepted("a", "b", "c");
        received(READER, "a");
        resumed(READER, "a");
        received(READER, "c");
        logged("a", "b", "c");

        assertFinds(Kind.GAP);
    }

    @Test
    void twoClientsMustAgreeOnTheOrder() {
        attach(READER);
        attach(OTHER_READER);
        accepted("a", "b");
        received(READER, "a", "b");
        received(OTHER_READER, "b", "a");
        logged("a", "b");

        assertThat(check().found(Kind.REORDERED_AT_CLIENT)).isTrue();
        OrderGraph order = new OrderGraph();
        order.follows("a", "b");
        order.follows("b", "c");
        assertThat(order.cycle()).isEmpty();
        order.follows("c", "a");
        assertThat(order.cycle()).isPresent();
    }

    @Test
    void aMessageHasOneSerial() {
        attach(READER);
        accepted("a");
        history.add(new Event.Received(READER, ROOM, "a", "another", "place-a"));
        logged("a");

        assertFinds(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void aMessageHasOneChannelSerial() {
        attach(READER);
        attach(OTHER_READER);
        accepted("a");
        received(READER, "a");
        history.add(new Event.Received(OTHER_READER, ROOM, "a", serial("a"), "elsewhere"));
        logged("a");

        assertFinds(Kind.POSITION_DISAGREEMENT);
    }

    @Test
    void aResumeStartsWhereTheClientAsked() {
        attach(READER);
        accepted("a");
        received(READER, "a");
        history.add(new Event.Attached(READER, ROOM, true, Optional.of("place-a"), "place-earlier", 0));
        logged("a");

        assertFinds(Kind.CURSOR_REGRESS);
    }

    @Test
    void whatAClientSawBrokenIsReported() {
        history.add(new Event.Violated(READER, "ACK out of order"));

        assertFinds(Kind.PROTOCOL_VIOLATION);
    }

    private void attach(int client) {
        history.add(new Event.Attached(client, ROOM, false, Optional.empty(), "start", 0));
    }

    private void resumed(int client, String after) {
        history.add(new Event.Attached(client, ROOM, true, Optional.of("place-" + after), "place-" + after, 0));
    }

    private void lost(int client, String after) {
        history.add(new Event.Attached(client, ROOM, false, Optional.of("place-" + after), "now", 90003));
    }

    private void invoked(String id) {
        history.add(new Event.Invoked(7, ROOM, id));
    }

    private void accepted(String... ids) {
        List.of(ids).forEach(this::invoked);
        List.of(ids).forEach(id -> history.add(new Event.Accepted(id, serial(id))));
    }

    private void received(int client, String... ids) {
        List.of(ids).forEach(id -> history.add(new Event.Received(client, ROOM, id, serial(id), "place-" + id)));
    }

    private void logged(String... ids) {
        List.of(ids).forEach(id -> history.add(new Event.Logged(ROOM, id, serial(id))));
    }

    private static String serial(String id) {
        return "serial-" + id;
    }

    private Report check() {
        return Checker.check(Collections.unmodifiableList(history), false);
    }

    private void assertFinds(Kind kind) {
        Report report = check();
        assertThat(report.found(kind)).as(report.toString()).isTrue();
    }
}
