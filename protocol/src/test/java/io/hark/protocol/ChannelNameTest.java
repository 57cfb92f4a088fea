package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ChannelName.Parsed;
import io.hark.protocol.ChannelName.Qualifier;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelNameTest {

    @Test
    void anOrdinaryNameStandsForItself() {
        assertThat(parsed("chat:room1"))
                .isEqualTo(new ChannelName("chat:room1", Optional.empty(), Map.of(), "chat:room1"));
    }

    @Test
    void paramsMayStandInBracketsAlone() {
        assertThat(parsed("[?rewind=1&delta=vcdiff]foo"))
                .isEqualTo(new ChannelName(
                        "[?rewind=1&delta=vcdiff]foo",
                        Optional.empty(),
                        Map.of("rewind", "1", "delta", "vcdiff"),
                        "foo"));
    }

    @Test
    void aMetachannelMayHaveParams() {
        assertThat(parsed("[meta]log").qualifier()).contains(new Qualifier.Meta());
        assertThat(parsed("[meta?rewind=1]log"))
                .isEqualTo(new ChannelName(
                        "[meta?rewind=1]log", Optional.of(new Qualifier.Meta()), Map.of("rewind", "1"), "log"));
    }

    @Test
    void aFilterKeepsItsExpressionAsWritten() {
        assertThat(parsed("[filter=bmFtZSA9PSBgImEiYA==?rewind=1]foo"))
                .isEqualTo(new ChannelName(
                        "[filter=bmFtZSA9PSBgImEiYA==?rewind=1]foo",
                        Optional.of(new Qualifier.Filter("bmFtZSA9PSBgImEiYA==")),
                        Map.of("rewind", "1"),
                        "foo"));
    }

    @Test
    void paramsAreUrlDecodedAndTheLastOfARepeatedOneCounts() {
        assertThat(parsed("[?a=x%20y+z&a=%C3%A9&b&=c&]foo").params()).isEqualTo(Map.of("a", "é", "b", ""));
    }

    @ParameterizedTest
    @CsvSource({"chat:room:1,chat", "chat,chat", "[?rewind=1]chat:a,chat", "[meta]log:push,log", "a[b]:c,a[b]"})
    void theNamespaceEndsAtTheFirstColon(String name, String namespace) {
        assertThat(parsed(name).namespace()).isEqualTo(namespace);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":hell",
                ":",
                "a\nb",
                "a\rb",
                "[",
                "[foo",
                "[]foo",
                "[meta]",
                "[meta]:log",
                "[meta][meta]log",
                "[queue]foo",
                "[filter=]foo",
                "[filter]foo",
                "[?rewind=1]",
                "[?rewind=%zz]foo",
                "[?a=%4]foo",
                "[Meta]log",
                "[other?rewind=1]foo"
            })
    void otherNamesAreRefusedWith40010(String name) {
        assertThat(ChannelName.parse(name))
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class,
                        invalid -> assertThat(invalid.error().code()).isEqualTo(40010));
    }

    @Test
    void theLongestNameHas2047Characters() {
        assertThat(ChannelName.parse("x".repeat(2047))).isInstanceOf(Parsed.Valid.class);
        assertThat(ChannelName.parse("x".repeat(2048))).isInstanceOf(Parsed.Invalid.class);
    }

    private static ChannelName parsed(String name) {
        return switch (ChannelName.parse(name)) {
            case Parsed.Valid(ChannelName valid) -> valid;
            case Parsed.Invalid(ErrorInfo error) -> throw new AssertionError(error.message());
        };
    }
}
