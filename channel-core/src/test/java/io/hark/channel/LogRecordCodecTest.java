package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.protocol.FrameMutator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LogRecordCodecTest {
    private static final ChannelId CHANNEL = ChannelId.of("shop", "bestellungen: größe");
    private static final ChannelPolicy FSYNC = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(24));
    private static final ChannelPolicy REPLICATED =
            new ChannelPolicy(Durability.REPLICATED, Duration.ofMillis(1), true);
    private static final int MUTATIONS = 50_000;

    private static List<LogRecord> records() {
        List<StateChange> changes = new ArrayList<>();
        Stream.of(
                        new MemberChange.Put(LogScript.member("ann", 5), Optional.empty()),
                        new MemberChange.Put(LogScript.member("bob", 6), Optional.of(LogScript.member("bob", 5))),
                        new MemberChange.Remove(LogScript.member("eve", 5)))
                .map(MemberChange::row)
                .forEach(changes::add);
        StateValue value = new StateValue(new byte[] {1, 2, 3});
        Lifetime hour = new Lifetime(7, Duration.ofHours(1));
        changes.add(new StateChange(StateKind.MESSAGE, "größe", hour, Optional.empty(), Optional.of(value)));
        changes.add(new StateChange(
                StateKind.MESSAGE, "", hour, Optional.of(new StateValue(new byte[0])), Optional.empty()));
        LogScript script = new LogScript()
                .noop(7, REPLICATED, 5)
                .message(CHANNEL, FSYNC, 6, "a", Optional.of(new IdHash(-1, Long.MIN_VALUE)))
                .message(CHANNEL, REPLICATED, 7, "b")
                .message(CHANNEL, FSYNC, 7, "c", List.of(new IdHash(1, 2), new IdHash(3, 4), new IdHash(-5, 6)))
                .enter(CHANNEL, FSYNC, 8, "ann");
        List<LogRecord> records =
                new ArrayList<>(script.take().stream().map(Append::record).toList());
        LogRecord last = records.getLast();
        records.add(last.withChanges(changes));
        return records;
    }

    @Test
    void recordsOfEveryShapeComeBackAsTheyWere() throws DamagedEntry {
        for (LogRecord record : records()) {
            LogRecord decoded = LogRecordCodec.decode(record.companion(), record.encoded());
            assertThat(decoded).usingRecursiveComparison().isEqualTo(record);
        }
    }

    @Test
    void everyMissingEndIsNoticed() {
        for (LogRecord record : records()) {
            byte[] companion = record.companion();
            for (int length = 0; length < companion.length; length++) {
                byte[] torn = Arrays.copyOf(companion, length);
                assertThatThrownBy(() -> LogRecordCodec.decode(torn, record.encoded()))
                        .isInstanceOf(DamagedEntry.class);
            }
        }
    }

    @Test
    void aCompanionOfAnotherChannelsEntryIsNoticed() {
        LogRecord record = records().get(1);
        LogRecord other = new LogScript()
                .message(ChannelId.of("shop", "other"), FSYNC, 6, "a")
                .take()
                .getFirst()
                .record();

        assertThatThrownBy(() -> LogRecordCodec.decode(record.companion(), other.encoded()))
                .isInstanceOf(DamagedEntry.class)
                .hasMessageContaining("whose hash is another");
    }

    @Test
    void aFlippedBitOfTheEntryIsNoticed() {
        LogRecord record = records().get(1);
        byte[] companion = record.companion();
        for (int bit = 0; bit < record.encoded().length * 8; bit++) {
            byte[] damaged = record.encoded().clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> LogRecordCodec.decode(companion, damaged)).isInstanceOf(DamagedEntry.class);
        }
    }

    @Test
    void hostileCompanionsGiveARecordOrAreDamagedAndNothingElse() {
        List<LogRecord> records = records();
        List<byte[]> valid = records.stream().map(LogRecord::companion).toList();
        FrameMutator mutator = new FrameMutator(valid, 1);
        int decoded = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] hostile = mutator.next();
            LogRecord record = records.get(i % records.size());
            try {
                LogRecord back = LogRecordCodec.decode(hostile, record.encoded());
                assertThat(back.head()).isEqualTo(record.head());
                back.channel()
                        .ifPresent(channel -> assertThat(channel.key())
                                .isEqualTo(record.head().channel()));
                decoded++;
            } catch (DamagedEntry e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
        assertThat(decoded).isBetween(1, MUTATIONS / 2);
    }
}
