package io.hark.launcher.jepsen;

import io.hark.launcher.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Plants faults in a history that has none, to show that the checker would have found them in it.
///
/// @param expected what the checker must report
record Tampering(String what, Kind expected, List<Event> history) {

    /// One of each kind, at random places.
    static List<Tampering> all(List<Event> history, SplittableRandom random) {
        int log = pick(history, Event.Logged.class, random);
        List<Integer> deliveries = someClientsDeliveries(history, random);
        int middle = 1 + random.nextInt(deliveries.size() - 2);
        int delivery = deliveries.get(middle);
        int nextDelivery = deliveries.get(middle + 1);
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
                        events -> events.add(events.get(log))),
                of(
                        "an accepted publish was refused",
                        Kind.BAD_NACK,
                        history,
                        events -> events.add(new Event.Refused(((Event.Logged) events.get(log)).id(), 40000))),
                of(
                        "the log holds what nobody published",
                        Kind.PHANTOM,
                        history,
                        events -> events.add(
                                new Event.Logged(((Event.Logged) events.get(log)).channel(), "nobody's", "~"))),
                of("a client is told of a loss", Kind.FALSE_DISCONTINUITY, history, events -> {
                    int resume = pick(events, Event.Attached.class, random);
                    while (!((Event.Attached) events.get(resume)).resumed()) {
                        resume = pick(events, Event.Attached.class, random);
                    }
                    Event.Attached attached = (Event.Attached) events.get(resume);
                    events.set(
                            resume,
                            new Event.Attached(
                                    attached.client(),
                                    attached.channel(),
                                    false,
                                    attached.sent(),
                                    attached.got(),
                                    90003));
                }));
    }

    private static Tampering of(String what, Kind expected, List<Event> history, Consumer<List<Event>> change) {
        List<Event> copy = new ArrayList<>(history);
        change.accept(copy);
        return new Tampering(what, expected, copy);
    }

    private static int pick(List<Event> history, Class<? extends Event> kind, SplittableRandom random) {
        int[] all = IntStream.range(0, history.size())
                .filter(at -> kind.isInstance(history.get(at)))
                .toArray();
        return all[random.nextInt(all.length)];
    }

    /// Where in the history some client got its messages.
    private static List<Integer> someClientsDeliveries(List<Event> history, SplittableRandom random) {
        int client = ((Event.Received) history.get(pick(history, Event.Received.class, random))).client();
        return IntStream.range(0, history.size())
                .filter(at -> history.get(at) instanceof Event.Received received && received.client() == client)
                .boxed()
                .toList();
    }
}
