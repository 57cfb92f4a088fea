package io.hark.rest;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: a reaction to a chat message (CHA-MR1), which is an annotation of it.
///
/// @param kind  one of [#KINDS]
/// @param name  such as an emoji; empty when a client gives up the one that it has of a kind that has no more
/// @param count how often, of the kind `multiple`; 0 for others
record ChatReaction(String kind, Optional<String> name, int count) {
    static final List<String> KINDS = List.of("unique", "distinct", "multiple");

    private static final String UNIQUE = "unique";
    private static final String MULTIPLE = "multiple";

    /// @throws Refusal 40003 for what is missing or wrong
    static ChatReaction read(Map<String, Object> body) throws Refusal {
        String kind = kind(body.get("type"));
        return new ChatReaction(
                kind, Optional.of(name(body.get("name"))), kind.equals(MULTIPLE) ? count(body.get("count")) : 0);
    }

    /// The one that is to be taken back.
    static ChatReaction read(Call call) throws Refusal {
        String kind = kind(call.param("type").orElse(null));
        return new ChatReaction(
                kind,
                kind.equals(UNIQUE)
                        ? Optional.empty()
                        : Optional.of(name(call.param("name").orElse(null))),
                0);
    }

    private static String kind(Object given) throws Refusal {
        if (!(given instanceof String kind) || !KINDS.contains(kind)) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "the type of a reaction is one of %s, was '%s'".formatted(String.join(", ", KINDS), given));
        }
        return kind;
    }

    private static String name(Object given) throws Refusal {
        if (!(given instanceof String name) || name.isEmpty()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE, "a reaction needs a name that is not empty, such as an emoji");
        }
        return name;
    }

    private static int count(Object given) throws Refusal {
        if (given == null) {
            return 1;
        }
        if (!(given instanceof Long count) || count < 1 || count > Integer.MAX_VALUE) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "the count of a reaction is a whole number from 1 to %d, was '%s'"
                            .formatted(Integer.MAX_VALUE, given));
        }
        return count.intValue();
    }

    Annotation annotation(String messageSerial, AnnotationAction action, Optional<String> clientId) {
        return Annotation.of(messageSerial, type(kind), name)
                .withAction(action)
                .withCount(count)
                .withClientId(clientId);
    }

    private static String type(String kind) {
        return "reaction:" + kind + ".v1";
    }

    /// What a summary of annotations says of reactions; every kind is there.
    ///
    /// @param summary by the types of annotations; null when there is none
    static Map<String, Object> summaries(Object summary) {
        Map<String, Object> reactions = new LinkedHashMap<>();
        for (String kind : KINDS) {
            Object ofKind = summary instanceof Map<?, ?> types ? types.get(type(kind)) : null;
            reactions.put(kind, ofKind == null ? Map.of() : ofKind);
        }
        return reactions;
    }
}
