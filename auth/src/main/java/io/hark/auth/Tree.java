package io.hark.auth;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.MalformedFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A JSON object from outside, read member by member. Null is as absent; members that nobody asks for are
/// ignored.
///
/// @param path where the object stands, for error messages
record Tree(String path, Map<?, ?> members) {
    static Tree of(String path, Object value) throws MalformedFrame {
        if (value instanceof Map<?, ?> members) {
            return new Tree(path, members);
        }
        throw malformed(path + " must be an object");
    }

    Optional<String> text(String name) throws MalformedFrame {
        Object value = members.get(name);
        if (value == null || value instanceof String) {
            return Optional.ofNullable((String) value);
        }
        throw malformed("%s.%s must be a string".formatted(path, name));
    }

    String requiredText(String name) throws MalformedFrame {
        Optional<String> text = text(name);
        if (text.isEmpty() || text.get().isEmpty()) {
            throw malformed("%s.%s must be a non-empty string".formatted(path, name));
        }
        return text.get();
    }

    boolean flag(String name, boolean whenAbsent) throws MalformedFrame {
        Object value = members.get(name);
        if (value == null || value instanceof Boolean) {
            return value == null ? whenAbsent : (Boolean) value;
        }
        throw malformed("%s.%s must be true or false".formatted(path, name));
    }

    /// @return empty when absent
    OptionalLong count(String name) throws MalformedFrame {
        Object value = members.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if ((value instanceof Long || value instanceof Integer) && ((Number) value).longValue() >= 0) {
            return OptionalLong.of(((Number) value).longValue());
        }
        throw malformed("%s.%s must be a whole number, 0 or more".formatted(path, name));
    }

    Optional<Tree> tree(String name) throws MalformedFrame {
        Object value = members.get(name);
        return value == null ? Optional.empty() : Optional.of(of(path + "." + name, value));
    }

    /// @return empty when absent; more than `max` are malformed
    List<Tree> trees(String name, int max) throws MalformedFrame {
        Object value = members.get(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items) || items.size() > max) {
            throw malformed("%s.%s must be a list of at most %d objects".formatted(path, name, max));
        }
        List<Tree> trees = new ArrayList<>();
        for (Object item : items) {
            trees.add(of("%s.%s[%d]".formatted(path, name, trees.size()), item));
        }
        return trees;
    }

    MalformedFrame malformedMember(String name, String mustBe) {
        return malformed("%s.%s must be %s".formatted(path, name, mustBe));
    }

    private static MalformedFrame malformed(String message) {
        return new MalformedFrame(ErrorCode.BAD_REQUEST.info(message));
    }
}
