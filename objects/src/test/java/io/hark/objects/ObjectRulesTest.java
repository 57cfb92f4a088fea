package io.hark.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectOperation.InitialValue;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ObjectRulesTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final InitialValue INITIAL = new InitialValue("{\"count\":1}", "0123456789abcdef");

    private static Optional<ErrorInfo> refusal(ObjectOperation operation) {
        return ObjectRules.refusal(operation, true, NOW);
    }

    private static ObjectOperation counter(String id, InitialValue initial) {
        return new ObjectOperation.CounterCreate(id, Optional.of(initial), OptionalDouble.of(1));
    }

    private static String id(ObjectId.Kind kind, InitialValue initial, long millis) {
        return ObjectId.of(kind, initial, millis).toString();
    }

    @Test
    void anIdIsTheHashOfWhatTheObjectWasMadeOf() {
        // As a client computes it: base64url(SHA-256(initialValue ":" nonce)).
        assertThat(id(ObjectId.Kind.COUNTER, INITIAL, 12))
                .isEqualTo("counter:88GCUaHG_2D85NhXEDoYn5MYu-ypaTJibTQTjuLbCOQ@12");
        assertThat(refusal(counter(id(ObjectId.Kind.COUNTER, INITIAL, NOW), INITIAL)))
                .isEmpty();
        InitialValue other = new InitialValue("{\"count\":2}", INITIAL.nonce());
        assertThat(refusal(counter(id(ObjectId.Kind.COUNTER, INITIAL, NOW), other)))
                .isPresent();
    }

    @Test
    void anIdIsOfTheKindThatIsCreated() {
        assertThat(refusal(counter(id(ObjectId.Kind.MAP, INITIAL, NOW), INITIAL)))
                .isPresent();
        assertThat(refusal(counter("root", INITIAL))).isPresent();
        assertThat(refusal(counter("", INITIAL))).isPresent();
    }

    @Test
    void anIdIsOfAboutNow() {
        for (long millis : new long[] {NOW - 86_400_000, NOW, NOW + 300_000}) {
            assertThat(refusal(counter(id(ObjectId.Kind.COUNTER, INITIAL, millis), INITIAL)))
                    .isEmpty();
        }
        for (long millis : new long[] {1, NOW - 86_400_001, NOW + 300_001}) {
            assertThat(refusal(counter(id(ObjectId.Kind.COUNTER, INITIAL, millis), INITIAL)))
                    .isPresent();
        }
    }

    @Test
    void aNonceIsLongEnough() {
        InitialValue shorter = new InitialValue("{}", "0123456789abcde");
        assertThat(refusal(counter(id(ObjectId.Kind.COUNTER, shorter, NOW), shorter)))
                .isPresent();
    }

    @Test
    void anIdThatNobodyCanHaveMadeIsOfNoObject() {
        for (String id : new String[] {"map:x@1", "counter:nonsense@1700000000000"}) {
            assertThat(refusal(new ObjectOperation.MapRemove(id, "k"))
                            .orElseThrow()
                            .code())
                    .as(id)
                    .isEqualTo(92004);
            assertThat(refusal(new ObjectOperation.MapSet("root", "k", new ObjectData.Reference(id)))
                            .orElseThrow()
                            .code())
                    .as(id)
                    .isEqualTo(92004);
            assertThat(refusal(counter(id, INITIAL)).orElseThrow().code()).isEqualTo(92000);
        }
        assertThat(refusal(new ObjectOperation.MapRemove("nonsense", "k"))
                        .orElseThrow()
                        .code())
                .isEqualTo(92000);
    }

    @Test
    void whatIsNoIdIsRefused() {
        for (String id : new String[] {
            "", "map", "map:x@1", "list:%043d@1".formatted(0), "map:%043d".formatted(0), "map:%043d@-1".formatted(0)
        }) {
            assertThat(refusal(new ObjectOperation.MapRemove(id, "k"))).as(id).isPresent();
            assertThat(refusal(new ObjectOperation.MapSet("root", "k", new ObjectData.Reference(id))))
                    .as(id)
                    .isPresent();
        }
        assertThat(refusal(new ObjectOperation.MapRemove("map:%043d@1".formatted(0), "k")))
                .isEmpty();
        assertThat(ObjectRules.refusal(new ObjectOperation.MapRemove("", "k"), false, NOW))
                .isEmpty();
    }

    @Test
    void aKeyHasALimit() {
        String longest = "k".repeat(ObjectRules.KEY_CHARS_MAX);
        assertThat(refusal(new ObjectOperation.MapRemove("root", longest))).isEmpty();
        assertThat(refusal(new ObjectOperation.MapRemove("root", longest + 'k')))
                .isPresent();
        assertThat(refusal(new ObjectOperation.MapCreate(
                        id(ObjectId.Kind.MAP, INITIAL, NOW),
                        Optional.of(INITIAL),
                        Map.of(longest + 'k', ObjectEntry.initial(new ObjectData.Bool(true))))))
                .isPresent();
    }
}
