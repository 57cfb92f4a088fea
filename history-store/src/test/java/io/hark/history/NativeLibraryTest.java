package io.hark.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

    @TempDir
    Path dir;

    private Path library() throws Exception {
        Path library = NativeLibrary.unpacked(dir).orElseThrow();
        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(library);
        }
        return library;
    }

    @Test
    void itIsUnpackedOnceForAllStarts() throws Exception {
        Path library = library();
        assertThat(Files.size(library)).isGreaterThan(1 << 20);
        Files.setLastModifiedTime(library, LONG_AGO);

        assertThat(library()).isEqualTo(library);
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(LONG_AGO);
    }

    @Test
    void aFileThatIsNotTheOneInTheJarIsReplaced() throws Exception {
        Path library = library();
        byte[] whole = Files.readAllBytes(library);
        byte[] changed = whole.clone();
        changed[whole.length / 2] ^= 1;
        for (byte[] wrong : List.of(changed, new byte[0], new byte[whole.length])) {
            Files.write(library, wrong);
            assertThat(library()).hasBinaryContent(whole);
        }
    }

    @Test
    void startsAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Optional<Path>>> starts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                starts.add(() -> NativeLibrary.unpacked(dir));
            }
            for (Future<Optional<Path>> start : threads.invokeAll(starts)) {
                assertThat(start.get()).isPresent();
            }
        }
        library();
    }
}
