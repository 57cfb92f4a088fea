package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Durability;
import io.hark.channel.MetaEvent;
import io.hark.channel.Occupancy;
import io.hark.channel.Publish;
import io.hark.channel.SlotMeta;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MetaReportsTest {
    private static final ChannelPolicy POLICY = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));
    private static final long NOW = 1_000_000;

    private final ArrayDeque<Consumer<SlotAnswer>> asked = new ArrayDeque<>();
    private final List<SlotRequest.Publish> published = new ArrayList<>();
    private int questions;
    private final Set<ChannelId> unheard = new HashSet<>();
    private final MetaReports reports = new MetaReports(this::request, "node-", unheard);

    private void request(SlotRequest request, Consumer<SlotAnswer> answer) {
        switch (request) {
            case SlotRequest.Status status -> {
                questions++;
                asked.add(answer);
            }
            case SlotRequest.Publish publish -> published.add(publish);
            default -> throw new AssertionError(request);
        }
    }

    private void answer(int subscribers) {
        Occupancy occupancy = new Occupancy(subscribers, 0, subscribers, 0, 0, 0, 0, 0);
        asked.remove().accept(new SlotAnswer.Status(new ChannelStatus(SlotMeta.empty(1), 0, occupancy, List.of())));
    }

    private void report(String name, long nowMillis) {
        report(MetaEvent.ofConnection("app", name, Map.of("connectionId", "c")), nowMillis);
    }

    private void report(MetaEvent event, long nowMillis) {
        reports.report(event, POLICY, nowMillis);
    }

    private static String data(SlotRequest.Publish request) {
        return created(request).batch().messages().getFirst().data() instanceof Payload.Text(String text) ? text : "";
    }

    private static Publish.Create created(SlotRequest.Publish request) {
        return (Publish.Create) request.publish().content();
    }

    private List<String> names() {
        return published.stream()
                .map(publish ->
                        created(publish).batch().messages().getFirst().name().orElseThrow())
                .toList();
    }

    @Test
    void whereSomebodyListensEverythingIsToldInOrder() {
        report("one", NOW);
        report("two", NOW);
        assertThat(published).isEmpty();

        answer(1);
        report("three", NOW + 10);
        assertThat(names()).containsExactly("one", "two", "three");
        assertThat(published).allMatch(publish -> created(publish).ephemeral());
        assertThat(published)
                .extracting(publish -> created(publish).batch().id())
                .doesNotHaveDuplicates();
    }

    @Test
    void whereNobodyListensOneQuestionASecondIsAllThatItCosts() {
        report("one", NOW);
        answer(0);
        for (int i = 1; i <= 900; i++) {
            report("more", NOW + i);
        }
        assertThat(questions).isEqualTo(1);
        assertThat(unheard).hasSize(1);
        reports.tick(NOW + 999);
        assertThat(unheard).hasSize(1);
        reports.tick(NOW + 1_000);
        assertThat(unheard).isEmpty();

        report("later", NOW + 1_000);
        answer(1);
        assertThat(names()).containsExactly("later");
    }

    @Test
    void anOwnerThatCannotTellIsAskedAgainLater() {
        report("one", NOW);
        asked.remove().accept(new SlotAnswer.Refused(ErrorCode.OVERLOADED.info()));
        report("two", NOW + 2_000);
        answer(1);

        assertThat(names()).containsExactly("two");
    }

    @Test
    void ofACrowdOfEventsSomeAreToldAndHowManyWereNot() {
        for (int i = 0; i < 5_000; i++) {
            report("event", NOW + i / 10);
        }
        answer(1);
        assertThat(published).hasSize(200);
        for (int i = 0; i < 100; i++) {
            report("event", NOW + 600);
        }
        assertThat(published).hasSize(200);

        reports.tick(NOW + 900);
        report("later", NOW + 1_000);
        answer(1);
        report("last", NOW + 1_001);

        assertThat(published).hasSize(202);
        assertThat(data(published.get(199))).doesNotContain("omitted");
        assertThat(data(published.get(200))).contains("\"omitted\":4900");
        assertThat(data(published.get(201))).doesNotContain("omitted");
    }

    @Test
    void errorsAreKeptForThoseWhoComeLaterButNotACrowdOfThem() {
        for (int i = 0; i < 1_000; i++) {
            report(MetaEvent.ofError("app", ErrorCode.OVERLOADED.info(), Map.of("connectionId", "c")), NOW + i);
        }
        report(MetaEvent.ofPush("app", Map.of("code", 1L)), NOW);

        assertThat(questions).isZero();
        assertThat(unheard).isEmpty();
        assertThat(published).hasSize(61).noneMatch(publish -> created(publish).ephemeral());
        assertThat(published).allMatch(publish -> publish.publish().policy().equals(POLICY));
        assertThat(data(published.getFirst())).contains("\"code\":50003", "\"connectionId\":\"c\"");

        report(MetaEvent.ofError("app", ErrorCode.OVERLOADED.info(), Map.of()), NOW + 60_000);
        assertThat(data(published.getLast())).contains("\"omitted\":940");
    }

    @Test
    void whatIsKnownNoLongerIsForgotten() {
        report("one", NOW);
        answer(1);
        reports.tick(NOW + 500);
        report("two", NOW + 600);
        assertThat(questions).isEqualTo(1);

        reports.tick(NOW + 1_600);
        report("three", NOW + 1_700);
        assertThat(questions).isEqualTo(2);
    }
}
