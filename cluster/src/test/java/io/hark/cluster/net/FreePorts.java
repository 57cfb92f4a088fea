package io.hark.cluster.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Ports for servers that tests start, below those that the system gives to clients: one that was free stays free,
/// although the connections of other nodes come and go meanwhile.
public final class FreePorts {
    private static final int FIRST = 10_240;
    private static final int END = 32_768;

    /// Where to look next. Each JVM begins at another place, and none is looked at twice in a round.
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 977 % (END - FIRST)));

    private FreePorts() {}

    /// A port that nobody listens on.
    public static int one() {
        return first(1, 0);
    }

    /// As many different ports.
    public static List<Integer> several(int count) {
        return IntStream.range(0, count).mapToObj(none -> one()).toList();
    }

    /// The first of ports that follow each other.
    ///
    /// @param count how many
    /// @param starts how far above it such a row begins; all are free, and no other call is given one of them
    public static int first(int count, int... starts) {
        int span = IntStream.of(starts).max().orElse(0) + count;
        for (int tried = FIRST; tried < END; tried += count) {
            int port = FIRST + Math.floorMod(NEXT.getAndAdd(span), END - FIRST);
            if (port + span <= END && IntStream.of(starts).allMatch(start -> areFree(port + start, count))) {
                return port;
            }
        }
        throw new IllegalStateException("no %d ports are free between %d and %d".formatted(count, FIRST, END));
    }

    private static boolean areFree(int first, int count) {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (int port = first; port < first + count; port++) {
                open.add(new ServerSocket(port));
            }
            return true;
        } catch (IOException taken) {
            return false;
        } finally {
            open.forEach(FreePorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a port cannot be given back", e);
        }
    }
}
