package io.hark.auth;

import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.capability;
import static io.hark.auth.Fixtures.error;
import static io.hark.auth.Fixtures.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapabilityTest {
    @ParameterizedTest
    @CsvSource({
        // pattern, resource, matches
        "*, foo, true",
        "*, foo:bar:baz, true",
        "*, R::$chat, true",
        "*, [meta]log, false",
        "*, [queue]app-name, false",
        "*, [filter]foo, false",
        "foo, foo, true",
        "foo, foo:bar, false",
        "foo, fo, false",
        "foo, fooo, false",
        "foo, [meta]foo, false",
        "foo:*, foo:bar, true",
        "foo:*, foo:bar:baz, true",
        "foo:*, foo, false",
        "foo:*, food:bar, false",
        "foo:*, foo::$chat, true",
        "foo:*, foo:, true",
        "foo:*:baz, foo:bar:baz, true",
        "foo:*:baz, foo:a:b:baz, false",
        "foo:*:baz, foo:baz, false",
        "foo:*:baz, foo:bar:bay, false",
        "*:baz, foo:baz, true",
        "*:baz, baz, false",
        "*:*, foo, false",
        "*:*, foo:bar, true",
        "foo*, foo*, true",
        "foo*, foobar, false",
        "[meta]*, [meta]log, true",
        "[meta]*, [meta]channel.lifecycle, true",
        "[meta]*, log, false",
        "[meta]*, [metal]log, false",
        "[meta]log, [meta]log, true",
        "[meta]log, [meta]log:push, false",
        "[queue]*, [queue]app-name, true",
        "[queue]*, [meta]log, false",
        "[*]*, foo, true",
        "[*]*, [meta]log, true",
        "[*]*, [filter]foo:bar, true",
        "[*]foo:*, foo:bar, true",
        "[*]foo:*, [filter]foo:bar, true",
        "[*]foo:*, [filter]bar, false",
        "[filter]foo, [filter]foo, true",
        "[*]foo, foo, true",
        "[*]foo, [filter]foo, true",
        "[*]*, [unclosed, false",
    })
    void aPatternMatchesWholeSegments(String pattern, String resource, boolean matches) {
        Capability capability = capability("{\"" + pattern + "\":[\"publish\"]}");
        assertThat(capability.permits(Operation.PUBLISH, resource)).isEqualTo(matches);
        assertThat(capability.permits(Operation.SUBSCRIBE, resource)).isFalse();
    }

    @Test
    void operationsOfAllMatchingEntriesAddUp() {
        Capability capability = capability(
                "{\"canpublish:*\":[\"publish\"],\"canpublish:andpresence\":[\"presence\"],\"*\":[\"subscribe\"]}");
        assertThat(capability.permitsAny("canpublish:andpresence"))
                .containsExactlyInAnyOrder(Operation.PUBLISH, Operation.PRESENCE, Operation.SUBSCRIBE);
        assertThat(capability.permitsAny("canpublish:other"))
                .containsExactlyInAnyOrder(Operation.PUBLISH, Operation.SUBSCRIBE);
        assertThat(capability.permitsAny("other")).containsExactly(Operation.SUBSCRIBE);
        assertThat(capability.permitsAny("[meta]log")).isEmpty();
    }

    @Test
    void aStarGrantsEveryOperation() {
        assertThat(Capability.DEFAULT.permitsAny("any")).containsExactly(Operation.values());
        assertThat(Capability.EVERYTHING.permitsAny("[meta]log")).containsExactly(Operation.values());
    }

    @ParameterizedTest
    @CsvSource({"*, true", "[*]*, true", "foo, false", "foo:*, false", "*:foo, false", "[meta]*, false"})
    void onlyAStarGrantsWhatConcernsTheWholeApp(String pattern, boolean granted) {
        assertThat(capability("{\"" + pattern + "\":[\"stats\"]}").permitsAppWide(Operation.STATS))
                .isEqualTo(granted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"*\"",
                "{",
                "{\"a\":[\"publish\"]",
                "{\"a\":[\"publish\"]} x",
                "{\"a\":[\"publish_\"]}",
                "{\"a\":[\"*\",\"publish\"]}",
                "{\"a\":[\"*\",\"*\"]}",
                "{\"a\":[]}",
                "{\"a\":\"publish\"}",
                "{\"a\":null}",
                "{\"a\":[1]}",
                "{\"a\":[null]}",
                "{\"a\":[[\"publish\"]]}",
                "{\"\":[\"publish\"]}",
                "{\"[]a\":[\"publish\"]}",
                "{\"[meta\":[\"publish\"]}",
                "{\"[meta]\":[\"publish\"]}",
                "{\"a\":[\"statistics\"]}",
            })
    void whatIsNoCapabilityIsRefusedWith40000(String json) {
        assertError(error(Capability.parse(json)), 400, 40000);
    }

    @Test
    void moreResourcesThanTheLimitAreRefused() {
        assertThat(Capability.parse(capabilityOf(Capability.RESOURCES_MAX, "c%d")))
                .isInstanceOf(Outcome.Ok.class);
        assertError(error(Capability.parse(capabilityOf(Capability.RESOURCES_MAX + 1, "c%d"))), 400, 40000);
        String tooLong = "{\"" + "a".repeat(Capability.TEXT_CHARS_MAX) + "\":[\"*\"]}";
        assertError(error(Capability.parse(tooLong)), 400, 40000);
    }

    @Test
    void anIntersectionThatGrowsPastTheLimitIsRefused() {
        Capability firsts = capability(capabilityOf(40, "a%d:*"));
        Capability seconds = capability(capabilityOf(40, "*:b%d"));
        assertError(error(firsts.intersect(seconds)), 400, 40000);
        String segment = "a".repeat(1_500);
        Capability fewButLong = capability(capabilityOf(30, segment + "%d:*"));
        assertError(error(fewButLong.intersect(capability(capabilityOf(30, "*:" + segment + "%d")))), 400, 40000);
    }

    private static String capabilityOf(int count, String resource) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"" + resource.formatted(i) + "\":[\"*\"]")
                .collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void theCanonicalTextIsSortedWithoutWhitespaceAndWithoutDuplicates() {
        Capability capability = capability(
                " { \"private\" : [ \"subscribe\", \"publish\",\"presence\", \"publish\" ], \"*\": [\"subscribe\"]"
                        + " ,\"10\":[\"*\"], \"9\":[\"*\"]} ");
        assertThat(capability.canonical())
                .isEqualTo(
                        "{\"*\":[\"subscribe\"],\"10\":[\"*\"],\"9\":[\"*\"],\"private\":[\"presence\",\"publish\",\"subscribe\"]}");
        assertThat(capability(capability.canonical())).isEqualTo(capability).hasSameHashCodeAs(capability);
        assertThat(capability("{}").canonical()).isEqualTo("{}");
    }

    @Test
    void theCanonicalTextEscapesAsJavaScriptDoes() {
        Capability capability = capability("{\"q\\\"b\\\\\\n\\u0001é😀/\":[\"*\"]}");
        assertThat(capability.canonical()).isEqualTo("{\"q\\\"b\\\\\\n\\u0001é😀/\":[\"*\"]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // key | request | result
                "{'channel2':['publish','subscribe']} | {'channel2':['presence','subscribe'],'channelx':['publish']} |"
                        + " {'channel2':['subscribe']}",
                "{'channel2':['publish','subscribe']} | {'channel2':['*']} | {'channel2':['publish','subscribe']}",
                "{'channel6':['*']} | {'channel6':['publish','subscribe']} | {'channel6':['publish','subscribe']}",
                "{'*':['subscribe']} | {'cansubscribe:*':['subscribe']} | {'cansubscribe:*':['subscribe']}",
                "{'*':['subscribe']} | {'cansubscribe':['subscribe']} | {'cansubscribe':['subscribe']}",
                "{'*':['*']} | {'*':['subscribe'],'private':['subscribe','publish','presence']} |"
                        + " {'*':['subscribe'],'private':['presence','publish','subscribe']}",
                "{'canpublish:*':['publish']} | {'canpublish:check':['publish']} | {'canpublish:check':['publish']}",
                "{'canpublish:*':['publish']} | {'*':['*']} | {'canpublish:*':['publish']}",
                "{'a:*':['publish']} | {'*:b':['*']} | {'a:b':['publish']}",
                "{'a:*:c':['publish']} | {'a:b:*':['publish']} | {'a:b:c':['publish']}",
                "{'a:*:*':['publish']} | {'*:b:*':['publish']} | {'a:b:*':['publish']}",
                "{'a:*':['publish']} | {'a:b:*':['publish']} | {'a:b:*':['publish']}",
                "{'[*]*':['*']} | {'*':['*'],'[meta]log':['subscribe']} | {'*':['*'],'[meta]log':['subscribe']}",
                "{'*':['*']} | {'[*]*':['*']} | {'*':['*']}",
                "{'[meta]*':['subscribe']} | {'[*]log':['*']} | {'[meta]log':['subscribe']}",
                "{'*':['subscribe'],'a':['publish']} | {'a':['*']} | {'a':['publish','subscribe']}",
            })
    void anIntersectionKeepsTheMoreSpecificOfEachPair(String key, String request, String result) {
        assertThat(value(capability(quoted(key)).intersect(capability(quoted(request))))
                        .canonical())
                .isEqualTo(quoted(result));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'canpublish:*':['publish'],'canpublish:andpresence':['presence','publish']}",
                "{'pushenabled:*':['publish','push-subscribe'],'pushenabled:admin:*':['publish','push-admin']}",
                "{'*:b':['subscribe'],'a:*':['publish']}",
                "{'[*]*':['*']}",
            })
    void aRequestForAllThatTheKeyHasComesBackUnchanged(String key) {
        Capability capability = capability(quoted(key));
        assertThat(value(capability.intersect(capability(quoted(key)))).canonical())
                .isEqualTo(quoted(key));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':['*']} | {'b':['*']}",
                "{'a':['publish']} | {'a':['subscribe']}",
                "{'a:*':['*']} | {'a':['*']}",
                "{'a:*:c':['*']} | {'a:b':['*']}",
                "{'*':['*']} | {'[meta]log':['*']}",
                "{'a':['*']} | {}",
                "{} | {}",
            })
    void nothingInCommonIsRefusedWith40160(String key, String request) {
        assertError(error(capability(quoted(key)).intersect(capability(quoted(request)))), 401, 40160);
    }

    @Test
    void anIntersectionPermitsExactlyWhatBothPermit() {
        String[] patterns = {
            "*", "a", "a:*", "*:b", "a:b", "a:*:c", "a:b:*", "*:*", "*:b:*", "[meta]*", "[*]*", "[*]a:*", "[meta]a"
        };
        String[] resources = {
            "a", "b", "a:b", "b:b", "a:c", "a:b:c", "a:d:c", "b:b:c", "a:b:c:d", "[meta]a", "[meta]a:b", "[q]a:b"
        };
        for (String first : patterns) {
            for (String second : patterns) {
                Capability one = capability("{\"" + first + "\":[\"publish\",\"history\"]}");
                Capability two = capability("{\"" + second + "\":[\"publish\",\"presence\"]}");
                for (String resource : resources) {
                    boolean both = one.permits(Operation.PUBLISH, resource) && two.permits(Operation.PUBLISH, resource);
                    boolean inCommon = one.intersect(two) instanceof Outcome.Ok<Capability>(var common)
                            && common.permits(Operation.PUBLISH, resource);
                    assertThat(inCommon)
                            .as("%s and %s on %s", first, second, resource)
                            .isEqualTo(both);
                }
            }
        }
    }

    private static String quoted(String text) {
        return text.replace('\'', '"');
    }
}
