package io.hark.loadtest;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// One kind of load, as a command: alone, or below `compare` against several targets in turn.
abstract class Scenario implements Callable<Integer> {
    private static final int UNCLEAN = 1;

    @Mixin
    private SharedOptions shared;

    @ParentCommand
    private Object parent;

    @Spec
    private CommandSpec spec;

    /// Runs it once.
    ///
    /// @throws LoadFailure when it cannot be run
    abstract Result run(Setting setting, Progress progress) throws InterruptedException;

    final String name() {
        return spec.name();
    }

    final SharedOptions shared() {
        return shared;
    }

    /// @return 1 when messages were lost, doubled, out of order or misrouted, or it could not be run
    @Override
    public final Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Progress progress =
                new Progress(err, System.console() != null && System.console().isTerminal());
        Reports reports = new Reports(out, shared.json(), shared.html());
        try {
            if (parent instanceof CompareCommand compare) {
                Comparison comparison = compare.run(this, progress);
                reports.write(comparison);
                return comparison.isClean() ? 0 : UNCLEAN;
            }
            Result result = run(shared.setting(), progress);
            reports.write(result);
            return result.verdict().isClean() ? 0 : UNCLEAN;
        } catch (LoadFailure failure) {
            progress.end();
            err.println("hark: " + failure.getMessage());
            err.flush();
            return UNCLEAN;
        }
    }
}
