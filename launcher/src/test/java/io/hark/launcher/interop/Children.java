package io.hark.launcher.interop;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Starts processes whose complaints the one who runs the tests shall see.
final class Children {
    /// Not `System.err`, which Maven sends to a file.
    private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);

    private Children() {}

    /// Starts a process with pipes of its own. Nothing is inherited: Node.js and shells may set what
    /// they inherit to non-blocking, and with it the pipes by which Maven speaks to this process.
    static Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        Thread.ofVirtual().start(() -> {
            try (InputStream complaints = process.getErrorStream()) {
                complaints.transferTo(STDERR);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return process;
    }
}
