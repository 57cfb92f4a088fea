package io.hark.history;

import static io.hark.channel.HistoryStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.Slots;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksControlLogTest {
    @TempDir
    Path dir;

    private static ControlCommand register(String life) {
        return new ControlCommand.Register("n1", life, "h:1", 1, true, List.of());
    }

    @Test
    void whatWasDecidedIsThereAfterAReopen() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            ControlLog log = subject.rocks().controlLog();
            assertThat(log.state()).isEqualTo(ControlState.EMPTY);
            get(log.propose(register("life-1")));
            get(log.propose(new ControlCommand.Bootstrap(1, 1, Collections.nCopies(Slots.COUNT, List.of("n1")))));
            get(log.propose(new ControlCommand.PutApp("a1", new byte[] {1})));
            get(log.propose(new ControlCommand.PutApp("a2", new byte[] {2})));
            ControlState decided = get(log.propose(new ControlCommand.DeleteApp("a1")));
            assertThat(decided).isSameAs(log.state());

            subject.reopen();

            ControlState reopened = subject.rocks().controlLog().state();
            assertThat(reopened).usingRecursiveComparison().isEqualTo(decided);
            assertThat(reopened.apps()).containsOnlyKeys("a2");
            ControlState second = get(subject.rocks().controlLog().propose(register("life-2")));
            assertThat(second.slots()).allMatch(slot -> slot.epoch() == 2 && slot.isOwnedBy("n1"));
        }
    }

    @Test
    void itDecidesAloneAndIsNeverCutOff() {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            assertThat(subject.rocks().controlLog().leads()).isTrue();
            assertThat(subject.rocks().controlLog().silentMillis()).isZero();
        }
    }

    @Test
    void listenersSeeEveryChangeInOrderAndNothingElse() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            ControlLog log = subject.rocks().controlLog();
            List<Long> versions = new CopyOnWriteArrayList<>();
            log.onChange(state -> versions.add(state.version()));
            log.onChange(state -> {
                throw new IllegalStateException("a listener that fails keeps nobody from listening");
            });
            for (byte i = 0; i < 20; i++) {
                log.propose(new ControlCommand.PutApp("a", new byte[] {i}));
            }
            get(log.propose(new ControlCommand.DeleteApp("none")));

            assertThat(versions).isSorted().hasSize(20).doesNotHaveDuplicates();
        }
    }

    @Test
    void aClosedLogRefuses() {
        RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG);
        ControlLog log = subject.rocks().controlLog();
        subject.close();

        assertThatThrownBy(() -> get(log.propose(register("late"))))
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
