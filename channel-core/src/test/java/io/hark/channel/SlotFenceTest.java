package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.PresenceAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/// What an owner does with late copies of publishes, and once it is the owner no longer.
class SlotFenceTest {
    private static final Claim FIRST = new Claim("conn", 1);
    private static final Claim RESUMED = new Claim("conn", 2);
    private static final Receipt EARLIER = new Receipt(7, 1_000, new Origin("eu", 1), 7, 1);

    private final TestSlot slot = new TestSlot();

    private void known(Claim publisher) {
        slot.publish("first of " + publisher, publisher);
        slot.answerLookup(Optional.empty());
    }

    @Test
    void theFirstEntryIsOfTheNewEpochAndFollowsWhatIsThere() {
        List<Append> appends = new ArrayList<>();
        SlotMeta recovered = new SlotMeta(
                TestSlot.CHANNEL.key().slot(),
                List.of(new SlotMeta.EpochStart(3, 1)),
                1,
                List.of(),
                41,
                41,
                Hlc.next(0, TestSlot.NOW + 5_000));
        SlotOwner owner = new SlotOwner(
                recovered, 4, 2, "eu", appending(appends), SlotLimits.DEFAULTS, TestSlot.GRACE, TestSlot.NOW);
        EntryHead noop = appends.getFirst().head();

        assertThat(noop.kind()).isEqualTo(EntryKind.NOOP);
        assertThat(noop.lsn()).isEqualTo(42);
        assertThat(noop.epoch()).isEqualTo(4);
        assertThat(noop.origin()).isEqualTo(new Origin("eu", 2));
        assertThat(noop.oseq()).isEqualTo(1);
        assertThat(noop.hlc()).isGreaterThan(recovered.hlc());
        assertThat(appends.getFirst().after().endOf(1)).isEqualTo(41);
        assertThat(owner.committedLsn()).isEqualTo(41);
        owner.committed(42);
        assertThat(owner.committedLsn()).isEqualTo(42);
    }

    private SlotEffects appending(List<Append> appends) {
        return new SlotEffects() {
            @Override
            public void report(MetaEvent event) {
                throw new UnsupportedOperationException();
            }

            @Override
            public long wallMillis() {
                return TestSlot.NOW;
            }

            @Override
            public void append(Append append) {
                appends.add(append);
            }

            @Override
            public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer) {
                slot.findId(channel, id, answer);
            }

            @Override
            public void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void changed(ChannelId channel, List<StateChange> changes) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer) {
                slot.load(channel, answer);
            }

            @Override
            public <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> answer) {
                slot.consult(reading, answer);
            }

            @Override
            public ObjectsMemory objectsMemory() {
                return slot.objectsMemory();
            }

            @Override
            public boolean overloaded() {
                return false;
            }
        };
    }

    @Test
    void theFirstPublishOfAConnectionInAnEpochIsLookedUp() {
        var result = slot.publish("a", FIRST);
        assertThat(slot.lookups()).isEqualTo(1);
        assertThat(slot.appends).isEmpty();

        slot.answerLookup(Optional.of(EARLIER));
        assertThat(result).containsExactly(new PublishResult.Stored(EARLIER));
    }

    @Test
    void publishesAreLookedUpUntilOneIsNotFound() {
        slot.publish("a", FIRST);
        slot.answerLookup(Optional.of(EARLIER));
        slot.publish("b", FIRST);
        assertThat(slot.lookups()).isEqualTo(1);
        slot.answerLookup(Optional.empty());

        slot.publish("c", FIRST);
        assertThat(slot.lookups()).isZero();
        assertThat(slot.appends).hasSize(2);
    }

    @Test
    void aNewTransportIsLookedUpAnewAndOthersForThemselves() {
        known(FIRST);
        slot.publish("b", RESUMED);
        assertThat(slot.lookups()).isEqualTo(1);
        slot.answerLookup(Optional.empty());

        slot.publish("c", new Claim("other", 1));
        assertThat(slot.lookups()).isEqualTo(1);
    }

    @Test
    void aLookupThatFailsSettlesNothing() {
        slot.publish("a", FIRST);
        slot.failLookup();
        slot.publish("a", FIRST);

        assertThat(slot.lookups()).isEqualTo(1);
    }

    @Test
    void aLateCopyFromAnEarlierTransportIsRefused() {
        known(FIRST);
        known(RESUMED);
        int before = slot.appends.size();
        var late = slot.publish("late", FIRST);

        ErrorInfo refusal = TestSlot.refusal(late);
        assertThat(refusal.code()).isEqualTo(ErrorCode.TRANSPORT_SUPERSEDED.code());
        assertThat(slot.appends).hasSize(before);
        assertThat(slot.publish("on", RESUMED)).isEmpty();
        assertThat(slot.appends).hasSize(before + 1);
    }

    @Test
    void aLateCopyThatWaitsBehindTheNewTransportsFirstPublishIsRefused() {
        known(FIRST);
        slot.publish("a", RESUMED);
        var late = slot.publish("late", FIRST);
        assertThat(late).isEmpty();
        slot.answerLookup(Optional.empty());

        assertThat(TestSlot.refusal(late).code()).isEqualTo(ErrorCode.TRANSPORT_SUPERSEDED.code());
    }

    @Test
    void whatWaitsBehindARefusalThatSettlesNothingIsRefusedToo() {
        slot.repeat("a", FIRST);
        var second = slot.repeat("b", FIRST);
        slot.failLookup();
        slot.answerLookup(Optional.empty());
        var third = slot.publish("c", FIRST);

        assertThat(TestSlot.refusal(second).code()).isEqualTo(ErrorCode.TRANSPORT_SUPERSEDED.code());
        assertThat(TestSlot.refusal(third).code()).isEqualTo(ErrorCode.TRANSPORT_SUPERSEDED.code());
        assertThat(slot.appends).isEmpty();
    }

    @Test
    void otherConnectionsAreNotSuperseded() {
        known(RESUMED);
        known(new Claim("other", 1));

        assertThat(slot.appends).hasSize(2);
    }

    @Test
    void anOwnerThatIsNoneAnyMoreAnswersNothing() {
        slot.subscribe();
        var inFlight = slot.publish("a");
        var lookedUp = slot.repeat("b");
        var parked = slot.publish("c");
        slot.owner.close();
        slot.answerLookup(Optional.of(EARLIER));
        slot.commitAll();

        assertThat(inFlight).isEmpty();
        assertThat(lookedUp).isEmpty();
        assertThat(parked).isEmpty();
        assertThat(slot.delivered).isEmpty();
        assertThat(slot.appends).hasSize(1);
    }

    @Test
    void anOwnerThatIsNoneAnyMoreRefusesNothingEither() {
        slot.loadsByHand = true;
        var loading = slot.publish("a");
        var second = slot.present(FIRST, 0, PresenceAction.ENTER, "ann");
        slot.owner.close();
        slot.failLoad();

        assertThat(loading).isEmpty();
        assertThat(second).isEmpty();
    }

    @Test
    void anOwnerThatIsNoneAnyMoreLetsNobodyLeave() {
        slot.present(FIRST, 0, PresenceAction.ENTER, "ann");
        slot.commitAll();
        slot.owner.lost(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW + 1, () -> {});
        slot.owner.close();

        assertThat(slot.owner.activeChannels("app")).isEmpty();
        assertThat(slot.appends).hasSize(1);
    }
}
