package io.hark.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Value: what the store needs of the world around it.
///
/// @param clockMillis wall clock; decides only when rows expire
/// @param bootId      the running operating system's boot; empty when unknown
/// @param observer    gets what happens
/// @param onFailure   gets the failure after which the store takes no more appends; at most once, on a store
///                    thread
public record StoreEnvironment(
        LongSupplier clockMillis, Optional<String> bootId, StoreObserver observer, Consumer<Throwable> onFailure) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /// The system's clock and boot id.
    public static StoreEnvironment system(StoreObserver observer, Consumer<Throwable> onFailure) {
        return new StoreEnvironment(System::currentTimeMillis, readBootId(), observer, onFailure);
    }

    private static Optional<String> readBootId() {
        if (!Files.isReadable(BOOT_ID)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(BOOT_ID).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + BOOT_ID, e);
        }
    }
}
