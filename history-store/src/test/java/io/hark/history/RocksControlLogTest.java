package io.hark.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ControlLog;
import io.hark.channel.ControlLog.Command;
import io.hark.channel.ControlLog.State;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksControlLogTest {
    @TempDir
    Path dir;

    private static State decide(ControlLog log, Command command) throws Exception {
        return log.propose(command).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void everyLifeOfANodeHasAHigherEpochAndOneLifeOnlyOne() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            ControlLog log = subject.rocks().controlLog();
            assertThat(decide(log, new Command.Register("n1", "life-1")).epoch())
                    .isEqualTo(1);
            assertThat(decide(log, new Command.Register("n1", "life-1")).version())
                    .isEqualTo(1);

            subject.reopen();
            State second = decide(subject.rocks().controlLog(), new Command.Register("n1", "life-2"));
            assertThat(second.epoch()).isEqualTo(2);
            assertThat(second.incarnation()).isEqualTo("life-2");
        }
    }

    @Test
    void appsArePutReplacedDeletedAndKept() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            ControlLog log = subject.rocks().controlLog();
            decide(log, new Command.PutApp("a1", new byte[] {1}));
            decide(log, new Command.PutApp("a1", new byte[] {1}));
            decide(log, new Command.PutApp("a2", new byte[] {2}));
            decide(log, new Command.PutApp("a2", new byte[] {3}));
            State last = decide(log, new Command.DeleteApp("a1"));
            assertThat(last.version()).isEqualTo(4);

            subject.reopen();
            State reopened = subject.rocks().controlLog().state();
            assertThat(reopened.version()).isEqualTo(4);
            assertThat(reopened.apps()).containsOnlyKeys("a2");
            assertThat(reopened.apps().get("a2")).containsExactly(3);
        }
    }

    @Test
    void listenersSeeEveryChangeInOrder() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            ControlLog log = subject.rocks().controlLog();
            List<Long> versions = new CopyOnWriteArrayList<>();
            log.onChange(state -> versions.add(state.version()));
            for (byte i = 0; i < 20; i++) {
                log.propose(new Command.PutApp("a", new byte[] {i}));
            }
            decide(log, new Command.DeleteApp("none"));

            assertThat(versions).isSorted().hasSize(20);
        }
    }
}
