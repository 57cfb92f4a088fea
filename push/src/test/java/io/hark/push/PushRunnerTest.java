package io.hark.push;

import static io.hark.push.TestNode.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.PublishResult;
import io.hark.protocol.ErrorInfo;
import io.hark.push.Subscription.Subject;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of notifications that wait.
class PushRunnerTest {
    private static final ErrorInfo WHY = new ErrorInfo(103000, 400, "no");

    private TestNode node = new TestNode(PushLimits.DEFAULTS);

    @AfterEach
    void close() {
        node.close();
    }

    private Device device(String id) throws PushRefusal {
        return node.devices.device(TestNode.APP, id).orElseThrow();
    }

    @Test
    void aMessageIsPushedOnceToEachOfManySubscribers() throws PushRefusal {
        for (int index = 0; index < 250; index++) {
            node.register("d" + index, "client" + index % 10);
            node.subscribe(new Subject.OfDevice("d" + index));
        }
        for (int index = 0; index < 10; index++) {
            node.subscribe(new Subject.OfClient("client" + index));
        }
        node.run();
        node.publish("hello");

        eventually(node::hasNothingWaiting);
        assertThat(node.pushed).hasSize(250).doesNotHaveDuplicates();
    }

    @Test
    void aMessageThatIsPublishedAgainIsPushedOnce() throws PushRefusal {
        node.register("a", "bob");
        node.subscribe(new Subject.OfClient("bob"));
        node.run();
        assertThat(node.publish("hello")).isInstanceOf(PublishResult.Stored.class);
        eventually(node::hasNothingWaiting);
        assertThat(node.publish("hello")).isInstanceOf(PublishResult.Stored.class);
        assertThat(node.publish("bye")).isInstanceOf(PublishResult.Stored.class);

        eventually(node::hasNothingWaiting);
        assertThat(node.pushed).containsExactly("a", "a");
    }

    @Test
    void whoTakesOverDeliversWhatIsThere() throws PushRefusal {
        node.register("a", "bob");
        node.subscribe(new Subject.OfDevice("a"));
        node.publish("hello");
        assertThat(node.waiting()).hasSize(1);
        node.run();

        eventually(node::hasNothingWaiting);
        assertThat(node.pushed).containsExactly("a");
    }

    @Test
    void whoTakesOverGoesOnWhereTheOtherWas() throws PushRefusal {
        for (String id : new String[] {"a", "b", "c"}) {
            node.register(id, "");
            node.subscribe(new Subject.OfDevice(id));
        }
        node.publish("hello");
        PushJob job = PushJob.decode(node.devices
                .rows()
                .one(
                        RowKeys.shardOf(TestNode.APP, TestNode.NEWS.name()),
                        node.waiting().getFirst())
                .orElseThrow()
                .bytes());
        String second = RowKeys.subscription(new Subscription(TestNode.NEWS.name(), new Subject.OfDevice("b")));
        node.devices
                .rows()
                .change(RowKeys.shardOf(TestNode.APP, TestNode.NEWS.name()), PushJobs.progress(job, job.after(second)));
        node.run();

        eventually(node::hasNothingWaiting);
        assertThat(node.pushed).containsExactly("c");
    }

    @Test
    void aDeviceThatIsNotReachedAtOnceIsTriedAgain() throws PushRefusal {
        node.register("a", "");
        node.subscribe(new Subject.OfDevice("a"));
        node.outcomes.add(new PushOutcome.Later(WHY, Duration.ofMillis(1)));
        node.run();
        node.publish("hello");

        eventually(() -> node.pushed.size() == 1);
        assertThat(device("a").state()).isEqualTo(Device.State.ACTIVE);
    }

    @Test
    void aDeviceThatIsRefusedIsFailingUntilItIsReached() throws PushRefusal {
        node.register("a", "");
        node.subscribe(new Subject.OfDevice("a"));
        node.outcomes.add(new PushOutcome.Refused(WHY));
        node.run();
        node.publish("hello");
        eventually(node::hasNothingWaiting);

        assertThat(device("a").state()).isEqualTo(Device.State.FAILING);
        assertThat(device("a").error()).contains(WHY);
        assertThat(node.reports.getFirst().data())
                .containsEntry("code", 103000L)
                .containsEntry("deviceId", "a");
        node.publish("bye");
        eventually(node::hasNothingWaiting);
        assertThat(device("a").state()).isEqualTo(Device.State.ACTIVE);
        assertThat(device("a").error()).isEmpty();
    }

    @Test
    void aDeviceThatIsGoneIsLeftAlone() throws PushRefusal {
        node.register("a", "");
        node.subscribe(new Subject.OfDevice("a"));
        node.outcomes.add(new PushOutcome.Gone(WHY));
        node.run();
        node.publish("hello");
        eventually(node::hasNothingWaiting);
        assertThat(device("a").state()).isEqualTo(Device.State.FAILED);

        node.publish("bye");
        eventually(node::hasNothingWaiting);
        assertThat(node.pushed).isEmpty();
    }

    @Test
    void whatIsMoreThanMayWaitIsToldOfAndNotPushed() {
        node.close();
        node = new TestNode(new PushLimits(16, 2, 3, 160, 16, 1_000));
        assertThat(node.publish("one")).isInstanceOf(PublishResult.Stored.class);
        assertThat(node.publish("two")).isInstanceOf(PublishResult.Stored.class);

        assertThat(node.hasNothingWaiting()).isFalse();
    }

    @Test
    void whatIsKeptOfAnAppThatIsGoneIsForgotten() throws PushRefusal {
        node.register("a", "bob");
        node.subscribe(new Subject.OfDevice("a"));
        node.run();
        eventually(() -> {
            node.runner.sweep();
            return true;
        });
        assertThat(node.devices.device(TestNode.APP, "a")).isPresent();
        node.apps.clear();

        eventually(() -> {
            node.runner.sweep();
            try {
                return node.devices.device(TestNode.APP, "a").isEmpty();
            } catch (PushRefusal refusal) {
                throw new AssertionError(refusal);
            }
        });
    }

    @Test
    void withoutPushEnabledNothingWaits() {
        node.apps.clear();
        node.publish("hello");

        assertThat(node.hasNothingWaiting()).isTrue();
        assertThat(Optional.ofNullable(node.runner)).isEmpty();
    }
}
