package io.hark.channel;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Value: who waits for an answer, and on which loop.
public record ReplyTo<T>(Executor loop, Consumer<T> then) {

    public void send(T answer) {
        if (loop instanceof Loop own && own.inLoop()) {
            then.accept(answer);
        } else {
            loop.execute(() -> then.accept(answer));
        }
    }
}
