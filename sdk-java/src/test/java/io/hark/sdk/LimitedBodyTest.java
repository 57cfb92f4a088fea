package io.hark.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/// Answers of servers that send more than they should.
class LimitedBodyTest {
    private boolean cancelled;

    private CompletableFuture<byte[]> bodyOf(int bytesMax, int... sizes) {
        LimitedBody body = new LimitedBody(bytesMax);
        body.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                cancelled = true;
            }
        });
        for (int size : sizes) {
            if (!cancelled) {
                body.onNext(List.of(ByteBuffer.allocate(size)));
            }
        }
        if (!cancelled) {
            body.onComplete();
        }
        return body.getBody().toCompletableFuture();
    }

    @Test
    void aBodyOfTheLargestSizeIsWhole() {
        assertThat(bodyOf(10, 4, 6).join()).hasSize(10);
    }

    @Test
    void aLargerOneIsGivenUp() {
        assertThat(bodyOf(10, 4, 7)).isCompletedExceptionally();
        assertThat(cancelled).isTrue();
    }
}
