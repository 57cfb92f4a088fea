package io.hark.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.auth.Outcome;
import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Origin;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceBatch;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MessageFilterTest {
    private final AtomicLong clock = new AtomicLong();
    private final WorkBudget budget = new WorkBudget(1_000_000, 1_000_000, clock::get);

    @Test
    void messagesAreSelectedByNameHeadersClientIdAndData() {
        Message message = Message.of(Optional.of("order"), Payload.text("{\"total\": 12.5, \"lines\": [1, 2]}"))
                .withClientId(Optional.of("bob"))
                .withExtras(Map.of("headers", Map.of("number", 26_095L, "urgent", true, "city", "Oslo")));
        Message withJson = message.withData(message.data(), Optional.of("json"));

        assertThat(selects("name == `\"order\"`", message)).isTrue();
        assertThat(selects("name == 'order' && headers.number == `26095`", message))
                .isTrue();
        assertThat(selects("name == `\"order\"` && headers.number == `26096`", message))
                .isFalse();
        assertThat(selects("headers.number > `26000` && headers.urgent", message))
                .isTrue();
        assertThat(selects("!(headers.urgent)", message)).isFalse();
        assertThat(selects("clientId == 'bob'", message)).isTrue();
        assertThat(selects("starts_with(headers.city, 'Os')", message)).isTrue();
        assertThat(selects("contains(['Oslo', 'Bergen'], headers.city)", message))
                .isTrue();
        assertThat(selects("headers.none", message)).isFalse();
        assertThat(selects("data.total > `12`", withJson)).isTrue();
        assertThat(selects("length(data.lines) == `2`", withJson)).isTrue();
        assertThat(selects("data.total > `12`", message)).isFalse();
    }

    @Test
    void whatAnExpressionCannotBeAppliedToIsNotSelected() {
        Message bare = Message.of(Optional.empty(), Payload.NONE);

        assertThat(selects("name == 'order'", bare)).isFalse();
        assertThat(selects("headers.a == `1`", bare)).isFalse();
        assertThat(selects("starts_with(name, 'o')", bare)).isFalse();
        assertThat(selects("data.a.b", bare)).isFalse();
        assertThat(selects("data", Message.of(Optional.empty(), Payload.binary(new byte[] {1}))))
                .isFalse();
        assertThat(selects(
                        "data.a",
                        Message.of(Optional.empty(), Payload.NONE)
                                .withData(Payload.text("{\"a\":"), Optional.of("json"))))
                .isFalse();
    }

    @Test
    void ofABatchOnlyTheSelectedMessagesStayWithTheirIdsAndSerials() {
        Entry batch = entry(new EntryBody.Messages(new MessageBatch(
                "conn:7",
                Optional.empty(),
                1,
                List.of(named("a"), named("b"), named("a").withId("own"), named("b")))));
        Entry selected = valid("name == 'a'").select(batch);

        List<Message> messages = ((EntryBody.Messages) selected.body()).batch().messages();
        assertThat(messages).extracting(message -> message.id().orElseThrow()).containsExactly("conn:7:0", "own");
        assertThat(messages.getLast().serial().orElseThrow()).endsWith(":002");
        assertThat(valid("name == 'c'").select(batch).body()).isEqualTo(EntryBody.NONE);
        assertThat(valid("name").select(batch)).isSameAs(batch);
    }

    @Test
    void presenceIsNotPartOfAFilteredChannel() {
        Entry presence = entry(new EntryBody.Presence(new PresenceBatch("p", Optional.empty(), 1, List.of())));

        assertThat(valid("name").select(presence).body()).isEqualTo(EntryBody.NONE);
    }

    @Test
    void whatIsNoExpressionIsRefused() {
        for (String bad :
                List.of("", "name ==", "name == 'a", "headers.[", "nonsense(name)", "a..b", "`{`", "\u0000")) {
            assertThat(refusal(base64(bad)).code()).as(bad).isEqualTo(40003);
        }
        assertThat(refusal("***").message()).contains("base64");
        assertThat(refusal(Base64.getEncoder().encodeToString(new byte[] {(byte) 0xff}))
                        .code())
                .isEqualTo(40003);
    }

    @Test
    void anExpressionThatIsTooLongOrTooDeepIsRefused() {
        assertThat(refusal(base64("a".repeat(MessageFilter.EXPRESSION_CHARS_MAX + 1)))
                        .message())
                .contains("1000");
        assertThat(refusal(base64("(".repeat(500))).message()).contains("32");
        assertThat(refusal(base64("!".repeat(500) + "a")).message()).contains("32");
        assertThat(selects("a" + ".a".repeat(499), named("x"))).isFalse();
        assertThat(selects("name" + " || a".repeat(198), named("x"))).isTrue();
    }

    @Test
    void anExpressionThatTakesTooManyStepsSaysSoInsteadOfGuessing() {
        String doubling = "[@, @]" + " | [@, @][]".repeat(12);
        assertCostly(doubling, named("a"), ErrorCode.INVALID_PARAMETER_VALUE);

        Map<String, Object> headers = new HashMap<>();
        headers.put("long", "a".repeat(30_000));
        headers.put("other", "a".repeat(20_000) + "b");
        Message long1 = named("a").withExtras(Map.of("headers", headers));
        assertCostly("contains(headers.long, headers.other)", long1, ErrorCode.INVALID_PARAMETER_VALUE);
        assertThat(selects("contains(headers.long, 'b')", long1)).isFalse();
    }

    @Test
    void whenTheLoopHasNoTimeLeftTheSubscriberIsToldToComeAgain() {
        MessageFilter filter = valid("name == 'a'");
        budget.spend(990_000);
        assertThatThrownBy(() -> filter.select(entry(named("a"))))
                .isInstanceOfSatisfying(
                        CostlyFilter.class,
                        costly -> assertThat(costly.info().code()).isEqualTo(ErrorCode.OVERLOADED.code()));

        clock.addAndGet(1_000);
        assertThat(filter.select(entry(named("a"))).body()).isNotEqualTo(EntryBody.NONE);
    }

    @Test
    void filtersOfTheSameExpressionShareTheirFrames() {
        assertThat(valid("name == 'a'")).isEqualTo(valid("name == 'a'")).hasSameHashCodeAs(valid("name == 'a'"));
        assertThat(valid("name == 'a'")).isNotEqualTo(valid("name == 'b'"));
    }

    private void assertCostly(String expression, Message message, ErrorCode code) {
        MessageFilter filter = valid(expression);
        assertThatThrownBy(() -> filter.select(entry(message)))
                .isInstanceOfSatisfying(
                        CostlyFilter.class,
                        costly -> assertThat(costly.info().code()).isEqualTo(code.code()));
    }

    private boolean selects(String expression, Message message) {
        return !valid(expression).select(entry(message)).body().equals(EntryBody.NONE);
    }

    private MessageFilter valid(String expression) {
        return switch (MessageFilter.parse(base64(expression), budget)) {
            case Outcome.Ok<MessageFilter>(MessageFilter filter) -> filter;
            case Outcome.Refused<MessageFilter>(ErrorInfo error) ->
                throw new AssertionError(expression + ": " + error.message());
        };
    }

    private ErrorInfo refusal(String base64) {
        return switch (MessageFilter.parse(base64, budget)) {
            case Outcome.Ok<MessageFilter>(MessageFilter filter) -> throw new AssertionError("accepted: " + filter);
            case Outcome.Refused<MessageFilter>(ErrorInfo error) -> error;
        };
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static Message named(String name) {
        return Message.of(Optional.of(name), Payload.text("text"));
    }

    private static Entry entry(Message message) {
        return entry(new EntryBody.Messages(new MessageBatch("conn:1", Optional.of("conn"), 1, List.of(message))));
    }

    private static Entry entry(EntryBody body) {
        return new Entry(
                1, 1, new Origin("eu", 1), 1, ChannelId.of("app", "room").key(), 0, 1_700_000_000_000_000L, body);
    }
}
