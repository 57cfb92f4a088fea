package io.hark.jepsen;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// What happened, in order; can be gone through as often as one likes.
interface History {
    void forEach(Consumer<Event> consumer);

    static History of(List<Event> events) {
        return events::forEach;
    }

    /// Blocking: reads what a [Recorder] wrote.
    static History of(Path file) {
        return consumer -> {
            try (DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(file), Recorder.BUFFER))) {
                EventCodec codec = new EventCodec();
                while (true) {
                    in.mark(1);
                    if (in.read() < 0) {
                        return;
                    }
                    in.reset();
                    consumer.accept(codec.read(in));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /// Handle: writes events to a file, in the order of the calls. Any thread.
    final class Recorder implements AutoCloseable {
        private static final int BUFFER = 1 << 18;

        private final EventCodec codec = new EventCodec();
        private final DataOutputStream out;
        private final long startNanos = System.nanoTime();
        private boolean closed;

        Recorder(Path file) throws IOException {
            out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER));
        }

        /// What happens now; it is called with the time of the event.
        interface Happening {
            Event at(long micros);
        }

        /// @return when it happened, in microseconds since the start
        synchronized long record(Happening happening) {
            long micros = (System.nanoTime() - startNanos) / 1_000;
            if (closed) {
                return micros;
            }
            try {
                codec.write(happening.at(micros), out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return micros;
        }

        long micros() {
            return (System.nanoTime() - startNanos) / 1_000;
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            out.close();
        }
    }
}
