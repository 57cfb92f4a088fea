package io.hark.frontend;

import io.hark.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.smithy.jmespath.RuntimeType;
import software.amazon.smithy.jmespath.evaluation.EvaluationUtils;
import software.amazon.smithy.jmespath.evaluation.JmespathRuntime;
import software.amazon.smithy.jmespath.evaluation.NumberType;

/// Confined: plain values (Map, List, String, Number, Boolean, null) as an expression sees them, for one
/// evaluation. Everything that an expression can do passes here, and is counted: an expression that
/// doubles a list again and again, or looks for one long text in another, ends with [CostlyFilter].
final class FilterRuntime implements JmespathRuntime<Object> {
    private static final int CHARS_PER_STEP = 64;
    private static final int CHARS_BY_CHARS_PER_STEP = 1 << 10;

    private final int stepsMax;
    private int steps;
    private int longestText;

    FilterRuntime(int stepsMax) {
        this.stepsMax = stepsMax;
    }

    int steps() {
        return steps;
    }

    private void count(long more) {
        if (more > stepsMax - steps) {
            throw new CostlyFilter(ErrorCode.INVALID_PARAMETER_VALUE.info(
                    "the channel's filter takes more than %d steps on one message; make it simpler"
                            .formatted(stepsMax)));
        }
        steps += (int) more;
    }

    @Override
    public RuntimeType typeOf(Object value) {
        count(1);
        return switch (value) {
            case null -> RuntimeType.NULL;
            case String text -> RuntimeType.STRING;
            case Number number -> RuntimeType.NUMBER;
            case Boolean bool -> RuntimeType.BOOLEAN;
            case List<?> list -> RuntimeType.ARRAY;
            case Map<?, ?> map -> RuntimeType.OBJECT;
            // Bytes, which JSON does not have.
            default -> RuntimeType.NULL;
        };
    }

    @Override
    public Object createNull() {
        return null;
    }

    @Override
    public Object createBoolean(boolean value) {
        return value;
    }

    @Override
    public boolean asBoolean(Object value) {
        return (Boolean) value;
    }

    @Override
    public Object createString(String value) {
        count(value.length() / CHARS_PER_STEP);
        return value;
    }

    @Override
    public String asString(Object value) {
        String text = (String) value;
        // Two texts that are looked at can be compared at every place of the longer one.
        count(1 + text.length() / CHARS_PER_STEP + (long) text.length() * longestText / CHARS_BY_CHARS_PER_STEP);
        longestText = Math.max(longestText, text.length());
        return text;
    }

    @Override
    public Object createNumber(Number value) {
        return value;
    }

    @Override
    public NumberType numberType(Object value) {
        return EvaluationUtils.numberType((Number) value);
    }

    @Override
    public Number asNumber(Object value) {
        return (Number) value;
    }

    @Override
    public Object element(Object array, int index) {
        count(1);
        return array instanceof List<?> list && index >= 0 && index < list.size() ? list.get(index) : null;
    }

    @Override
    public Object value(Object object, Object key) {
        count(1);
        return object instanceof Map<?, ?> map ? map.get(key) : null;
    }

    @Override
    public int length(Object value) {
        return switch (value) {
            case String text -> EvaluationUtils.codePointCount(asString(text));
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            default -> throw new IllegalArgumentException("what has no length was asked for it");
        };
    }

    @Override
    public Iterable<?> asIterable(Object value) {
        return switch (value) {
            case List<?> list -> {
                count(1 + list.size());
                yield list;
            }
            case Map<?, ?> map -> {
                count(1 + map.size());
                yield map.keySet();
            }
            default -> throw new IllegalArgumentException("what has no elements was asked for them");
        };
    }

    @Override
    public ArrayBuilder<Object> arrayBuilder() {
        List<Object> built = new ArrayList<>();
        return new ArrayBuilder<>() {
            @Override
            public void add(Object element) {
                count(1);
                built.add(element);
            }

            @Override
            public void addAll(Object array) {
                asIterable(array).forEach(built::add);
            }

            @Override
            public Object build() {
                return built;
            }
        };
    }

    @Override
    public ObjectBuilder<Object> objectBuilder() {
        Map<Object, Object> built = new LinkedHashMap<>();
        return new ObjectBuilder<>() {
            @Override
            public void put(Object key, Object value) {
                count(1);
                built.put(key, value);
            }

            @Override
            public void putAll(Object object) {
                asIterable(object).forEach(key -> built.put(key, ((Map<?, ?>) object).get(key)));
            }

            @Override
            public Object build() {
                return built;
            }
        };
    }
}
