package io.hark.loadtest;

import java.io.PrintWriter;

/// Confined to the thread of a run: one line that says how far it is.
///
/// On a terminal it is written over; elsewhere a line follows another, and not too many of them.
final class Progress {
    private static final long NANOS_BETWEEN_LINES = 5_000_000_000L;

    private final PrintWriter out;
    private final boolean terminal;
    private int width;
    private long lastLine;
    private boolean any;

    Progress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void show(String line) {
        long now = System.nanoTime();
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            width = line.length();
        } else if (!any || now - lastLine >= NANOS_BETWEEN_LINES) {
            out.println(line);
            lastLine = now;
        }
        any = true;
        out.flush();
    }

    /// What is written next begins a line.
    void end() {
        if (terminal && width > 0) {
            out.println();
            width = 0;
            out.flush();
        }
        any = false;
    }
}
