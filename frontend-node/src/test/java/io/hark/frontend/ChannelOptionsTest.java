package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.AttachFrom;
import io.hark.protocol.AttachFlag;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ChannelName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChannelOptionsTest {
    @Test
    void nothingAskedForMeansTheDefaults() {
        ChannelOptions options = valid(Map.of(), 0);

        assertThat(options.modes()).isEmpty();
        assertThat(options.rewind()).isEmpty();
        assertThat(options.echo()).isTrue();
        assertThat(options.recognised()).isEmpty();
    }

    @Test
    void modesComeByFlag() {
        int flags = ChannelMode.PUBLISH.flag() | ChannelMode.PRESENCE.flag() | AttachFlag.ATTACH_RESUME;

        assertThat(valid(Map.of(), flags).modes()).contains(Set.of(ChannelMode.PUBLISH, ChannelMode.PRESENCE));
    }

    @Test
    void aFlagThatIsNoModeAsksForNoMode() {
        assertThat(valid(Map.of(), AttachFlag.ATTACH_RESUME).modes()).isEmpty();
    }

    @Test
    void modesByParamGoBeforeThoseByFlag() {
        ChannelOptions options = valid(Map.of("modes", "subscribe, presence_subscribe"), ChannelMode.PUBLISH.flag());

        assertThat(options.modes()).contains(Set.of(ChannelMode.SUBSCRIBE, ChannelMode.PRESENCE_SUBSCRIBE));
        assertThat(options.recognised()).containsEntry("modes", "subscribe, presence_subscribe");
    }

    @Test
    void aWordThatIsNoModeIsRefused() {
        assertInvalid(Map.of("modes", "subscribe,everything"), "everything");
        assertInvalid(Map.of("modes", ""), "modes");
    }

    @Test
    void ofObjectsOneIsToldThemselvesOrThatTheyHaveChanged() {
        assertThat(valid(Map.of("objects", "objects"), 0).objects()).contains(ObjectTelling.Wanted.OBJECTS);
        assertThat(valid(Map.of("objects", "notification"), 0).objects()).contains(ObjectTelling.Wanted.NOTIFICATION);
        assertThat(valid(Map.of("objects", "objects"), 0).watches()).isTrue();
        assertThat(valid(Map.of(), 0).watches()).isFalse();
        assertInvalid(Map.of("objects", "all"), "neither objects nor notification");
    }

    @Test
    void differencesAreAskedForByTheirOnlyFormat() {
        assertThat(valid(Map.of(), 0).delta()).isFalse();
        assertThat(valid(Map.of("delta", "vcdiff"), 0).delta()).isTrue();
        assertThat(valid(Map.of("delta", "vcdiff"), 0).recognised()).containsExactly(Map.entry("delta", "vcdiff"));
        assertThat(valid(Map.of("delta", "bsdiff"), 0).delta()).isFalse();
        assertThat(valid(Map.of("delta", "bsdiff"), 0).recognised()).isEmpty();
    }

    @Test
    void aFilteredChannelKnowsNeitherRewindNorDifferences() {
        Map<String, String> params = Map.of("rewind", "1", "delta", "vcdiff", "modes", "subscribe");

        assertThat(parse("[filter=bmFtZQ==]room", params, 0))
                .isInstanceOfSatisfying(ChannelOptions.Parsed.Valid.class, valid -> {
                    assertThat(valid.options().filter()).hasToString("Optional[name]");
                    assertThat(valid.options().delta()).isFalse();
                    assertThat(valid.options().rewind()).isEmpty();
                    assertThat(valid.options().recognised()).containsOnlyKeys("modes");
                });
        assertThat(parse("[filter=W1tb]room", Map.of(), 0)).isInstanceOf(ChannelOptions.Parsed.Invalid.class);
    }

    @Test
    void aRewindIsANumberOfMessagesOrATime() {
        assertThat(rewind("5")).contains(new AttachFrom.LastMessages(5));
        assertThat(rewind("0")).contains(new AttachFrom.LastMessages(0));
        assertThat(rewind("30s")).contains(new AttachFrom.LastInterval(Duration.ofSeconds(30), 100));
        assertThat(rewind("2m")).contains(new AttachFrom.LastInterval(Duration.ofMinutes(2), 100));
    }

    @Test
    void aRewindByOneBringsTheLastPublishWhereThatIsKept() {
        ChannelOptions one = valid(Map.of("rewind", "1"), 0);
        assertThat(one.begin(true)).isEqualTo(new AttachFrom.LastPublish());
        assertThat(one.begin(false)).isEqualTo(new AttachFrom.LastMessages(1));
        assertThat(valid(Map.of("rewind", "2"), 0).begin(true)).isEqualTo(new AttachFrom.LastMessages(2));
        assertThat(valid(Map.of(), 0).begin(true)).isEqualTo(new AttachFrom.Now());
    }

    @Test
    void aRewindGivesNoMoreThanTheLimit() {
        assertThat(rewind("999999999")).contains(new AttachFrom.LastMessages(100));
        assertThat(valid(Map.of("rewind", "1m", "rewindLimit", "7"), 0).rewind())
                .contains(new AttachFrom.LastInterval(Duration.ofMinutes(1), 7));
        assertThat(valid(Map.of("rewind", "50", "rewindLimit", "7"), 0).rewind())
                .contains(new AttachFrom.LastMessages(7));
        assertInvalid(Map.of("rewind", "50", "rewindLimit", "many"), "many");
    }

    @Test
    void aRewindOfAnotherFormIsRefused() {
        for (String text : new String[] {"", "-1", "1h", "1.5", "s", "9999999999", "1 s"}) {
            assertInvalid(Map.of("rewind", text), "rewind");
        }
    }

    @Test
    void paramsGoBeforeThoseInTheName() {
        var parsed = parse("[?rewind=1&echo=false]room", Map.of("rewind", "2"), 0);

        assertThat(parsed).isInstanceOfSatisfying(ChannelOptions.Parsed.Valid.class, valid -> {
            assertThat(valid.options().rewind()).contains(new AttachFrom.LastMessages(2));
            assertThat(valid.options().echo()).isFalse();
            assertThat(valid.options().recognised()).isEqualTo(Map.of("rewind", "2", "echo", "false"));
        });
    }

    @Test
    void paramsThatAreNotKnownAreNotEchoed() {
        assertThat(valid(Map.of("nonexistent", "foo", "agent", "x"), 0).recognised())
                .isEmpty();
    }

    @Test
    void paramsThatAreNotKnownAreAskedForAllTheSame() {
        ChannelOptions before = valid(Map.of("nonexistent", "foo"), 0);

        assertThat(before.asksTheSame(valid(Map.of("nonexistent", "foo"), 0))).isTrue();
        assertThat(before.asksTheSame(valid(Map.of("nonexistent", "bar"), 0))).isFalse();
        assertThat(before.asksTheSame(valid(Map.of("nonexistent", "foo"), ChannelMode.PUBLISH.flag())))
                .isFalse();
    }

    private static Optional<AttachFrom> rewind(String text) {
        return valid(Map.of("rewind", text), 0).rewind();
    }

    private static ChannelOptions.Parsed parse(String channel, Map<String, String> params, int flags) {
        if (ChannelName.parse(channel) instanceof ChannelName.Parsed.Valid(ChannelName name)) {
            return ChannelOptions.parse(name, params, flags, new WorkBudget(1, 1, () -> 0));
        }
        throw new AssertionError("no channel name: " + channel);
    }

    private static ChannelOptions valid(Map<String, String> params, int flags) {
        if (parse("room", params, flags) instanceof ChannelOptions.Parsed.Valid(ChannelOptions options)) {
            return options;
        }
        throw new AssertionError("refused: " + params);
    }

    private static void assertInvalid(Map<String, String> params, String named) {
        assertThat(parse("room", params, 0)).isInstanceOfSatisfying(ChannelOptions.Parsed.Invalid.class, invalid -> {
            assertThat(invalid.error().code()).isEqualTo(40003);
            assertThat(invalid.error().message()).contains(named);
        });
    }
}
