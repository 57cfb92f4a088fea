package io.hark.cluster.control;

import static io.hark.cluster.control.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RatisControlLogTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    private static RaftTimeouts timeouts(Duration proposal, int proposalsMax) {
        RaftTimeouts defaults = RaftTimeouts.DEFAULT;
        return new RaftTimeouts(
                defaults.electionMin(), defaults.electionMax(), defaults.request(), proposal, proposalsMax, 64);
    }

    private LocalGroup voters(String... voters) {
        return new LocalGroup(dir, timeouts(Duration.ofSeconds(20), 1024), voters).startVoters();
    }

    private static ControlCommand.PutApp app(String id, int bytes) {
        return new ControlCommand.PutApp(id, ("{" + "x".repeat(bytes) + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static ControlState put(ControlLog log, String id) throws Exception {
        return put(log, id, 10);
    }

    private static ControlState put(ControlLog log, String id, int bytes) throws Exception {
        return log.propose(app(id, bytes)).toCompletableFuture().get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private static void everyoneHas(LocalGroup group, String app) {
        eventually(
                "everyone has " + app,
                LONG,
                () -> group.logs().stream().allMatch(log -> log.state().apps().containsKey(app)));
    }

    @Test
    void whatAnyNodeProposesAllNodesApply() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            for (String node : List.of("a", "b", "c")) {
                assertThat(put(group.log(node), "by-" + node).apps()).containsKey("by-" + node);
            }
            List.of("by-a", "by-b", "by-c").forEach(app -> everyoneHas(group, app));
            assertThat(group.logs()).extracting(ControlLog::leads).containsOnlyOnce(true);
            assertThat(group.logs()).extracting(log -> log.state().version()).containsOnly(3L);
        }
    }

    @Test
    void aNodeAloneDecidesAlone() throws Exception {
        try (LocalGroup group = voters("a")) {
            put(group.log("a"), "one");
            assertThat(group.log("a").silentMillis()).isZero();
            group.stop("a");
            assertThat(put(group.start("a"), "two").apps()).containsOnlyKeys("one", "two");
        }
    }

    @Test
    void listenersHearOfStatesInOrderAndOfTheLastOne() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            List<Long> versions = new CopyOnWriteArrayList<>();
            group.log("a").onChange(state -> versions.add(state.version()));
            List<CompletableFuture<ControlState>> proposed = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                proposed.add(group.log("b").propose(app("app" + i, 10)).toCompletableFuture());
            }
            CompletableFuture.allOf(proposed.toArray(CompletableFuture<?>[]::new))
                    .get(30, TimeUnit.SECONDS);
            eventually("the last state", LONG, () -> versions.contains(50L));
            assertThat(versions).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void aFollowerThatWasAwayLongGetsASnapshot() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            put(group.log("a"), "before");
            String away = group.follower();
            group.stop(away);
            writeUntilTheLogIsCut(group);
            group.start(away);
            everyoneHas(group, "last");
            assertThat(put(group.log(away), "after").apps()).containsKeys("before", "last", "after");
        }
    }

    @Test
    void aVoterThatLostItsDiskCatchesUpFromTheLogInAnIdleGroup() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            put(group.log("a"), "before");
            String lost = group.follower();
            group.stop(lost);
            group.wipe(lost);
            group.start(lost);
            everyoneHas(group, "before");
            assertThat(put(group.log(lost), "after").apps()).containsKeys("before", "after");
        }
    }

    @Test
    void aVoterThatLostItsDiskCatchesUpFromASnapshot() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            put(group.log("a"), "before");
            writeUntilTheLogIsCut(group);
            String lost = group.follower();
            group.stop(lost);
            group.wipe(lost);
            group.start(lost);
            everyoneHas(group, "last");
            assertThat(put(group.log(lost), "after").apps()).containsKeys("before", "last", "after");
        }
    }

    /// Some segments' worth, each entry the same app so that the snapshot stays small.
    private static void writeUntilTheLogIsCut(LocalGroup group) throws Exception {
        ControlLog log = group.log(group.leader());
        for (int i = 0; i < 400; i++) {
            put(log, "bulk", 40_000 + i);
        }
        put(log, "last");
    }

    @Test
    void aPlannedStopOfTheLeaderHandsOver() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            String first = group.leader();
            put(group.log(first), "one");
            group.stop(first);
            assertThat(put(group.log(group.leader()), "two").apps()).containsKeys("one", "two");
            put(group.start(first), "three");
            everyoneHas(group, "three");
        }
    }

    /// The leader lives on, so that nobody would stand for election otherwise.
    @Test
    void whenTheLeaderIsGoneTheFirstOfTheOthersTakesOver() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            String leader = group.leader();
            put(group.log(leader), "one");
            everyoneHas(group, "one");
            group.logs().forEach(log -> log.present(Set.of("a", "b", "c")));
            Set<String> others = new TreeSet<>(Set.of("a", "b", "c"));
            others.remove(leader);
            for (String other : others) {
                group.log(other).present(others);
            }
            String first = others.iterator().next();
            eventually("it leads", LONG, () -> group.log(first).leads());
            assertThat(put(group.log(first), "two").apps()).containsKeys("one", "two");
        }
    }

    @Test
    void aMinorityHasNoSuccessor() {
        Set<String> voters = Set.of("a", "b", "c");
        assertThat(VoterReplica.isSuccessor("a", voters, Set.of("a", "x", "y"))).isFalse();
        assertThat(VoterReplica.isSuccessor("b", voters, Set.of("b", "c"))).isTrue();
        assertThat(VoterReplica.isSuccessor("c", voters, Set.of("b", "c"))).isFalse();
    }

    @Test
    void aNodeThatIsNoVoterFollowsAndProposes() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            put(group.log("a"), "before");
            group.start("d");
            group.start("e");
            everyoneHas(group, "before");
            assertThat(put(group.log("d"), "by-d").apps()).containsKeys("before", "by-d");
            everyoneHas(group, "by-d");
            eventually("in touch", LONG, () -> group.log("d").silentMillis() == 0);
            assertThat(group.log("d").leads()).isFalse();

            group.stop("d");
            put(group.log("e"), "while d is away");
            group.start("d");
            everyoneHas(group, "while d is away");
        }
    }

    @Test
    void aFollowerFarBehindGetsTheStateAndGoesOnFromThere() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            for (int i = 0; i < 300; i++) {
                put(group.log("a"), "app" + i);
            }
            group.start("d");
            everyoneHas(group, "app299");
            assertThat(group.log("d").state().apps()).hasSize(300);
            put(group.log("a"), "next");
            everyoneHas(group, "next");
            assertThat(group.log("d").state().version())
                    .isEqualTo(group.log("a").state().version());
        }
    }

    @Test
    void followersDoNotCountForTheMajority() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            put(group.log("a"), "before");
            group.start("d");
            group.start("e");
            everyoneHas(group, "before");
            group.stop("d");
            group.stop("e");
            group.stop(group.follower());
            put(group.log(group.leader()), "two of three voters");
        }
    }

    @Test
    void withoutAMajorityACommandFailsInTimeAndTheNodeKnowsThatItIsCutOff() throws Exception {
        try (LocalGroup group =
                new LocalGroup(dir, timeouts(Duration.ofSeconds(2), 1024), "a", "b", "c").startVoters()) {
            put(group.log("a"), "before");
            group.stop("b");
            group.stop("c");
            RatisControlLog left = group.log("a");
            assertThatThrownBy(() -> put(left, "never"))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            eventually("silence", LONG, () -> left.silentMillis() > 2_000);
            assertThat(left.leads()).isFalse();
            assertThat(left.state().apps()).containsOnlyKeys("before");
            group.start("b");
            eventually("in touch again", LONG, () -> left.silentMillis() == 0);
            put(left, "after");
        }
    }

    @Test
    void moreCommandsThanMayBeOnTheirWayAreRefused() throws Exception {
        LocalGroup group = new LocalGroup(dir, timeouts(Duration.ofSeconds(1), 2), "a", "b", "c");
        try (group) {
            RatisControlLog alone = group.start("a");
            eventually("the limit", LONG, () -> {
                var refused = alone.propose(app("x", 1)).toCompletableFuture();
                return refused.isCompletedExceptionally()
                        && refused.exceptionNow() instanceof IllegalStateException full
                        && full.getMessage().contains("limit");
            });
        }
    }

    @Test
    void closingFailsWhatIsOnItsWay() throws Exception {
        try (LocalGroup group = new LocalGroup(dir, timeouts(Duration.ofSeconds(20), 8), "a", "b", "c")) {
            RatisControlLog alone = group.start("a");
            var waiting = alone.propose(app("x", 1)).toCompletableFuture();
            group.stop("a");
            assertThat(waiting).failsWithin(LONG);
            assertThat(alone.propose(app("y", 1)).toCompletableFuture()).failsWithin(LONG);
        }
    }

    @Test
    void aTakenAddressIsTold() throws Exception {
        try (LocalGroup group = new LocalGroup(dir, timeouts(Duration.ofSeconds(1), 8), "a")) {
            RaftConfig config = group.config("a");
            try (ServerSocket taken = new ServerSocket(config.port(), 1, InetAddress.getByName(config.host()))) {
                assertThat(taken.isBound()).isTrue();
                assertThatThrownBy(() -> RatisControlLog.open(config))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining(config.address());
            }
        }
    }

    @Test
    void itsThreadsAreFew() throws Exception {
        try (LocalGroup group = voters("a", "b", "c")) {
            put(group.log("a"), "one");
            Set<Thread> threads = Thread.getAllStackTraces().keySet();
            assertThat(threads.size()).as("%s", threads).isLessThan(3 * 50);
        }
    }
}
