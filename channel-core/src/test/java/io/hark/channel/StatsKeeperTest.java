package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.Counts;
import io.hark.stats.Interval;
import io.hark.stats.StatsReport;
import io.hark.stats.StatsRetention;
import io.hark.stats.StatsRow;
import io.hark.stats.StatsRowCodec;
import io.hark.stats.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatsKeeperTest {
    private static final Interval MINUTE = Interval.parse("2025-01-20:15:11").orElseThrow();

    private final TestSlot slot = new TestSlot();
    private final List<PublishResult> replies = new ArrayList<>();

    private void count(String source, long seq, long opened) {
        count(source, seq, opened, StatsRetention.DEFAULTS);
    }

    private void count(String source, long seq, long opened, StatsRetention retention) {
        Counts counts = new Counts(new TreeMap<>(Map.of(Tally.CHANNELS_OPENED.number(), opened)));
        StatsReport report = new StatsReport(MINUTE, source, seq, new StatsRow(counts, Map.of()));
        slot.owner.count(new StatsUpdate("app", report, retention), TestSlot.NOW, replies::add);
    }

    private List<Long> opened(StateKind kind, String key) {
        List<Long> opened = new ArrayList<>();
        StateQuery query = new StateQuery(StatsUpdate.channel("app").key(), kind, key, key, 0, Long.MAX_VALUE, 10);
        slot.owner.stats(
                "app",
                query,
                TestSlot.NOW,
                (page, refusal) -> page.rows()
                        .forEach(row ->
                                opened.add(StatsRowCodec.decode(row.value().bytes())
                                        .counts()
                                        .of(Tally.CHANNELS_OPENED))));
        return opened;
    }

    @Test
    void aReportIsInEveryRollUpOnceItIsCommitted() {
        count("a", 1, 5);
        assertThat(replies).isEmpty();
        assertThat(opened(StateKind.HOUR_STATS, "2025-01-20:15"))
                .as("not before")
                .isEmpty();
        slot.commitAll();
        assertThat(replies).hasSize(1).first().isInstanceOf(PublishResult.Stored.class);
        assertThat(opened(StateKind.MINUTE_STATS, "2025-01-20:15:11")).containsExactly(5L);
        assertThat(opened(StateKind.HOUR_STATS, "2025-01-20:15")).containsExactly(5L);
        assertThat(opened(StateKind.DAY_STATS, "2025-01-20")).containsExactly(5L);
        assertThat(opened(StateKind.MONTH_STATS, "2025-01")).containsExactly(5L);
    }

    @Test
    void reportsThatComeTogetherAreFoldedOneAfterTheOther() {
        count("a", 1, 5);
        count("b", 1, 7);
        count("a", 2, 6);
        count("a", 2, 6);
        slot.commitAll();
        slot.commitAll();
        slot.commitAll();
        assertThat(replies).hasSize(4);
        assertThat(replies.getLast()).isEqualTo(new PublishResult.Accepted(List.of()));
        assertThat(opened(StateKind.DAY_STATS, "2025-01-20")).containsExactly(13L);
    }

    @Test
    void rowsOfAnotherRetentionAreRowsOfTheirOwn() {
        count("a", 1, 5);
        slot.commitAll();
        count("b", 1, 7, StatsRetention.FIXTURES);
        slot.commitAll();
        assertThat(opened(StateKind.DAY_STATS, "2025-01-20")).containsExactlyInAnyOrder(5L, 7L);
    }

    @Test
    void whatCannotBeReadNowIsRefusedAndNothingWaitsForIt() {
        slot.stateFails = true;
        count("a", 1, 5);
        assertThat(replies)
                .singleElement()
                .satisfies(reply -> assertThat(reply)
                        .isInstanceOfSatisfying(
                                PublishResult.Refused.class,
                                refused -> assertThat(refused.error())
                                        .extracting(ErrorInfo::code)
                                        .isEqualTo(ErrorCode.OVERLOADED.code())));
        slot.stateFails = false;
        count("a", 2, 5);
        slot.commitAll();
        assertThat(opened(StateKind.DAY_STATS, "2025-01-20")).containsExactly(5L);
    }

    @Test
    void theChannelOfStatisticsIsNoneOfTheApps() {
        count("a", 1, 5);
        slot.commitAll();
        assertThat(slot.owner.activeChannels("app")).isEmpty();
        assertThat(slot.reports).isEmpty();
    }
}
