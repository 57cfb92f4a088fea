package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.ApiKey;
import io.hark.channel.ChannelId;
import io.hark.protocol.ErrorInfo;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RatesTest {
    private static final ChannelId A = ChannelId.of("app", "a");
    private static final ChannelId B = ChannelId.of("app", "b");
    private static final long SECOND = 1_000_000_000;

    /// Away from zero, and close to where the clock's number turns negative.
    private long now = Long.MAX_VALUE - SECOND;

    private static RateLimits limits(int channel, int bytes, int key, int app) {
        return new RateLimits(0, 0, channel, bytes, key, app, 0, 0, 0, 0);
    }

    private Rates rates(RateLimits limits) {
        return new Rates(limits, () -> now);
    }

    private static int code(Optional<ErrorInfo> refusal) {
        refusal.ifPresent(error -> assertThat(error.statusCode()).isEqualTo(429));
        return refusal.map(ErrorInfo::code).orElse(0);
    }

    private static int publish(Rates rates, ChannelId channel, String key, int messages, long bytes) {
        return code(rates.publish(channel, key, messages, bytes, false));
    }

    @Test
    void aGateLetsASecondsWorthThroughAndThenAsMuchAsTimePasses() {
        RateGate gate = new RateGate(now);
        for (int i = 0; i < 10; i++) {
            assertThat(gate.take(1, 10, now)).isTrue();
        }
        assertThat(gate.take(1, 10, now)).isFalse();
        now += SECOND / 10;
        assertThat(gate.take(1, 10, now)).isTrue();
        assertThat(gate.take(1, 10, now)).isFalse();
        now += 100 * SECOND;
        assertThat(gate.take(10, 10, now)).isTrue();
        assertThat(gate.take(1, 10, now)).isFalse();
    }

    @Test
    void somethingLargeGoesThroughWhenItIsFullAndShutsItForLong() {
        RateGate gate = new RateGate(now);
        assertThat(gate.take(1, 10, now)).isTrue();
        assertThat(gate.take(100, 10, now)).isFalse();
        now += SECOND;
        assertThat(gate.take(100, 10, now)).isTrue();
        now += 9 * SECOND;
        assertThat(gate.take(1, 10, now)).isFalse();
        now += SECOND;
        assertThat(gate.take(1, 10, now)).isTrue();
    }

    @Test
    void eachLimitHasItsCode() {
        assertThat(publish(rates(limits(1, 0, 0, 0)), A, "k", 1, 9)).isZero();
        Rates channel = rates(limits(1, 0, 0, 0));
        Rates bytes = rates(limits(0, 10, 0, 0));
        Rates key = rates(limits(0, 0, 1, 0));
        Rates app = rates(limits(0, 0, 0, 1));
        publish(channel, A, "k", 1, 10);
        publish(bytes, A, "k", 1, 10);
        publish(key, A, "k", 1, 10);
        publish(app, A, "k", 1, 10);

        assertThat(publish(channel, A, "k", 1, 1)).isEqualTo(42913);
        assertThat(publish(bytes, A, "k", 1, 1)).isEqualTo(42914);
        assertThat(publish(key, A, "k", 1, 1)).isEqualTo(42910);
        assertThat(publish(app, A, "k", 1, 1)).isEqualTo(42917);
    }

    @Test
    void othersAreNotSlowed() {
        Rates channel = rates(limits(1, 0, 0, 0));
        publish(channel, A, "k", 1, 1);
        assertThat(publish(channel, B, "k", 1, 1)).isZero();
        Rates key = rates(limits(0, 0, 1, 0));
        publish(key, A, "k", 1, 1);
        assertThat(publish(key, A, "l", 1, 1)).isZero();
        Rates app = rates(limits(0, 0, 0, 1));
        publish(app, A, "k", 1, 1);
        assertThat(publish(app, ChannelId.of("other", "a"), "k", 1, 1)).isZero();
    }

    @Test
    void whatIsRefusedTakesNothing() {
        Rates rates = rates(limits(1, 0, 1, 0));
        publish(rates, B, "busy", 1, 1);
        for (int i = 0; i < 100; i++) {
            assertThat(publish(rates, A, "busy", 1, 1)).isEqualTo(42910);
        }
        assertThat(publish(rates, A, "other", 1, 1)).isZero();
    }

    @Test
    void whatMayBeStoredAlreadyIsNotRefusedButCounts() {
        Rates rates = rates(limits(1, 0, 0, 0));
        for (int i = 0; i < 100; i++) {
            assertThat(rates.publish(A, "k", 1, 1, true)).isEmpty();
        }
        assertThat(publish(rates, A, "k", 1, 1)).isEqualTo(42913);
        now += 3 * SECOND;
        assertThat(publish(rates, A, "k", 1, 1)).isZero();
    }

    @Test
    void gatesThatAreNotUsedAreForgottenAndThoseInUseAreBounded() {
        RateGates<Integer> gates = new RateGates<>(2_000);
        for (int i = 0; i < 100_000; i++) {
            assertThat(gates.of(i, now).orElseThrow().take(1, 10, now)).isTrue();
            now += SECOND;
            assertThat(gates.size()).isLessThanOrEqualTo(2_000);
        }
        for (int i = 0; i < 2_000; i++) {
            gates.of(-i, now).ifPresent(gate -> gate.take(10, 10, now));
        }
        assertThat(gates.of(-5_000, now)).isEmpty();
        now += SECOND;
        assertThat(gates.of(-5_000, now)).isPresent();
    }

    @Test
    void anAppHasSoManyConnectionsAndOpensSoManyInASecond() {
        Rates rates = rates(new RateLimits(0, 0, 0, 0, 0, 0, 0, 0, 3, 2));
        assertThat(code(rates.connectionOpened("app"))).isZero();
        assertThat(code(rates.connectionOpened("app"))).isZero();
        Optional<ErrorInfo> full = rates.connectionOpened("app");
        assertThat(full.map(ErrorInfo::code)).contains(40150);
        assertThat(full.map(ErrorInfo::statusCode)).contains(403);
        assertThat(code(rates.connectionOpened("app"))).isEqualTo(80021);
        assertThat(code(rates.connectionOpened("other"))).isZero();
        now += SECOND;
        rates.connectionClosed("app");
        assertThat(code(rates.connectionOpened("app"))).isZero();
    }

    @Test
    void requestsAreLimitedPerApp() {
        TestServer server = new TestServer(true, new RateLimits(0, 0, 0, 0, 0, 0, 2, 1, 0, 0));
        ApiKey key = server.key(0);
        String token = "/keys/" + key.name() + "/requestToken";
        String body = "{\"keyName\":\"%s\",\"timestamp\":%d}".formatted(key.name(), server.now);

        server.get("/channels/a/messages").send().is(200);
        server.post("/channels/a/messages", "{\"data\":\"x\"}").send().is(201);
        server.get("/channels/a/messages").send().fails(429, 42918);
        server.post(token, body).send().is(201);
        server.post(token, body).send().fails(429, 42918);
        server.get("/time").send().is(200);
        server.now += 1000;
        server.get("/channels/a/messages").send().is(200);
    }

    @Test
    void aPublishOverRestIsRefusedWholeAndStoresNothing() {
        TestServer server = new TestServer(true, limits(2, 0, 0, 0));
        server.post("/channels/a/messages", "[{\"data\":\"m1\"},{\"data\":\"m2\"}]")
                .send()
                .is(201);
        server.post("/channels/a/messages", "[{\"data\":\"m3\"},{\"data\":\"m4\"}]")
                .send()
                .fails(429, 42913);
        server.post("/channels/b/messages", "{\"data\":\"m5\"}").send().is(201);
        assertThat(server.get("/channels/a/messages").send().is(200).list()).hasSize(2);
    }
}
