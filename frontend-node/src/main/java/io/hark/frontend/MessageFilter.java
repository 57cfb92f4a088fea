package io.hark.frontend;

import io.hark.auth.Outcome;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.smithy.jmespath.ExpressionProblem;
import software.amazon.smithy.jmespath.JmespathException;
import software.amazon.smithy.jmespath.JmespathExpression;

/// Confined: the messages of a channel that a JMESPath expression selects: those for which it gives
/// something other than false, null, or an empty text, list or object. It sees `name`, `clientId`,
/// `headers` and, if it names it, `data`. Two with the same expression are equal, so that their
/// subscribers share frames.
final class MessageFilter implements RingView {
    /// Steps that an evaluation may take on one message, some of which are a few comparisons.
    static final int STEPS_MAX = 20_000;

    static final int EXPRESSION_CHARS_MAX = 1_000;

    private static final int NESTED_MAX = 32;
    private static final String OPENING = "([{!&";
    private static final String DATA = "data";
    private static final String JSON = "json";

    private final String text;
    private final JmespathExpression expression;
    private final boolean readsData;
    private final WorkBudget budget;

    private MessageFilter(String text, JmespathExpression expression, WorkBudget budget) {
        this.text = text;
        this.expression = expression;
        this.readsData = text.contains(DATA);
        this.budget = budget;
    }

    /// @param base64 the expression as the qualifier of a channel name holds it
    /// @param budget steps that all filters of the loop may take
    /// @return refused with 40003 when it is not an expression, or one that is too large
    static Outcome<MessageFilter> parse(String base64, WorkBudget budget) {
        Optional<String> text = decoded(base64);
        if (text.isEmpty()) {
            return bad("it is not base64 of UTF-8");
        }
        if (text.get().length() > EXPRESSION_CHARS_MAX) {
            return bad(
                    "it has %d characters, the limit is %d".formatted(text.get().length(), EXPRESSION_CHARS_MAX));
        }
        if (text.get().chars().filter(c -> OPENING.indexOf(c) >= 0).count() > NESTED_MAX) {
            return bad("it opens more than %d brackets, negations and references".formatted(NESTED_MAX));
        }
        try {
            JmespathExpression expression = JmespathExpression.parse(text.get());
            for (ExpressionProblem problem : expression.lint().getProblems()) {
                if (problem.severity == ExpressionProblem.Severity.ERROR) {
                    return bad(problem.message);
                }
            }
            return Outcome.ok(new MessageFilter(text.get(), expression, budget));
        } catch (JmespathException e) {
            return bad(e.getMessage());
        }
    }

    private static Outcome<MessageFilter> bad(String why) {
        return Outcome.refused(
                ErrorCode.INVALID_PARAMETER_VALUE.info("the channel's filter is no JMESPath expression: " + why));
    }

    private static Optional<String> decoded(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/'));
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    @Override
    public Entry of(FrameRing ring, long seq) {
        return select(ring.entry(seq));
    }

    /// The entry with the messages that are selected; without a body when none is.
    Entry select(Entry entry) {
        if (entry.body() instanceof EntryBody.Version version) {
            return selects(version.message()) ? entry : entry.with(EntryBody.NONE);
        }
        if (!(entry.body() instanceof EntryBody.Messages(MessageBatch batch))) {
            return entry.with(EntryBody.NONE);
        }
        boolean[] selected = new boolean[batch.messages().size()];
        int count = 0;
        for (int index = 0; index < selected.length; index++) {
            selected[index] = selects(batch.messages().get(index));
            count += selected[index] ? 1 : 0;
        }
        if (count == 0) {
            return entry.with(EntryBody.NONE);
        }
        return count == selected.length ? entry : entry.keeping(index -> selected[index]);
    }

    private boolean selects(Message message) {
        long left = budget.left();
        if (left < STEPS_MAX) {
            throw new CostlyFilter(
                    ErrorCode.OVERLOADED.info("the node evaluates as many filters as it has time for; attach again"));
        }
        FilterRuntime runtime = new FilterRuntime(STEPS_MAX);
        try {
            return runtime.isTruthy(expression.evaluate(seen(message), runtime));
        } catch (CostlyFilter tooMuch) {
            throw tooMuch;
        } catch (RuntimeException noResult) {
            // A function was given what it does not take. The library says so by exceptions of several kinds.
            return false;
        } finally {
            budget.spend(runtime.steps() + 1L);
        }
    }

    private Object seen(Message message) {
        Map<String, Object> seen = new LinkedHashMap<>();
        message.name().ifPresent(name -> seen.put("name", name));
        message.clientId().ifPresent(clientId -> seen.put("clientId", clientId));
        seen.put("headers", message.extras().get("headers"));
        if (readsData) {
            seen.put(DATA, data(message));
        }
        return seen;
    }

    private static Object data(Message message) {
        if (!(message.data() instanceof Payload.Text(String text))) {
            return null;
        }
        if (!message.encoding().equals(Optional.of(JSON))) {
            return message.encoding().isEmpty() ? text : null;
        }
        try {
            return ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedFrame e) {
            return null;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageFilter filter && filter.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
