package io.hark.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.rocksdb.WALRecoveryMode;

/// Blocking: a file beside the database that says how the store was left: shut down cleanly, or running
/// under which boot of the operating system. It decides what the end of the log may look like and
/// whether acknowledged entries can be gone.
final class RunMark {
    private static final String CLEAN = "clean";
    private static final String RUNNING = "running ";
    private static final String UNKNOWN = "unknown";

    private final Path file;

    RunMark(Path file) {
        this.file = file;
    }

    /// How the store was left.
    enum Left {
        /// The log was synced and closed.
        CLEAN,
        /// The process died; the operating system still had all that it wrote.
        PROCESS_DIED,
        /// The machine may have gone down: what was written but not synced can be lost.
        POWER_MAY_HAVE_FAILED;

        /// Clean: nothing can be torn, so anything that is, is damage. Dead process: the last record may be cut
        /// short, it was never acknowledged; but a bad record with good ones after it is damage, which
        /// PointInTime would pass over in silence together with every acknowledged record behind it. Power
        /// loss: pages written since the last sync are there or not in any order, so the log counts up to its
        /// first bad record, and the lineage ends.
        WALRecoveryMode recovery() {
            return switch (this) {
                case CLEAN -> WALRecoveryMode.AbsoluteConsistency;
                case PROCESS_DIED -> WALRecoveryMode.TolerateCorruptedTailRecords;
                case POWER_MAY_HAVE_FAILED -> WALRecoveryMode.PointInTimeRecovery;
            };
        }
    }

    /// @param bootId           the boot that runs now, if known
    /// @param processIsTheHost whether the end of the process counts as the end of the machine
    Left left(Optional<String> bootId, boolean processIsTheHost) throws IOException {
        String text = Files.exists(file) ? Files.readString(file).strip() : "";
        if (text.equals(CLEAN)) {
            return Left.CLEAN;
        }
        boolean sameBoot = bootId.isPresent() && text.equals(RUNNING + bootId.get());
        return sameBoot && !processIsTheHost ? Left.PROCESS_DIED : Left.POWER_MAY_HAVE_FAILED;
    }

    void running(Optional<String> bootId) throws IOException {
        write(RUNNING + bootId.orElse(UNKNOWN));
    }

    void clean() throws IOException {
        write(CLEAN);
    }

    private void write(String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap((text + '\n').getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
