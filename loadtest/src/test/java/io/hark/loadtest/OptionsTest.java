package io.hark.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/// What is asked for is checked before anything is connected.
class OptionsTest {
    private static TrafficPlan plan(int channels, int subscribers, int publishers, int size) {
        return new TrafficPlan("c", 0, channels, subscribers, publishers, size, 0, 16, false);
    }

    @Test
    void targetsHaveTheirSchemesPorts() {
        assertThat(Target.parse("http://localhost:8080")).isEqualTo(new Target("localhost", 8080, false));
        assertThat(Target.parse("wss://example.org")).isEqualTo(new Target("example.org", 443, true));
        assertThat(Target.parseAll("http://a:1,http://b:2")).hasSize(2);
    }

    @Test
    void whatIsNoTargetIsNamed() {
        for (String wrong : new String[] {"localhost:8080", "ftp://a", "http://", "http://a b"}) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> Target.parse(wrong))
                    .withMessageContaining(wrong);
        }
    }

    @Test
    void tooManyConnectionsForTheDescriptorsAreRefusedWithWhatToDo() {
        Descriptors.require(18_000, 20_000);

        assertThatExceptionOfType(LoadFailure.class)
                .isThrownBy(() -> Descriptors.require(19_900, 20_000))
                .withMessageContaining("ulimit -n 20100");
    }

    @Test
    void payloadsHaveRoomForTheMark() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(1, 1, 1, Mark.LENGTH - 1))
                .withMessageContaining("--size must be 20 to");
    }

    @Test
    void countsThatMultiplyToTooManyConnectionsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(100_000, 100_000, 1, 64))
                .withMessageContaining("more than 1000000 connections");
    }

    @Test
    void everyChannelAndEveryPublisherHasAStream() {
        for (TrafficPlan plan : new TrafficPlan[] {plan(10, 1, 3, 64), plan(3, 1, 10, 64), plan(5, 1, 5, 64)}) {
            boolean[] channels = new boolean[plan.channels()];
            boolean[] publishers = new boolean[plan.publishers()];
            for (int stream = 0; stream < plan.streams(); stream++) {
                channels[plan.channelOf(stream)] = true;
                publishers[plan.publisherOf(stream)] = true;
                assertThat(stream / plan.channels()).isLessThan(plan.streamsPerChannel());
            }
            assertThat(channels).doesNotContain(false);
            assertThat(publishers).doesNotContain(false);
        }
    }
}
