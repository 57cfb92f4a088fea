package io.hark.loadtest;

/// A run of one traffic and nothing else.
final class PlainRun {
    private PlainRun() {}

    static Result of(String scenario, TrafficPlan plan, Setting setting, Progress progress)
            throws InterruptedException {
        try (Session session = new Session(scenario, setting, progress, plan.connections())) {
            session.traffic(plan);
            session.connect();
            session.run(Session.Tick.NONE);
            return session.result(Parameters.of(plan));
        }
    }
}
