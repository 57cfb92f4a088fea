package io.hark.jepsen;

import io.hark.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Plants faults in a history that has none, to show that the checker would have found them in it.
///
/// @param expected what the checker must report
record Tampering(String what, Kind expected, History history) {

    /// One of each kind, at random places.
    static List<Tampering> all(History original, SplittableRandom random) {
        List<Event> history = new ArrayList<>();
        original.forEach(history::add);
        int log = pick(history, event -> event instanceof Event.Logged entry && entry.node() == 0, random);
        Event.Logged logged = (Event.Logged) history.get(log);
        List<Integer> deliveries = someClientsDeliveries(history, random);
        int middle = 1 + random.nextInt(deliveries.size() - 2);
        int delivery = deliveries.get(middle);
        int nextDelivery = deliveries.get(middle + 1);
        int resume = pick(history, event -> event instanceof Event.Attached attached && attached.resumed(), random);
        int answer = pick(history, Event.Accepted.class::isInstance, random);
        int view = pick(
                history,
                event -> event instanceof Event.Present present
                        && !present.viewer().equals(Event.Present.TRUTH)
                        && !present.members().isEmpty(),
                random);
        return List.of(
                of("a delivery is missing", Kind.GAP, history, events -> events.remove(delivery)),
                of(
                        "a delivery comes twice",
                        Kind.DUPLICATE_AT_CLIENT,
                        history,
                        events -> events.add(nextDelivery, events.get(delivery))),
                of(
                        "two deliveries change places",
                        Kind.REORDERED_AT_CLIENT,
                        history,
                        events -> Collections.swap(events, delivery, nextDelivery)),
                of("a message is missing in the log", Kind.LOST, history, events -> events.remove(log)),
                of(
                        "a message is twice in the log",
                        Kind.DUPLICATE_IN_LOG,
                        history,
                        events -> events.add(log + 1, events.get(log))),
                of(
                        "an accepted publish was refused",
                        Kind.BAD_NACK,
                        history,
                        events -> events.add(
                                answer + 1,
                                new Event.Refused(0, ((Event.Accepted) events.get(answer)).message(), 40000))),
                of(
                        "the log holds what nobody published",
                        Kind.PHANTOM,
                        history,
                        events -> events.add(
                                log, new Event.Logged(0, 0, logged.channel(), MessageKey.FOREIGN, logged.serial()))),
                of("a node tells less of a log", Kind.LOG_DIVERGENCE, history, events -> {
                    int nodes = 2;
                    for (Event event : history) {
                        if (event instanceof Event.Logged entry && entry.node() == 0 && entry != logged) {
                            events.add(new Event.Logged(0, nodes, entry.channel(), entry.message(), entry.serial()));
                        }
                    }
                }),
                of("a message has another serial", Kind.POSITION_DISAGREEMENT, history, events -> {
                    Event.Accepted accepted = (Event.Accepted) events.get(answer);
                    events.set(answer, new Event.Accepted(0, accepted.message(), accepted.serial() + 1));
                }),
                of("a client resumes elsewhere", Kind.CURSOR_REGRESS, history, events -> {
                    Event.Attached attached = (Event.Attached) events.get(resume);
                    events.set(
                            resume,
                            new Event.Attached(
                                    0,
                                    attached.client(),
                                    attached.channel(),
                                    true,
                                    attached.sent(),
                                    attached.got() + 1,
                                    0));
                }),
                of("a client is told of a loss", Kind.FALSE_DISCONTINUITY, history, events -> {
                    Event.Attached attached = (Event.Attached) events.get(resume);
                    events.set(
                            resume,
                            new Event.Attached(
                                    0,
                                    attached.client(),
                                    attached.channel(),
                                    false,
                                    attached.sent(),
                                    attached.got(),
                                    90003));
                }),
                of("somebody sees a ghost", Kind.PRESENCE_DIVERGENCE, history, events -> {
                    Event.Present present = (Event.Present) events.get(view);
                    List<String> members = new ArrayList<>(present.members());
                    members.add("ghost=");
                    events.set(view, new Event.Present(0, present.viewer(), present.channel(), members));
                }),
                of("an answer never comes", Kind.UNAVAILABLE, history, events -> events.remove(answer)));
    }

    private static Tampering of(String what, Kind expected, List<Event> history, Consumer<List<Event>> change) {
        List<Event> copy = new ArrayList<>(history);
        change.accept(copy);
        return new Tampering(what, expected, History.of(copy));
    }

    private static int pick(List<Event> history, Predicate<Event> wanted, SplittableRandom random) {
        int[] all = IntStream.range(0, history.size())
                .filter(at -> wanted.test(history.get(at)))
                .toArray();
        return all[random.nextInt(all.length)];
    }

    /// Where in the history some client got its messages.
    private static List<Integer> someClientsDeliveries(List<Event> history, SplittableRandom random) {
        int client = ((Event.Received) history.get(pick(history, Event.Received.class::isInstance, random))).client();
        return IntStream.range(0, history.size())
                .filter(at -> history.get(at) instanceof Event.Received received && received.client() == client)
                .boxed()
                .toList();
    }
}
