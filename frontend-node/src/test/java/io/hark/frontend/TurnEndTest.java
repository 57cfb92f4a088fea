package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class TurnEndTest {
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private final TurnEnd wakeUp = new TurnEnd(loop::add, () -> done.add("wake-up"));

    private void run() {
        while (!loop.isEmpty()) {
            loop.poll().run();
        }
    }

    private Runnable commit(String name) {
        return () -> {
            done.add(name);
            wakeUp.ask();
        };
    }

    @Test
    void commitsThatWaitForTheLoopHaveOneWakeUp() {
        loop.add(commit("a"));
        loop.add(commit("b"));
        loop.add(commit("c"));
        run();
        loop.add(commit("d"));
        run();

        assertThat(done).containsExactly("a", "b", "c", "wake-up", "d", "wake-up");
    }

    @Test
    void whatIsAskedWithinTheStepIsTakenInTheNextTurn() {
        List<Integer> turns = new ArrayList<>();
        TurnEnd[] self = new TurnEnd[1];
        self[0] = new TurnEnd(loop::add, () -> {
            turns.add(turns.size());
            if (turns.size() < 3) {
                self[0].ask();
            }
        });
        self[0].ask();
        run();

        assertThat(turns).containsExactly(0, 1, 2);
    }
}
