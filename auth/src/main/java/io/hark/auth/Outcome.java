package io.hark.auth;

import io.hark.protocol.ErrorInfo;
import java.util.function.Function;

/// Value: what was asked for, or the error that the client is told instead.
public sealed interface Outcome<T> {
    record Ok<T>(T value) implements Outcome<T> {}

    record Refused<T>(ErrorInfo error) implements Outcome<T> {}

    static <T> Outcome<T> ok(T value) {
        return new Ok<>(value);
    }

    static <T> Outcome<T> refused(ErrorInfo error) {
        return new Refused<>(error);
    }

    default <R> Outcome<R> map(Function<? super T, ? extends R> step) {
        return flatMap(value -> ok(step.apply(value)));
    }

    default <R> Outcome<R> flatMap(Function<? super T, Outcome<R>> step) {
        return switch (this) {
            case Ok<T>(T value) -> step.apply(value);
            case Refused<T>(ErrorInfo error) -> refused(error);
        };
    }
}
