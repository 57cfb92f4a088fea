package io.hark.sdk;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Handle: a listing of any length, fetched page by page as it is read. Any thread; each use begins at
/// the first page.
public final class Pages<E> {
    private final Supplier<CompletableFuture<Page<E>>> first;
    private final Executor threads;

    Pages(Supplier<CompletableFuture<Page<E>>> first, Executor threads) {
        this.first = first;
        this.threads = threads;
    }

    public CompletableFuture<Page<E>> first() {
        return first.get();
    }

    /// All elements, lazily. The stream waits for pages while it is read: best on a virtual thread.
    ///
    /// @return fails with [HarkException] when a page cannot be had
    public Stream<E> stream() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        new PageIterator<>(first), Spliterator.ORDERED | Spliterator.NONNULL),
                false);
    }

    /// All elements as fast as the subscriber asks for them; a page is fetched when all of the one
    /// before are asked for.
    public Flow.Publisher<E> publisher() {
        return subscriber -> new PageSubscription<>(subscriber, first, threads).begin();
    }

    /// Confined to whoever reads the stream.
    private static final class PageIterator<E> implements Iterator<E> {
        private final Supplier<CompletableFuture<Page<E>>> first;
        private Page<E> page;
        private Iterator<E> items;

        PageIterator(Supplier<CompletableFuture<Page<E>>> first) {
            this.first = first;
        }

        @Override
        public boolean hasNext() {
            if (page == null) {
                turnTo(first.get());
            }
            while (!items.hasNext() && page.hasNext()) {
                turnTo(page.next());
            }
            return items.hasNext();
        }

        private void turnTo(CompletableFuture<Page<E>> next) {
            try {
                page = Waiting.on(next);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new HarkException(
                        ClientErrors.invalid("the thread was interrupted while it waited for a page"), interrupted);
            }
            items = page.items().iterator();
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException("there is nothing more");
            }
            return items.next();
        }
    }
}
