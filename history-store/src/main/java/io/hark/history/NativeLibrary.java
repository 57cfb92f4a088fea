package io.hark.history;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blocking: loads RocksDB's native part from a file beside the store, unpacked once. Left alone, RocksDB
/// unpacks 17 MB
/// into the folder for temporary files at every start and leaves them there when the process is killed.
///
/// The file is used only if it has size and checksum of the one in the jar. Where that cannot be had, or
/// cannot be executed, RocksDB does as it always does.
final class NativeLibrary {
    private static final Logger log = LoggerFactory.getLogger(NativeLibrary.class);

    private NativeLibrary() {}

    /// Does nothing when it has been loaded already.
    ///
    /// @param folder made if it does not exist
    static void load(Path folder) {
        try {
            if (unpacked(folder).isPresent()) {
                RocksDB.loadLibrary(List.of(folder.toAbsolutePath().toString()));
                return;
            }
        } catch (IOException | UnsatisfiedLinkError e) {
            log.warn(
                    "RocksDB's library cannot be used from {} and is unpacked for this start: {}",
                    folder,
                    e.toString());
        }
        RocksDB.loadLibrary();
    }

    /// The library's file in `folder`; empty when RocksDB does not come in a jar.
    static Optional<Path> unpacked(Path folder) throws IOException {
        URL packed = RocksDB.class.getResource('/' + Environment.getJniLibraryFileName("rocksdb"));
        if (packed == null || !(packed.openConnection() instanceof JarURLConnection connection)) {
            return Optional.empty();
        }
        JarEntry entry = connection.getJarEntry();
        Files.createDirectories(folder);
        // The name that a load from a folder looks for is not the one in the jar.
        Path library = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        if (!isWhole(library, entry)) {
            unpack(packed, library);
            if (!isWhole(library, entry)) {
                throw new IOException("%s is not as it was unpacked".formatted(library));
            }
        }
        return Optional.of(library);
    }

    private static boolean isWhole(Path library, JarEntry entry) throws IOException {
        if (!Files.isRegularFile(library, LinkOption.NOFOLLOW_LINKS) || Files.size(library) != entry.getSize()) {
            return false;
        }
        try (CheckedInputStream in = new CheckedInputStream(Files.newInputStream(library), new CRC32())) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.getChecksum().getValue() == entry.getCrc();
        }
    }

    /// Under another name first, so that whoever looks finds all of it or nothing.
    private static void unpack(URL packed, Path library) throws IOException {
        Path part = Files.createTempFile(library.getParent(), "unpacking", ".part");
        try (InputStream in = packed.openStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
