package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.Durability;
import io.hark.channel.Entry;
import io.hark.channel.HistoryQuery;
import io.hark.channel.IdHash;
import io.hark.channel.Loop;
import io.hark.channel.LoopFeed;
import io.hark.channel.MemberGrace;
import io.hark.channel.MembersWanted;
import io.hark.channel.Occupancy;
import io.hark.channel.Origin;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.SlotLimits;
import io.hark.channel.SlotMeta;
import io.hark.channel.Subscribed;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.MessageBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SlotRouteTest {
    private static final ChannelId CHANNEL = TestLog.CHANNEL;
    private static final long NOW = TestLog.NOW;
    private static final int REQUESTS_MAX = 5;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Effects effects = new Effects();
    private final SlotRoute route = new SlotRoute(effects, config());
    private final List<SlotAnswer> answers = new ArrayList<>();

    private static SlotConfig config() {
        ChannelPolicy policy = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));
        return new SlotConfig(
                SlotLimits.DEFAULTS,
                new MemberGrace(15_000, policy),
                1 << 20,
                REQUESTS_MAX,
                1 << 20,
                1 << 20,
                1 << 20,
                8,
                Duration.ofSeconds(2),
                TIMEOUT,
                PlantedBug.NONE);
    }

    private record Asked(String node, int epoch, long seq, SlotRequest request) {}

    private static final class Effects implements SlotRoute.RouteEffects {
        final List<Asked> asked = new ArrayList<>();
        Consumer<Asked> onAsk = ask -> {};

        @Override
        public void ask(String node, int epoch, long seq, SlotRequest request) {
            Asked ask = new Asked(node, epoch, seq, request);
            asked.add(ask);
            onAsk.accept(ask);
        }

        @Override
        public void post(LoopFeed feed, Consumer<LoopFeed> step) {
            step.accept(feed);
        }

        List<SlotRequest> take() {
            List<SlotRequest> taken = asked.stream().map(Asked::request).toList();
            asked.clear();
            return taken;
        }
    }

    private static final class Wanting implements LoopFeed {
        final List<ChannelId> changed = new ArrayList<>();

        @Override
        public Loop loop() {
            throw new AssertionError("not asked");
        }

        @Override
        public void entered(ChannelId channel, Entry entry, boolean logged) {}

        @Override
        public void pump() {}

        @Override
        public void missed(ChannelId channel, long lastLsn) {}

        @Override
        public void ownerChanged(ChannelId channel) {
            changed.add(channel);
        }
    }

    private static Publish publish(String id) {
        return new Publish(
                CHANNEL,
                Optional.of(new IdHash(1, id.hashCode())),
                false,
                Optional.of(new Claim("conn", 1)),
                new MessageBatch(id, Optional.of("conn"), 0, List.of()),
                TestLog.POLICY,
                false);
    }

    private static SlotRequest request(String id) {
        return new SlotRequest.Publish(publish(id));
    }

    private static SlotRequest again(String id) {
        return new SlotRequest.Publish(publish(id).again());
    }

    private void ask(SlotRequest request) {
        route.ask(request, NOW, answers::add);
    }

    private static SlotAnswer accepted() {
        return new SlotAnswer.Published(new PublishResult.Accepted(List.of()));
    }

    private static SlotAnswer subscribed() {
        return new SlotAnswer.Subscribed(
                new Subscribed(SlotMeta.empty(TestLog.SLOT), new Origin("eu", 1), 0, 0, 0, 0, false, List.of()));
    }

    private SlotRequest.Subscribe subscribe(LoopFeed feed) {
        SlotRequest.Subscribe request = new SlotRequest.Subscribe(CHANNEL, List.of(), MembersWanted.ALL, false);
        route.subscribe(request, feed, NOW, answers::add);
        return request;
    }

    private static int code(SlotAnswer answer) {
        return ((SlotAnswer.Refused) answer).error().code();
    }

    @Test
    void requestsGoToTheOwnerOnceThereIsOneInTheirOrder() {
        ask(request("a"));
        ask(request("b"));
        assertThat(effects.asked).isEmpty();

        route.serving("n1", 1);
        ask(request("c"));
        assertThat(effects.asked).extracting(Asked::node).containsOnly("n1");
        assertThat(effects.asked).extracting(Asked::seq).isSorted().doesNotHaveDuplicates();
        assertThat(effects.take()).containsExactly(again("a"), again("b"), request("c"));
    }

    @Test
    void whatIsUnansweredIsAskedAgainAtTheNextOwnerAndMayBeARepeat() {
        route.serving("n1", 1);
        ask(request("a"));
        ask(request("b"));
        ask(request("c"));
        route.answered(effects.asked.get(1).seq(), accepted());
        effects.take();

        route.assigned(2);
        ask(request("d"));
        assertThat(effects.take()).isEmpty();
        route.serving("n2", 2);
        assertThat(effects.asked).extracting(Asked::epoch).containsOnly(2);
        assertThat(effects.take()).containsExactly(again("a"), again("c"), again("d"));
        assertThat(answers).hasSize(1);
    }

    @Test
    void whatIsUnansweredIsAskedAgainOfTheSameOwnerInItsNextSession() {
        route.serving("n1", 1);
        ask(request("a"));
        effects.take();
        route.serving("n1", 1);
        assertThat(effects.take()).isEmpty();

        route.lost("n2");
        assertThat(route.target()).isPresent();
        route.lost("n1");
        assertThat(route.target()).isEmpty();
        route.serving("n1", 1);
        assertThat(effects.take()).containsExactly(again("a"));
    }

    @Test
    void formerOwnersAreNotAskedAndNotHeardOnceAnotherServes() {
        route.serving("n2", 3);
        route.serving("n1", 2);
        assertThat(route.target()).contains(new SlotRoute.Target("n2", 3));
        assertThat(route.isFrom("n1", 2)).isFalse();
        assertThat(route.isFrom("n2", 2)).isFalse();
        assertThat(route.isFrom("n2", 3)).isTrue();

        route.assigned(4);
        assertThat(route.isFrom("n2", 3)).isTrue();
        ask(request("a"));
        assertThat(effects.asked).isEmpty();
        route.serving("n2", 3);
        assertThat(route.target()).isEmpty();
        route.assigned(3);
        route.assigned(5);
        assertThat(route.isFrom("n2", 3)).isTrue();
        route.serving("n1", 5);
        assertThat(route.target()).contains(new SlotRoute.Target("n1", 5));
        assertThat(route.isFrom("n2", 3)).isFalse();
    }

    @Test
    void aFormerOwnerIsNotHeardAfterItsSession() {
        route.serving("n2", 3);
        route.assigned(4);
        route.lost("n2");
        assertThat(route.isFrom("n2", 3)).isFalse();
    }

    @Test
    void anAnswerIsGivenOnce() {
        route.serving("n1", 1);
        ask(request("a"));
        long seq = effects.asked.getFirst().seq();
        route.answered(seq, accepted());
        route.answered(seq, accepted());

        assertThat(answers).hasSize(1);
        assertThat(route.waiting()).isZero();
    }

    @Test
    void moreThanMayWaitIsRefused() {
        for (int i = 0; i < REQUESTS_MAX; i++) {
            ask(request("a" + i));
        }
        assertThat(answers).isEmpty();

        ask(request("one more"));
        assertThat(answers)
                .singleElement()
                .satisfies(answer -> assertThat(code(answer)).isEqualTo(50003));
        assertThat(route.waiting()).isEqualTo(REQUESTS_MAX);
    }

    @Test
    void requestsMadeWhileOthersAreAskedAgainTakeTheirTurn() {
        route.serving("n1", 1);
        ask(request("a"));
        ask(request("b"));
        effects.take();
        effects.onAsk = ask -> {
            if (ask.request().equals(again("a"))) {
                effects.onAsk = none -> {};
                ask(request("from the answer"));
                route.answered(ask.seq(), accepted());
            }
        };
        route.serving("n2", 2);

        assertThat(effects.take()).containsExactly(again("a"), again("b"), again("from the answer"));
        assertThat(route.waiting()).isEqualTo(2);
    }

    @Test
    void onlyWhatReadsIsRefusedAfterAWhile() {
        route.serving("n1", 1);
        ask(request("a"));
        ask(new SlotRequest.Status(CHANNEL));
        ask(new SlotRequest.Read(HistoryQuery.after(CHANNEL.key(), 0, 10, 10, 10)));
        subscribe(new Wanting());
        route.tick(NOW + TIMEOUT.toMillis());
        assertThat(answers).isEmpty();

        route.tick(NOW + TIMEOUT.toMillis() + 1);
        assertThat(answers).hasSize(3).allMatch(answer -> code(answer) == ErrorCode.OVERLOADED.code());
        assertThat(route.waiting()).isEqualTo(1);
        route.answered(effects.asked.get(1).seq(), accepted());
        assertThat(answers).hasSize(3);
    }

    @Test
    void everyFeedIsToldOfAnotherOwner() {
        Wanting one = new Wanting();
        Wanting two = new Wanting();
        subscribe(one);
        subscribe(two);
        route.serving("n1", 1);
        assertThat(one.changed).containsExactly(CHANNEL);
        assertThat(two.changed).containsExactly(CHANNEL);

        route.unsubscribe(CHANNEL, one);
        route.serving("n2", 2);
        assertThat(one.changed).hasSize(1);
        assertThat(two.changed).hasSize(2);
    }

    @Test
    void theLastFeedThatLeavesUnsubscribesTheNode() {
        Wanting one = new Wanting();
        Wanting two = new Wanting();
        route.serving("n1", 1);
        subscribe(one);
        subscribe(two);
        effects.take();
        route.occupancy(CHANNEL, one, new Occupancy(1, 0, 0, 0, 0, 0, 0, 0));
        route.occupancy(CHANNEL, two, new Occupancy(2, 0, 0, 0, 0, 0, 0, 0));
        route.occupancy(CHANNEL, new Wanting(), new Occupancy(9, 0, 0, 0, 0, 0, 0, 0));
        route.unsubscribe(CHANNEL, one);
        route.unsubscribe(CHANNEL, one);
        assertThat(effects.take())
                .containsExactly(
                        new SlotRequest.Occupy(CHANNEL, new Occupancy(1, 0, 0, 0, 0, 0, 0, 0)),
                        new SlotRequest.Occupy(CHANNEL, new Occupancy(3, 0, 0, 0, 0, 0, 0, 0)),
                        new SlotRequest.Occupy(CHANNEL, new Occupancy(2, 0, 0, 0, 0, 0, 0, 0)));

        route.unsubscribe(CHANNEL, two);
        assertThat(effects.take()).containsExactly(new SlotRequest.Unsubscribe(CHANNEL));
        assertThat(route.interest(CHANNEL.key())).isEmpty();
    }

    @Test
    void aSubscribeThatIsAnsweredAfterAllHaveLeftIsTakenBack() {
        Wanting feed = new Wanting();
        SlotRequest.Subscribe request = subscribe(feed);
        route.unsubscribe(CHANNEL, feed);
        route.serving("n1", 1);
        assertThat(effects.asked).extracting(Asked::request).containsExactly(request);

        route.answered(effects.asked.getFirst().seq(), subscribed());
        assertThat(effects.take()).containsExactly(request, new SlotRequest.Unsubscribe(CHANNEL));
    }

    @Test
    void whatWantsNoAnswerIsToldToWhoServesNowOrNobody() {
        SlotRequest lost = new SlotRequest.Lost(CHANNEL, new Claim("conn", 1), TestLog.POLICY, 15_000);
        route.tell(lost);
        route.serving("n1", 1);
        assertThat(effects.take()).isEmpty();

        route.tell(lost);
        assertThat(effects.asked).containsExactly(new Asked("n1", 1, 0, lost));
    }
}
