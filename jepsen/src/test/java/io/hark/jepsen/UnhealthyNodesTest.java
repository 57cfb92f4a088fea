package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the checker makes of nodes that ended by themselves or cannot be read in the end.
class UnhealthyNodesTest {
    private static final int ROOM = 3;
    private static final long MESSAGE = MessageKey.of(1, 0);

    private final List<Event> history =
            new ArrayList<>(List.of(new Event.Invoked(0, ROOM, MESSAGE, true), new Event.Accepted(1, MESSAGE, 0)));

    @Test
    void aNodeThatEndedByItselfIsAnAnomalyOfItsOwn() {
        logged(0);
        history.add(new Event.Ended(7, 1, 70));

        assertFindsOnly(Kind.ENDED_BY_ITSELF);
    }

    @Test
    void whatNobodyTellsIsNotCalledLost() {
        history.add(new Event.Unread(2, 0, ROOM));
        history.add(new Event.Unread(2, Event.Unread.NOBODY, ROOM));

        assertFindsOnly(Kind.UNHEALTHY);
    }

    @Test
    void whatOneNodeDoesNotTellIsComparedAmongTheOthers() {
        history.add(new Event.Logged(2, 0, ROOM + 1, MessageKey.FOREIGN, "s"));
        history.add(new Event.Unread(2, 0, ROOM));
        logged(1);

        Verdict verdict = check();

        assertThat(verdict.found(Kind.LOST)).as(verdict.toString()).isFalse();
        assertThat(verdict.logged()).isEqualTo(2);
    }

    @Test
    void whatTheOthersTellDifferentlyDiverges() {
        history.add(new Event.Logged(2, 0, ROOM + 1, MessageKey.FOREIGN, "s"));
        history.add(new Event.Unread(2, 0, ROOM));
        logged(1);
        history.add(new Event.Logged(2, 2, ROOM, MESSAGE, "another serial"));

        assertThat(check().found(Kind.LOG_DIVERGENCE)).isTrue();
    }

    private void logged(int node) {
        history.add(new Event.Logged(2, node, ROOM, MESSAGE, "serial"));
    }

    private Verdict check() {
        return Checker.check(History.of(history), Rules.STRICT);
    }

    private void assertFindsOnly(Kind kind) {
        Verdict verdict = check();
        assertThat(verdict.found().keySet()).as(verdict.toString()).containsExactly(kind);
    }
}
