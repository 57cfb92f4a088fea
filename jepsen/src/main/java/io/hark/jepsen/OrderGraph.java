package io.hark.jepsen;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.OptionalInt;

/// Confined to the checker: which entry of a channel followed which, at whatever client. There is an order
/// that all of them agree with if and only if it has no cycle.
final class OrderGraph {
    private static final int FIRST_EDGES = 64;

    private long[] edges = new long[FIRST_EDGES];
    private int count;

    /// Entries are places in the log.
    void follows(int first, int next) {
        if (count == edges.length) {
            compact();
            edges = Arrays.copyOf(edges, Math.max(edges.length, count * 2));
        }
        edges[count++] = (long) first << 32 | next;
    }

    private void compact() {
        edges = Arrays.stream(edges, 0, count).sorted().distinct().toArray();
        count = edges.length;
    }

    /// @return an entry of a cycle
    OptionalInt cycle() {
        compact();
        int nodes = 0;
        for (long edge : edges) {
            nodes = Math.max(nodes, Math.max(from(edge), to(edge)) + 1);
        }
        int[] predecessors = new int[nodes];
        int[] firstEdge = new int[nodes + 1];
        for (long edge : edges) {
            predecessors[to(edge)]++;
            firstEdge[from(edge) + 1]++;
        }
        for (int node = 0; node < nodes; node++) {
            firstEdge[node + 1] += firstEdge[node];
        }
        ArrayDeque<Integer> free = new ArrayDeque<>();
        for (int node = 0; node < nodes; node++) {
            if (predecessors[node] == 0) {
                free.add(node);
            }
        }
        while (!free.isEmpty()) {
            int node = free.poll();
            for (int at = firstEdge[node]; at < firstEdge[node + 1]; at++) {
                if (--predecessors[to(edges[at])] == 0) {
                    free.add(to(edges[at]));
                }
            }
        }
        for (int node = 0; node < nodes; node++) {
            if (predecessors[node] > 0) {
                return OptionalInt.of(node);
            }
        }
        return OptionalInt.empty();
    }

    private static int from(long edge) {
        return (int) (edge >> 32);
    }

    private static int to(long edge) {
        return (int) edge;
    }
}
