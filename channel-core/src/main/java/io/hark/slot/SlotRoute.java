package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.LoopFeed;
import io.hark.channel.Occupancy;
import io.hark.channel.PublishResult;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: this node's way to the owner of one slot, wherever it is: what was asked and is not
/// answered yet, and which of the node's loops want which channels.
///
/// Requests go to the owner in their order. When there is another owner, or the link to it broke, all that is
/// unanswered
/// is asked again, in its order (D5), and every feed subscribes again from where it stands.
final class SlotRoute {
    private static final ErrorInfo UNAVAILABLE =
            ErrorCode.OVERLOADED.info("the owner of the channel cannot be reached at the moment; try again");

    private final RouteEffects effects;
    private final SlotConfig config;
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private final Map<ChannelKey, Interest> interests = new HashMap<>();
    private Optional<Target> target = Optional.empty();

    /// Whom a later epoch has replaced, until its owner serves: what it still says was committed by it.
    private Optional<Target> former = Optional.empty();

    private int epoch;
    private long lastSeq;
    private boolean repeating;

    /// What a [SlotRoute] wants done.
    interface RouteEffects {
        /// In order, if the node is this one or has a session; otherwise it is asked again in the next session.
        ///
        /// @param seq 0 when no answer is wanted
        void ask(String node, int epoch, long seq, SlotRequest request);

        /// Takes the step on the feed's loop, behind what was handed to it before.
        void post(LoopFeed feed, Consumer<LoopFeed> step);
    }

    /// The node that serves the slot.
    record Target(String node, int epoch) {}

    /// @param sent how often an owner was asked
    /// @param due  whether it is to be asked again at the next tick
    private record Pending(SlotRequest request, Consumer<SlotAnswer> answer, long askedMillis, int sent, boolean due) {
        Pending sentOnce() {
            return new Pending(request, answer, askedMillis, 1, false);
        }

        /// What may have been done already is marked so.
        Pending sentAgain() {
            SlotRequest again = switch (request) {
                case SlotRequest.Publish(var publish)
                when !publish.mayRepeat() -> new SlotRequest.Publish(publish.again());
                case SlotRequest.Presence(var update)
                when !update.mayRepeat() -> new SlotRequest.Presence(update.again());
                case SlotRequest.Objects(var update)
                when !update.mayRepeat() -> new SlotRequest.Objects(update.again());
                default -> request;
            };
            return new Pending(again, answer, askedMillis, sent + 1, false);
        }

        Pending dueAgain() {
            return new Pending(request, answer, askedMillis, sent, true);
        }

        /// Whether what comes of it must keep its place among what the connection sends.
        boolean isOfTransport() {
            return switch (request) {
                case SlotRequest.Publish(var publish) -> publish.publisher().isPresent();
                case SlotRequest.Presence presence -> true;
                case SlotRequest.Objects(var update) -> update.publisher().isPresent();
                default -> false;
            };
        }
    }

    /// One channel that loops of this node want, and what their attachments may do.
    static final class Interest {
        final ChannelId channel;
        final Map<LoopFeed, Occupancy> feeds = new LinkedHashMap<>(2);

        private Interest(ChannelId channel) {
            this.channel = channel;
        }

        private Occupancy occupancy() {
            Occupancy sum = Occupancy.NONE;
            for (Occupancy each : feeds.values()) {
                sum = sum.plus(each);
            }
            return sum;
        }
    }

    SlotRoute(RouteEffects effects, SlotConfig config) {
        this.effects = effects;
        this.config = config;
    }

    Optional<Target> target() {
        return target;
    }

    Optional<Interest> interest(ChannelKey channel) {
        return Optional.ofNullable(interests.get(channel));
    }

    int waiting() {
        return pending.size();
    }

    /// Asks the owner, now or once there is one.
    void ask(SlotRequest request, long nowMillis, Consumer<SlotAnswer> answer) {
        if (pending.size() >= config.requestsMax()) {
            answer.accept(new SlotAnswer.Refused(
                    ErrorCode.OVERLOADED.info("more than %d requests wait for the owner of the channel; try again"
                            .formatted(config.requestsMax()))));
            return;
        }
        askAnyway(request, nowMillis, answer);
    }

    /// Asks even when as many requests wait as may: it ends what one of them has begun, so that their
    /// number is bounded, too.
    void askAnyway(SlotRequest request, long nowMillis, Consumer<SlotAnswer> answer) {
        long seq = ++lastSeq;
        Pending asked = new Pending(request, answer, nowMillis, 0, false);
        boolean now = !repeating && target.isPresent();
        pending.put(seq, now ? asked.sentOnce() : asked);
        if (now) {
            effects.ask(target.get().node(), target.get().epoch(), seq, request);
        }
    }

    void subscribe(SlotRequest.Subscribe request, LoopFeed feed, long nowMillis, Consumer<SlotAnswer> answer) {
        interests
                .computeIfAbsent(request.channel().key(), key -> new Interest(request.channel()))
                .feeds
                .putIfAbsent(feed, Occupancy.NONE);
        ask(request, nowMillis, answer);
    }

    void unsubscribe(ChannelId channel, LoopFeed feed) {
        Interest interest = interests.get(channel.key());
        if (interest == null || interest.feeds.remove(feed) == null) {
            return;
        }
        if (interest.feeds.isEmpty()) {
            interests.remove(channel.key());
            tell(new SlotRequest.Unsubscribe(channel));
        } else {
            tell(new SlotRequest.Occupy(channel, interest.occupancy()));
        }
    }

    void occupancy(ChannelId channel, LoopFeed feed, Occupancy occupancy) {
        Interest interest = interests.get(channel.key());
        if (interest != null && interest.feeds.replace(feed, occupancy) != null) {
            tell(new SlotRequest.Occupy(channel, interest.occupancy()));
        }
    }

    /// Tells the owner, if there is one; the next one learns it otherwise.
    void tell(SlotRequest request) {
        target.ifPresent(to -> effects.ask(to.node(), to.epoch(), 0, request));
    }

    /// The control log knows of a later epoch: its owner will say when it serves.
    void assigned(int next) {
        if (next > epoch) {
            epoch = next;
            former = target.or(() -> former);
            target = Optional.empty();
        }
    }

    /// The node serves the slot in the epoch, in a session that has just begun or in the one before.
    void serving(String node, int next) {
        Optional<Target> serving = Optional.of(new Target(node, next));
        if (next < epoch || target.equals(serving)) {
            return;
        }
        epoch = next;
        target = serving;
        former = Optional.empty();
        repeat(node, next);
        for (Interest interest : interests.values()) {
            ChannelId channel = interest.channel;
            for (LoopFeed feed : interest.feeds.keySet()) {
                effects.post(feed, loop -> loop.ownerChanged(channel));
            }
        }
    }

    /// Asks again what is unanswered. An answer that comes at once may lead to new requests: they take their
    /// turn.
    private void repeat(String node, int next) {
        repeating = true;
        long upTo = 0;
        while (upTo < lastSeq) {
            long before = upTo;
            upTo = lastSeq;
            for (long seq : List.copyOf(pending.keySet())) {
                Pending asked = pending.get(seq);
                if (asked != null && seq > before) {
                    Pending again = asked.sentAgain();
                    pending.put(seq, again);
                    effects.ask(node, next, seq, again.request());
                }
            }
        }
        repeating = false;
    }

    /// An owner that cannot take a request now does not know whether an earlier one has.
    private static boolean isUnsure(Pending asked, SlotAnswer answer) {
        return asked.sent() > 1
                && answer instanceof SlotAnswer.Published(PublishResult.Refused(ErrorInfo error))
                && error.code() == ErrorCode.OVERLOADED.code();
    }

    /// The session with the node has ended: it says so when it serves in the next one.
    void lost(String node) {
        target = target.filter(to -> !to.node().equals(node));
        former = former.filter(to -> !to.node().equals(node));
    }

    /// @return whether the answer is of the owner that was asked last
    boolean isFrom(String node, int answeredIn) {
        Optional<Target> asked = target.or(() -> former);
        return asked.filter(to -> to.node().equals(node) && to.epoch() == answeredIn)
                .isPresent();
    }

    void answered(long seq, SlotAnswer answer) {
        Pending asked = pending.get(seq);
        if (asked == null) {
            return;
        }
        boolean unsure = isUnsure(asked, answer);
        if (unsure && !asked.isOfTransport()) {
            pending.put(seq, asked.dueAgain());
            return;
        }
        pending.remove(seq);
        if (unsure) {
            // Asked again later it would have lost its turn: the client sends it and what follows it again.
            asked.answer()
                    .accept(new SlotAnswer.Published(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info())));
            return;
        }
        if (asked.request() instanceof SlotRequest.Subscribe subscribe
                && !interests.containsKey(subscribe.channel().key())) {
            // Everybody has left since it was asked.
            tell(new SlotRequest.Unsubscribe(subscribe.channel()));
        }
        asked.answer().accept(answer);
    }

    private void askDueAgain() {
        target.ifPresent(to -> {
            for (long seq : List.copyOf(pending.keySet())) {
                Pending asked = pending.get(seq);
                if (asked != null && asked.due()) {
                    pending.put(seq, asked.sentAgain());
                    effects.ask(to.node(), to.epoch(), seq, asked.request());
                }
            }
        });
    }

    /// Refuses what only reads and has waited too long. Publishes wait on, as an earlier owner may have
    /// taken them: their clients are told to come again.
    void tick(long nowMillis) {
        if (pending.isEmpty()) {
            return;
        }
        askDueAgain();
        List<Pending> late = new ArrayList<>();
        for (Iterator<Pending> all = pending.values().iterator(); all.hasNext(); ) {
            Pending asked = all.next();
            boolean reads = switch (asked.request()) {
                case SlotRequest.Subscribe subscribe -> true;
                case SlotRequest.Status status -> true;
                case SlotRequest.Read read -> true;
                case SlotRequest.Look look -> true;
                case SlotRequest.ReadObjects read -> true;
                case SlotRequest.Stats stats -> true;
                case SlotRequest.ReadRows read -> true;
                default -> false;
            };
            if (reads
                    && nowMillis - asked.askedMillis() > config.requestTimeout().toMillis()) {
                all.remove();
                late.add(asked);
            }
        }
        for (Pending asked : late) {
            asked.answer().accept(new SlotAnswer.Refused(UNAVAILABLE));
        }
    }

    /// The answer to a publish, presence update or leave as its caller knows it.
    static PublishResult result(SlotAnswer answer) {
        return switch (answer) {
            case SlotAnswer.Published(var result) -> result;
            case SlotAnswer.Refused(var error) -> new PublishResult.Refused(error);
            default -> throw new IllegalStateException("an owner answered a publish with " + answer);
        };
    }
}
