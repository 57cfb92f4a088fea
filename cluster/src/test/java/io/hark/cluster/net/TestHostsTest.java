package io.hark.cluster.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TestHostsTest {
    /// Nobody listens there, so what comes back is a refusal.
    private static boolean reaches(TestHosts hosts, int from, int to) throws IOException, InterruptedException {
        Process call = new ProcessBuilder(hosts.on(
                        from,
                        List.of(
                                "bash",
                                "-c",
                                "timeout 1 bash -c '</dev/tcp/%s/9'; echo $?".formatted(hosts.address(to)))))
                .redirectErrorStream(true)
                .start();
        assertThat(call.waitFor(10, TimeUnit.SECONDS)).isTrue();
        // The refusal is bash's 1, and silence timeout's 124.
        return !new String(call.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .strip()
                .endsWith("124");
    }

    @Test
    void hostsReachEachOtherUntilTheyAreCutAndAfterTheyAreHealed() throws Exception {
        Optional<String> missing = TestHosts.missing();
        assumeTrue(missing.isEmpty(), missing.orElse(""));
        try (TestHosts hosts = TestHosts.create(3)) {
            assertThat(reaches(hosts, 1, 2)).isTrue();
            hosts.cutOneWay(2, 1);
            assertThat(reaches(hosts, 1, 2)).isFalse();
            assertThat(reaches(hosts, 1, 3)).isTrue();
            hosts.heal();
            assertThat(reaches(hosts, 1, 2)).isTrue();
            hosts.isolate(3);
            assertThat(reaches(hosts, 1, 3)).isFalse();
            assertThat(reaches(hosts, 3, 1)).isFalse();
            assertThat(reaches(hosts, 2, 1)).isTrue();
            hosts.heal();
            assertThat(reaches(hosts, 3, 1)).isTrue();
        }
    }
}
