package io.hark.sdk;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// Value: a part of a listing, and the way to the next.
public final class Page<E> {
    private final List<E> items;
    private final Optional<Supplier<CompletableFuture<Page<E>>>> following;

    Page(List<E> items, Optional<Supplier<CompletableFuture<Page<E>>>> following) {
        this.items = List.copyOf(items);
        this.following = following;
    }

    public List<E> items() {
        return items;
    }

    public boolean hasNext() {
        return following.isPresent();
    }

    /// Asks for the page behind this one.
    ///
    /// @throws IllegalStateException when there is none
    public CompletableFuture<Page<E>> next() {
        return following
                .orElseThrow(() -> new IllegalStateException("this is the last page; ask hasNext() before"))
                .get();
    }
}
